import IPCModel
import RecordLayout
import Testing

@testable import IPCCorrelation

@Suite("Shared memory")
struct SharedMemoryTests {
  private let recording = CorrelatorRecording()

  private func maps(
    _ party: Party, at start: UInt64 = 0x10000, _ length: UInt64 = 4096, offset: UInt64 = 0,
    inode: UInt64 = 9, traits: [ipc_mapped_traits] = [IPC_MAPPED_WRITABLE, IPC_MAPPED_PSEUDO],
    name: String = "memfd:x\0"
  ) {
    var raw = ipc_mapped()
    raw.header = recording.header(IPC_RECORD_MAPPED, IPC_KIND_SHARED_MEMORY, by: party)
    raw.start = start
    raw.length = length
    raw.offset = offset
    raw.inode = inode
    raw.device = inode == 0 ? 0 : 1
    raw.owner = party.pid
    raw.traits = traits.reduce(0) { $0 | $1.rawValue }
    raw.name_length = UInt32(name.utf8.count)
    recording.arrive(RecordBytes.bytes(raw, then: Array(name.utf8)))
  }

  private func does(
    _ operation: ipc_space_operation, by party: Party, _ start: UInt64 = 0, _ length: UInt64 = 0,
    _ newStart: UInt64 = 0, _ newLength: UInt64 = 0, child: Party? = nil
  ) {
    var raw = ipc_space()
    raw.header = recording.header(IPC_RECORD_SPACE, IPC_KIND_SHARED_MEMORY, by: party)
    raw.owner = party.pid
    raw.operation = operation.rawValue
    raw.start = start
    raw.length = length
    raw.new_start = newStart
    raw.new_length = newLength
    if let child {
      recording.parties[child.endpoint] = child.name
      raw.child.tgid = child.pid
      raw.child.tid = child.tid
      RecordBytes.set(&raw.child.comm, to: child.name)
      RecordBytes.set(&raw.child.thread, to: child.name)
    }
    recording.arrive(RecordBytes.bytes(raw))
  }

  /// Each event with its operation, its size in pages and what may be done.
  private func told() -> [String] {
    let lines = recording.told()
    return zip(lines, recording.told.suffix(lines.count)).map { line, told in
      let size = (told.meta["size"].flatMap { Int($0) } ?? 0) / 4096
      return
        "\(line.replacing(" 0", with: "")): \(told.meta["op"] ?? "?") \(size) \(told.meta["access"] ?? "?")"
    }
  }

  @Test func `is told when the later process maps it and when one lets go`() {
    maps(.amy)
    maps(.bea)
    does(IPC_SPACE_UNMAP, by: .amy, 0x10000, 4096)
    does(IPC_SPACE_UNMAP, by: .bea, 0x10000, 4096)
    #expect(told() == ["amy > bea: map 1 rw", "bea > amy: unmap 1 rw"])
    #expect(recording.meta("object") == "memfd:x")
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `is nothing between readers, until one may write`() {
    maps(.amy, traits: [IPC_MAPPED_PSEUDO])
    maps(.bea, traits: [IPC_MAPPED_PSEUDO])
    #expect(told() == [])
    does(IPC_SPACE_PROTECT, by: .bea, 0x10000, 4096, 1)
    #expect(told() == ["amy > bea: map 1 rw"])
  }

  @Test func `is of who has had it longest and still has it`() {
    maps(.amy)
    maps(.abe)
    does(IPC_SPACE_EXIT, by: .amy)
    maps(.bea)
    #expect(told() == ["amy > abe: map 1 rw", "abe > amy: unmap 1 rw", "abe > bea: map 1 rw"])
  }

  @Test func `is not what lies in other places of a file`() {
    maps(.amy, offset: 0)
    maps(.bea, offset: 4096)
    #expect(told() == [])
    maps(.bea, at: 0x20000, 8192, offset: 0)
    #expect(told() == ["amy > bea: map 2 rw"])
  }

  @Test func `goes on while any of it is left`() {
    maps(.amy, 0x4000)
    maps(.bea, at: 0x50000, 0x3000)
    does(IPC_SPACE_UNMAP, by: .bea, 0x51000, 0x1000)
    does(IPC_SPACE_UNMAP, by: .bea, 0x50000, 0x1000)
    #expect(told() == ["amy > bea: map 3 rw"])
    does(IPC_SPACE_UNMAP, by: .bea, 0, 0x100000)
    #expect(told() == ["amy > bea: unmap 1 rw"])
  }

  @Test func `moves and grows`() {
    maps(.amy, 0x4000)
    maps(.bea, at: 0x50000, 0x1000)
    does(IPC_SPACE_MOVE, by: .bea, 0x50000, 0x1000, 0x70000, 0x2000)
    does(IPC_SPACE_UNMAP, by: .bea, 0x50000, 0x1000)
    #expect(told() == ["amy > bea: map 1 rw"])
    does(IPC_SPACE_UNMAP, by: .bea, 0x70000, 0x2000)
    #expect(told() == ["amy > bea: unmap 2 rw"])
  }

  @Test func `is a child's, each mapping that it gets`() {
    maps(.amy, inode: 0, name: "")
    maps(.amy, at: 0x20000, 0x2000, inode: 0, name: "")
    maps(.amy, at: 0x30000, inode: 0, name: "")
    does(IPC_SPACE_INHERIT, by: .amy, 0x30000, 0x1000, 0)
    does(IPC_SPACE_FORK, by: .amy, child: .bea)
    #expect(told() == ["amy > bea: map 1 rw", "amy > bea: map 2 rw"])
    #expect(recording.meta("object") == "[anon]")
    does(IPC_SPACE_EXEC, by: .bea)
    #expect(told() == ["amy > bea: unmap 1 rw", "amy > bea: unmap 2 rw"])
  }

  @Test func `goes with its segment`() {
    maps(.amy, name: "SYSV000004d2\0")
    maps(.bea, name: "SYSV000004d2\0")
    does(IPC_SPACE_DETACH, by: .bea, 0x10000)
    #expect(told() == ["amy > bea: map 1 rw", "amy > bea: unmap 1 rw"])
    #expect(recording.meta("object") == "sysv 0x000004d2")
  }

  @Test func `is found in the order of time`() {
    let late = recording.late { maps(.amy) }
    maps(.bea)
    recording.arrive(late: late)
    #expect(told() == ["amy > bea: map 1 rw"])
  }

  @Test func `may be there before the trace, and of whom is inferred if of several`() {
    func mapping(_ party: Party) -> SharedMapping {
      recording.parties[party.endpoint] = party.name
      return SharedMapping(
        holder: party.endpoint, isInScope: false, start: 0x10000, length: 4096, offset: 0, device: 1,
        inode: 9, isWritable: true, path: Array("/memfd:x (deleted)".utf8))
    }
    var channels = OpenChannels()
    channels.mappings = [mapping(.amy)]
    recording.begin(with: channels)
    maps(.bea)
    #expect(recording.told() == ["amy > bea 0"])
    channels.mappings = [mapping(.abe)]
    recording.begin(with: channels)
    does(IPC_SPACE_EXIT, by: .bea)
    #expect(recording.told() == ["amy? > bea 0"])
  }

  @Test(
    arguments: [
      ("/memfd:x (deleted)", "memfd:x"), ("/dev/zero (deleted)", "[anon]"), ("/dev/shm/x", "/dev/shm/x"),
      ("/dev/shm/x (deleted)", "/dev/shm/x"), ("/SYSV000004d2 (deleted)", "sysv 0x000004d2"),
      ("/SYSV00000000 (deleted)", "sysv private"), ("", "[anon]"),
    ])
  func `is called as its file is`(path: String, name: String) {
    #expect(MemoryName.name(ofPath: Array(path.utf8)) == Array(name.utf8))
  }
}
