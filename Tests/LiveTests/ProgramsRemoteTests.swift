import Foundation
import Glibc
import Testing

extension LiveTests {
  /// Another host, played by a network namespace behind a veth pair.
  @Suite(.serialized) struct ProgramsRemoteTests {
    /// Of the two ends, so that two runs of the tests at a time do not meet.
    static let (near, far) = ("10.212.\(getpid() % 256).1", "10.212.\(getpid() % 256).2")

    /// Shell words: `host PID` connects the namespace of a process, which waits in `inside` to become a server.
    private func words(_ script: ProgramsScript) throws -> String {
      let folder = script.session.folder.path
      let configuration = ProgramsNginxTests.configuration(
        folder: folder, workers: 1, listeners: "listen \(Self.far):8080;")
      try script.session.folder.create("nginx.conf", configuration)
      try script.session.folder.create(
        "inside",
        """
        PATH=$PATH:/usr/sbin:/sbin; cd \(folder)
        until ip -br address | grep -q \(Self.far); do sleep 0.02; done
        exec nginx -p . -c nginx.conf
        """)
      try ProgramsScript.sample(3_000_000, seed: 5).write(to: URL(filePath: script.session.file("big")))
      let link = "ipcd\(getpid())"
      return """
        # While a process is in execve(2), its links cannot be read.
        moved() { theirs=$(readlink /proc/$1/ns/net) && [ "$theirs" != "$(readlink /proc/self/ns/net)" ]; }
        listening() { grep -q ":1F90 .* 0A " /proc/$1/net/tcp; }
        host() {
          until_true moved $1
          ip link add \(link)a type veth peer name \(link)b netns $1
          ip address add \(Self.near)/30 dev \(link)a; ip link set \(link)a up
          nsenter -t $1 -n ip link set \(link)b up
          nsenter -t $1 -n ip address add \(Self.far)/30 dev \(link)b
          until_true listening $1
        }

        """
    }

    /// Cancels the test if this machine gives no namespace or no veth pair.
    private func requireNamespaces(_ script: ProgramsScript) async throws {
      let link = "ipcp\(getpid())"
      let probe = "unshare -n true; ip link add \(link)a type veth peer name \(link)b; ip link del \(link)a"
      guard try await script.prepare(probe) == 0 else {
        try Test.cancel("no network namespace or no veth pair (CAP_NET_ADMIN, CONFIG_NET_NS, CONFIG_VETH)")
      }
    }

    private let fetch = "curl -s -o got http://\(far):8080/big"

    @Test(arguments: Hook.allCases)
    func `a download from another host is not told`(_ hook: Hook) async throws {
      let script = try ProgramsScript(needs: ["nginx", "curl", "ip", "unshare", "nsenter"])
      try await requireNamespaces(script)
      // Outside of what is traced, as on another host.
      let connecting = try words(script)
      let server = try script.session.start(
        "unshare", ["-n", "sh", script.session.file("inside")], name: "server")
      let status = try await script.prepare(connecting + "host \(server.pid)")
      try #require(status == 0)
      let trace = try await script.trace("run client \(fetch)", hook: hook)
      server.send(SIGTERM)
      _ = try await server.wait()
      try trace.expectFile("got", holds: script.session.folder.contents("big"))
      trace.trace.expectClean()
      #expect(trace.events.map { "\(Told($0))" } == [])
    }

    @Test(arguments: Hook.allCases)
    func `both ends are told if both are traced, in two network namespaces`(_ hook: Hook) async throws {
      let script = try ProgramsScript(needs: ["nginx", "curl", "ip", "unshare", "nsenter"])
      try await requireNamespaces(script)
      let trace = try await script.trace(
        words(script)
          + """
          start server unshare -n sh inside
          read master < server.pid
          host $master
          cat /proc/$master/task/$master/children > worker.pid
          run client \(fetch)
          stop server
          """, hook: hook)
      let (client, worker) = (try trace.pid("client"), try trace.pid("worker"))
      let body = try script.session.folder.contents("big")
      try trace.expectFile("got", holds: body)
      let requests = trace.transfers("loopback-tcp", from: client, to: worker)
      #expect(requests.count == 1 && requests.allSatisfy { $0.contains("GET /big HTTP/1.1\r\n") })
      let answer = trace.bytes("loopback-tcp", from: worker, to: client)
      let end = try #require(answer.range(of: Data("\r\n\r\n".utf8)), "\(answer.count) bytes of answer")
      let isWhole = answer[end.upperBound...] == body
      #expect(isWhole, "\(answer.count) bytes of answer")
      let master = try trace.pid("server")
      trace.expectKnownEnds([client: "curl", worker: "nginx", master: "nginx"]) {
        $0.srcPid == master && $0.delivered == false && $0.type == "unix-stream"
      }
      for event in trace.events where event.type == "loopback-tcp" {
        let isClient = event.srcPid == client
        #expect(event.meta.srcAddr == (isClient ? Self.near : Self.far), "\(Told(event))")
        #expect(event.meta.dstAddr == (isClient ? Self.far : Self.near), "\(Told(event))")
        #expect(Int((isClient ? event.meta.dstPort : event.meta.srcPort) ?? 0) == 8080, "\(Told(event))")
      }
    }
  }
}
