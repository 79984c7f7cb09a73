import Foundation
import Glibc
import Testing

extension LiveTests {
  /// Programs that share memory, compared with what the kernel says they have mapped.
  @Suite(.serialized) struct ProgramsMemoryTests {
    /// `look NAME…` keeps what the processes of these names have mapped. The signal, which does nothing, marks that moment in
    /// the trace.
    private static let look = """
      look() {
        for name in "$@"; do read pid < $name.pid; cat /proc/$pid/maps > $name.maps; done
        kill -URG $$
      }

      """

    /// What the kernel said at the look, and what ipcdump had told of shared memory until then.
    private func looked(_ trace: ProgramsTrace, _ names: [String]) throws -> (
      sharing: ProgramsSharing, events: [TracedEvent]
    ) {
      var sharing = ProgramsSharing()
      for name in names {
        sharing.add(
          String(decoding: try trace.contents("\(name).maps"), as: UTF8.self), of: try trace.pid(name))
      }
      let mark = try #require(trace.events.firstIndex { $0.meta.name == "SIGURG" && $0.srcPid == $0.dstPid })
      return (sharing, trace.events[..<mark].filter { $0.type == "shared-memory" })
    }

    @Test(arguments: Hook.allCases)
    func `ranks of Open MPI share segments and read each other's memory`(_ hook: Hook) async throws {
      let script = try ProgramsScript(needs: ["mpirun", "python3"])
      let sample = ProgramsScript.sample(1 << 20, seed: 9)
      try sample.write(to: URL(filePath: script.session.file("sample")))
      try script.session.folder.create("rank.py", Self.rank)
      let trace = try await script.trace(
        Self.look + """
          export TMPDIR=$PWD HOME=$PWD
          start mpirun mpirun --allow-run-as-root --oversubscribe --mca plm isolated --mca pml ob1 \
            --mca btl vader,self -np 3 python3 rank.py
          for rank in 0 1 2; do until_true test -s rank$rank.pid; done
          look mpirun rank0 rank1 rank2
          touch go
          finish mpirun
          """, hook: hook, kinds: "sh,vm,signal")
      let names = ["mpirun", "rank0", "rank1", "rank2"]
      let (sharing, events) = try looked(trace, names)
      #expect(sharing.accounts(events) == sharing.accounts)
      // Each rank has one that the others map.
      let ranks = try ["rank0", "rank1", "rank2"].map(trace.pid)
      let segments = sharing.shared.filter { Set($0.sizes.keys) == Set(ranks) }
      #expect(segments.count >= 3 && segments.allSatisfy { $0.object.contains("vader_segment") })
      // What is too long for them the receiver takes out of the sender's memory.
      let taken = trace.bytes("process-vm", from: ranks[0], to: ranks[1])
      #expect(sample.range(of: taken) != nil && taken.count > sample.count / 2, "\(taken.count) bytes")
    }

    /// Without packages for Python: the library's own functions.
    private static let rank = """
      import ctypes, ctypes.util, os, time
      mpi = ctypes.CDLL(ctypes.util.find_library("mpi"), ctypes.RTLD_GLOBAL)
      def handle(name): return ctypes.c_void_p(ctypes.addressof(ctypes.c_char.in_dll(mpi, name)))
      world, byte = handle("ompi_mpi_comm_world"), handle("ompi_mpi_byte")
      mpi.MPI_Init(None, None)
      rank = ctypes.c_int()
      mpi.MPI_Comm_rank(world, ctypes.byref(rank))
      sample = open("sample", "rb").read()
      if rank.value == 0:
          mpi.MPI_Send(sample, len(sample), byte, 1, 0, world)
      if rank.value == 1:
          room = ctypes.create_string_buffer(len(sample))
          mpi.MPI_Recv(room, len(sample), byte, 0, 0, world, None)
          assert room.raw == sample
      mpi.MPI_Barrier(world)
      with open("rank%d.new" % rank.value, "w") as file: file.write("%d\\n" % os.getpid())
      os.rename("rank%d.new" % rank.value, "rank%d.pid" % rank.value)
      while not os.path.exists("go"): time.sleep(0.01)
      mpi.MPI_Finalize()
      """

    @Test(arguments: Hook.allCases)
    func `PulseAudio and its client have each other's memory`(_ hook: Hook) async throws {
      let script = try ProgramsScript(needs: ["pulseaudio", "pacat"])
      let trace = try await script.trace(
        Self.look + """
          export HOME=$PWD XDG_RUNTIME_DIR=$PWD PULSE_COOKIE=$PWD/cookie
          start server pulseaudio -n --daemonize=no --use-pid-file=no --exit-idle-time=-1 --log-target=file:log \
            -L module-null-sink -L "module-native-protocol-unix auth-anonymous=1 socket=$PWD/native" 2> server.err
          until_true unix "$PWD/native"
          start client pacat --server "unix:$PWD/native" --raw /dev/zero
          read pid < client.pid
          both() { [ "$(grep -c 'memfd:pulseaudio' /proc/$pid/maps)" -ge 2 ]; }
          until_true both
          look server client
          stop client
          stop server
          """, hook: hook, kinds: "sh,signal")
      let (sharing, events) = try looked(trace, ["server", "client"])
      #expect(sharing.accounts(events) == sharing.accounts)
      let (server, client) = (try trace.pid("server"), try trace.pid("client"))
      let shared = sharing.shared
      #expect(shared.count >= 2 && shared.allSatisfy { $0.object == "memfd:pulseaudio" })
      // Each has what the other one has made: who has made it may write there.
      #expect(Set(events.map { [$0.srcPid, $0.dstPid] }) == [[server, client], [client, server]])
      let sizes = shared.map { $0.sizes.values.min() ?? 0 }.sorted()
      #expect(events.compactMap(\.meta.size).sorted() == sizes)
    }

    private static let flags = [
      "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-extensions",
      "--disable-background-networking", "--disable-component-update", "--disable-sync",
      "--password-store=basic", "--host-resolver-rules='MAP * ~NOTFOUND'", "--remote-debugging-port=0",
    ]

    /// Under one hook only, as it takes long to start.
    @Test func `processes of Chromium share memory as the kernel says`() async throws {
      let script = try ProgramsScript(needs: ["chromium"])
      try script.session.folder.create("page.html", "<p>A page</p>")
      let trace = try await script.trace(
        Self.look + """
          export HOME=$PWD TMPDIR=$PWD
          start browser chromium \(Self.flags.joined(separator: " ")) --user-data-dir=$PWD/profile \
            "file://$PWD/page.html" > browser.out 2>&1
          read browser < browser.pid
          below() { for pid in $(cat /proc/$1/task/*/children 2> /dev/null); do echo $pid; below $pid; done; }
          touch now
          still() {
            sleep 0.3
            mv now before
            for pid in $browser $(below $browser); do grep memfd /proc/$pid/maps; done > now
            [ "$(wc -l < now)" -gt 50 ] && cmp -s now before
          }
          until_true still
          for pid in $(below $browser); do echo $pid > $pid.pid; echo $pid; done > children
          look browser $(cat children)
          stop browser
          """, hook: .raw, kinds: "sh,signal")
      let children = String(decoding: try trace.contents("children"), as: UTF8.self).split(separator: "\n")
      let (sharing, events) = try looked(trace, ["browser"] + children.map(String.init))
      let browser = try trace.pid("browser")
      let memories = sharing.shared.filter { $0.object.hasPrefix("memfd:") }
      #expect(memories.count > 20 && memories.contains { $0.sizes.count > 3 })
      #expect(memories.contains { $0.sizes[browser] == nil })
      #expect(sharing.untold(events).isEmpty)
    }
  }
}
