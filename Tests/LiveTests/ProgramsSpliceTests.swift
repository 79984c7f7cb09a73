import Foundation
import Glibc
import Testing

extension LiveTests {
  /// Programs that let the kernel move bytes which they never have in a buffer.
  @Suite(.serialized) struct ProgramsSpliceTests {
    /// Commands with names, each of which writes into a pipe to the next.
    struct Line: CustomTestStringConvertible {
      var testDescription: String
      var script: String
      /// Who writes to whom; a name is that of a program, and a digit to tell two of them apart.
      var hops: [(from: String, to: String)]

      init(_ text: String, _ script: String, _ hops: (from: String, to: String)...) {
        testDescription = text
        self.script = script
        self.hops = hops
      }
    }

    static let lines = [
      Line(
        "cat | pv | wc", "run cat cat in | run pv pv -q | run wc wc -c > count", ("cat", "pv"), ("pv", "wc")),
      Line("pv | cat", "run pv pv -q in | run cat cat > out", ("pv", "cat")),
      Line("pv | pv", "run pv1 pv -q in | run pv2 pv -q > out", ("pv1", "pv2")),
      Line(
        "cat | pv | pv | wc", "run cat cat in | run pv1 pv -q | run pv2 pv -q | run wc wc -c > count",
        ("cat", "pv1"), ("pv1", "pv2"), ("pv2", "wc")),
      Line(
        "cat | tee >(wc) | gzip",
        """
        bash copies
        until_true [ -s count ]
        gzip -d out.gz
        """,
        ("cat", "tee"), ("tee", "wc"), ("tee", "gzip")),
    ]

    /// bash's words; its pipelines run functions in processes of their own.
    private static let run = "run() { name=$1; shift; echo $BASHPID > $name.pid; exec \"$@\"; }\n"

    private static let copies =
      run + "run cat cat in | run tee tee >(run wc wc -c > count) | run gzip gzip -c > out.gz\n"

    private static func fetch(port: Int) -> String {
      """
      \(run)
      exec 3<> /dev/tcp/127.0.0.1/\(port)
      echo $$ > bash.pid
      printf 'GET /big HTTP/1.0\\r\\n\\r\\n' >&3
      run pv4 pv -q <&3 | run cat4 cat > got4

      """
    }

    @Test(arguments: lines, Hook.allCases)
    func `every byte of a pipeline is told once, from whom to whom`(_ line: Line, _ hook: Hook) async throws {
      let script = try ProgramsScript(needs: ["pv", "bash", "gzip"])
      let sent = ProgramsScript.sample(2_000_003)
      try sent.write(to: URL(filePath: script.session.file("in")))
      try script.session.folder.create("copies", Self.copies)
      let trace = try await script.trace("\(line.script)\n", hook: hook, kinds: "pipe")
      if let count = try? script.session.folder.text("count") {
        #expect(Int(count.trimmingCharacters(in: .whitespacesAndNewlines)) == sent.count)
      }
      if line.script.contains(" out") { try trace.expectFile("out", holds: sent) }
      let hops = try line.hops.map { hop in
        SplicedHop(
          type: "pipe", from: try trace.pid(hop.from), to: try trace.pid(hop.to),
          comms: [hop.from, hop.to].map { $0.filter(\.isLetter) })
      }
      for hop in hops { hop.expect(sent, in: trace) }
      trace.expectNothing(but: hops)
    }

    @Test(arguments: Hook.allCases)
    func `nginx sends a file without reading it, also to who does not read it`(_ hook: Hook) async throws {
      let script = try ProgramsScript(needs: ["nginx", "curl", "pv", "bash"])
      let port = try ProgramsScript.freePort(SOCK_STREAM)
      let folder = script.session.folder
      let sent = ProgramsScript.sample(3_000_001)
      try sent.write(to: URL(filePath: folder.file("big")))
      try folder.create("fetch", Self.fetch(port: port))
      try folder.create(
        "nginx.conf",
        LiveTests.ProgramsNginxTests.configuration(
          folder: folder.path, workers: 1, listeners: "listen 127.0.0.1:\(port);"))
      let trace = try await script.trace(
        """
        start master nginx -p . -c nginx.conf
        until_true [ -s nginx.pid ]
        read master < master.pid
        serves() { read worker none < /proc/$master/task/$master/children; [ "$worker" ]; }
        until_true serves
        echo $worker > worker.pid
        start curl1 curl -s http://127.0.0.1:\(port)/big > got1
        start curl2 curl -s http://127.0.0.1:\(port)/big > got2
        finish curl1; finish curl2
        run curl3 curl -s http://127.0.0.1:\(port)/big | run pv3 pv -q > got3
        bash fetch
        stop master
        """, hook: hook, kinds: "pipe,lt")

      let worker = try trace.pid("worker")
      for number in 1...3 { try trace.expectFile("got\(number)", holds: sent) }
      let answer = try trace.contents("got4")
      #expect(answer.starts(with: Data("HTTP/1.1 200 OK\r\n".utf8)) && answer.suffix(sent.count) == sent)

      var hops: [SplicedHop] = []
      func expectHop(_ expected: Data, _ type: String, _ from: (Int, String), _ to: (Int, String)) {
        let hop = SplicedHop(type: type, from: from.0, to: to.0, comms: [from.1, to.1])
        hop.expect(expected, in: trace)
        hops.append(hop)
      }
      for number in 1...3 {
        let client = (try trace.pid("curl\(number)"), "curl")
        let told = trace.bytes("loopback-tcp", from: worker, to: client.0)
        let end = told.range(of: Data("\r\n\r\n".utf8))?.upperBound ?? 0
        expectHop(told.prefix(end) + sent, "loopback-tcp", (worker, "nginx"), client)
        #expect(trace.transfers("loopback-tcp", from: client.0, to: worker).count == 1)
        hops.append(SplicedHop(type: "loopback-tcp", from: client.0, to: worker, comms: ["curl", "nginx"]))
      }
      let pv = (try trace.pid("pv4"), "pv")
      expectHop(sent, "pipe", (try trace.pid("curl3"), "curl"), (try trace.pid("pv3"), "pv"))
      expectHop(answer, "loopback-tcp", (worker, "nginx"), pv)
      expectHop(answer, "pipe", pv, (try trace.pid("cat4"), "cat"))
      let request = Data("GET /big HTTP/1.0\r\n\r\n".utf8)
      expectHop(request, "loopback-tcp", (try trace.pid("bash"), "bash"), (worker, "nginx"))
      trace.expectNothing(but: hops)
    }
  }
}
