import IPCModel
import RecordLayout
import Testing

@testable import IPCCorrelation

@Suite("What processes run")
struct ProcessTrackerTests {
  /// Two seconds after the machine has started.
  private static let image: UInt64 = 2_000_000_000
  private static let ann = Party.ann.running(image)
  private static let bob = Party.bob.running(image)

  /// Scene in which processes show arguments, if they are asked.
  private static func recording(showing arguments: [Int32: String] = [:]) -> Recording {
    Recording(
      processes: ProcessSources(
        arguments: { pid in arguments[pid].map { Array($0.utf8) } }, userName: { Array("user \($0)".utf8) }))
  }

  private static func text(_ bytes: [UInt8]?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

  /// `exe|args|cwd|user|container` of the source of the last event.
  private static func source(_ recording: Recording) -> String? {
    recording.told.last?.source.map { process in
      [process.executable, process.arguments, process.directory, process.user, process.container]
        .map { text($0) ?? "-" }.joined(separator: "|")
    }
  }

  private static func running(_ pid: UInt32, _ executable: String, start: UInt64 = 200) -> RunningProcess {
    RunningProcess(
      pid: Int32(pid), start: start, description: ProcessDescription(executable: Array(executable.utf8)))
  }

  @Test func `is told of one that has executed a program, and is gone`() {
    let recording = Self.recording()
    let id = String(repeating: "0123456789abcdef", count: 4)
    recording.exec(
      ["cat", "bin", "usr"], ["cat", "a file"], in: ["tmp"], cgroup: ["docker-\(id).scope", "system.slice"],
      uid: 7,
      by: Self.ann)
    recording.write("x", by: Self.ann)
    recording.read("x", by: Self.bob)
    #expect(recording.told() == ["ann > bob 1 \"x\""])
    #expect(Self.source(recording) == "/usr/bin/cat|cat a file|/tmp|user 7|0123456789ab")
    #expect(recording.told.last?.destination == nil)
  }

  @Test func `is what it was at the time of the write, whatever came after`() {
    let recording = Self.recording()
    recording.exec(["sh"], ["sh"], by: Self.ann)
    recording.write("x", by: Self.ann)
    recording.exec(["cat"], ["cat"], by: Self.ann.running(Self.image + 1))
    recording.read("x", by: Self.bob)
    recording.write("y", by: Self.ann.running(Self.image + 1))
    recording.read("y", by: Self.bob)
    _ = recording.told()
    #expect(recording.told.map { Self.text($0.source?.executable) } == ["/sh", "/cat"])
  }

  @Test func `is what its maker ran, with the arguments that it shows itself`() {
    for (arguments, expected) in [([:], "cmd one"), ([100: "worker 1\0"], "worker 1")]
      as [([Int32: String], String)]
    {
      let recording = Self.recording(showing: arguments)
      recording.exec(["server"], ["cmd", "one"], in: ["srv"], by: Self.bob)
      recording.fork(Party.ann.pid, by: Self.bob)
      recording.write("x", by: Self.ann)
      recording.read("x", by: Self.bob)
      _ = recording.told()
      #expect(Self.source(recording) == "/server|\(expected)|/srv|user 0|-")
    }
  }

  @Test func `has a number in its own namespace, as it is told or shown`() {
    let id = String(repeating: "0123456789abcdef", count: 4)
    for (told, shown, expected) in [(7, nil, 7), (0, 8, 8), (0, nil, nil), (7, 8, 7)]
      as [(UInt32, Int32?, Int32?)]
    {
      let recording = Recording(
        processes: ProcessSources(
          arguments: { _ in nil }, userName: { _ in [] }, namespacePid: { _ in shown }))
      recording.exec(["sh"], ["sh"], cgroup: ["docker-\(id).scope"], ownPid: 1, by: Self.bob)
      recording.fork(Party.ann.pid, ownPid: told, by: Self.bob)
      recording.write("x", by: Self.ann)
      recording.read("x", by: Self.bob)
      _ = recording.told()
      #expect(recording.told.last?.source?.namespacePid == expected)
      #expect(recording.told.last?.destination?.namespacePid == 1)
    }
  }

  @Test func `is what ran when the trace began, if it is still that process`() {
    for (start, expected) in [(200, "/old"), (199, "/old"), (198, nil), (201, nil)] as [(UInt64, String?)] {
      let recording = Self.recording()
      recording.seed([Self.running(Party.ann.pid, "/old", start: start)])
      recording.write("x", by: Self.ann)
      recording.read("x", by: Self.bob)
      _ = recording.told()
      #expect(Self.text(recording.told.last?.source?.executable) == expected)
    }
  }

  @Test func `is not taken from before the trace for what was executed since`() {
    let recording = Self.recording()
    recording.seed([Self.running(Party.ann.pid, "/old")])
    recording.exec([], [], by: Self.ann)
    recording.write("x", by: Self.ann)
    recording.read("x", by: Self.bob)
    _ = recording.told()
    #expect(Self.source(recording) == "-|-|-|user 0|-")
  }

  @Test func `is told of both ends of a signal`() {
    let recording = Self.recording()
    recording.seed([Self.running(Party.ann.pid, "/kill"), Self.running(Party.bob.pid, "/server")])
    recording.signal(15, from: Self.ann, to: Self.bob)
    _ = recording.told()
    #expect(Self.text(recording.told.last?.source?.executable) == "/kill")
    #expect(Self.text(recording.told.last?.destination?.executable) == "/server")
  }

  @Test func `is forgotten of those that came first when there are many`() {
    var entries = RecentEntries<Int, String>(limit: 3)
    for (key, value) in [(1, "a"), (2, "b"), (1, "c"), (3, "d")] { entries.set(key, value) }
    #expect((1...3).map { entries[$0] } == ["c", "b", "d"])
    #expect(entries.remove(2) == "b")
    entries.set(4, "e")
    #expect((1...4).map { entries[$0] } == ["c", nil, "d", "e"])
    entries.set(2, "f")
    #expect((1...4).map { entries[$0] } == [nil, "f", "d", "e"])
  }

  @Test func `is of the container whose id is in the innermost cgroup`() {
    let id = String(repeating: "f0", count: 32), other = String(repeating: "ab", count: 32)
    func found(_ names: String...) -> String? {
      Self.text(ContainerID.find(in: names.map { ArraySlice($0.utf8) }))
    }
    #expect(found("docker-\(id).scope", "system.slice") == "f0f0f0f0f0f0")
    #expect(found(id, "docker", other, "docker") == "f0f0f0f0f0f0")
    #expect(found("cri-containerd-\(id).scope", "kubepods-besteffort.slice") == "f0f0f0f0f0f0")
    #expect(found("libpod-conmon-\(id).scope", "machine.slice") == nil)
    #expect(found("init.scope") == nil && found("\(id)0") == nil && found("user-1000.slice", "") == nil)
  }
}

extension Recording {
  /// Executes a program, whose paths are given from the last component to the first.
  func exec(
    _ path: [String], _ arguments: [String], in folder: [String] = [], cgroup: [String] = [], uid: UInt32 = 0,
    ownPid: UInt32 = 0, by party: Party
  ) {
    func terminated(_ texts: [String]) -> [UInt8] { texts.flatMap { Array($0.utf8) + [0] } }
    let parts = [path, folder, arguments, cgroup].map(terminated)
    var exec = ipc_exec()
    exec.header = header(IPC_RECORD_EXEC, IPC_KIND_COUNT, by: party)
    exec.uid = uid
    exec.own_pid = ownPid
    exec.executable = UInt32(parts[0].count)
    exec.directory = UInt32(parts[1].count)
    exec.arguments = UInt32(parts[2].count)
    exec.cgroup = UInt32(parts[3].count)
    arrive(RecordBytes.bytes(exec, then: parts.flatMap { $0 }))
  }

  /// Makes another process.
  func fork(_ child: UInt32, ownPid: UInt32 = 0, by party: Party) {
    var fork = ipc_fork()
    fork.header = header(IPC_RECORD_FORK, IPC_KIND_COUNT, by: party)
    fork.child = child
    fork.own_child = ownPid
    arrive(RecordBytes.bytes(fork))
  }
}
