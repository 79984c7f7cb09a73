import IPCModel
import RecordLayout
import Testing

@testable import IPCCorrelation

@Suite("What a process does to another one")
struct AccessTests {
  private let recording = CorrelatorRecording()

  private func target(_ party: Party) -> ipc_target {
    recording.parties[party.endpoint] = party.name
    var target = ipc_target()
    target.tgid = party.pid
    target.tid = party.tid
    RecordBytes.set(&target.comm, to: party.process ?? party.name)
    RecordBytes.set(&target.thread, to: party.name)
    target.image = party.image
    target.in_scope = party.isInScope ? 1 : 0
    return target
  }

  /// - Parameter kept: How many of the bytes come with the record itself; nil for all.
  private func moves(
    _ text: String, by caller: Party, _ party: Party, isWrite: Bool, kept: Int? = nil,
    flags: [ipc_flags] = [],
    last: UInt8 = 0, _ kind: ipc_kind = IPC_KIND_PROCESS_VM
  ) {
    let bytes = Array(text.utf8)
    var access = ipc_access()
    let more = kept == nil ? [] : [IPC_FLAG_MORE]
    access.transfer.header = recording.header(IPC_RECORD_ACCESS, kind, by: caller, flags: flags + more)
    access.transfer.fd = .max
    access.transfer.count = UInt64(bytes.count)
    access.transfer.captured = UInt32(kept ?? bytes.count)
    access.target = target(party)
    access.address = 4096
    access.is_write = isWrite ? 1 : 0
    recording.arrive(RecordBytes.bytes(access, then: Array(bytes.prefix(kept ?? bytes.count))))
    if let kept {
      recording.sendContents(bytes, from: kept, by: 4, behind: access.transfer.header, last: last)
    }
  }

  private func traces(_ request: UInt32, by caller: Party, _ party: Party) {
    var access = ipc_access()
    access.transfer.header = recording.header(IPC_RECORD_ACCESS, IPC_KIND_PTRACE, by: caller)
    access.target = target(party)
    access.address = 8
    access.request = request
    recording.arrive(RecordBytes.bytes(access))
  }

  @Test func `by reading its memory gets bytes from it`() {
    moves("hello", by: .ann, .bob, isWrite: false)
    #expect(recording.told() == ["bob > ann 5 \"hello\""])
    #expect(recording.told.first?.meta == ["count": "5", "direction": "read", "address": "4096"])
    #expect(recording.told.first?.event.traits == [])
    #expect(recording.toldAtEnd() == [])
    #expect(recording.contentsInUse == 0)
  }

  @Test func `by writing into it sends bytes to it`() {
    moves("hello", by: .ann.inScope, .bob, isWrite: true)
    #expect(recording.told() == ["ann > bob 5 \"hello\""])
    #expect(recording.meta("direction") == "write")
    #expect(recording.told.first?.event.traits == .inScope)
  }

  @Test func `has contents that come in pieces`() {
    moves("hello, world", by: .ann, .bob, isWrite: false, kept: 3)
    #expect(recording.told() == ["bob > ann 12 \"hello, world\""])
    #expect(recording.contentsInUse == 0)
  }

  @Test func `says what of the contents could not be read`() {
    moves("hello", by: .ann, .bob, isWrite: false, kept: 2, last: UInt8(IPC_FLAG_PARTIAL.rawValue))
    #expect(recording.told() == ["bob > ann 5 \"hello\""])
    #expect(recording.meta("bytes_missing") == nil)
  }

  @Test func `is told with what has come if the rest is lost`() {
    let rest = recording.late { moves("hello", by: .ann, .bob, isWrite: false, kept: 2) }
    recording.arrive(rest[0])
    recording.lost = 1
    moves("again", by: .ann, .bob, isWrite: false)
    #expect(recording.told(after: 300) == ["bob > ann 5 \"he\"", "bob > ann 5 \"again\""])
    #expect(recording.contentsInUse == 0)
  }

  @Test(
    arguments: [(4, "poketext"), (5, "pokedata"), (6, "pokeuser"), (16, "attach"), (0x4206, "seize")]
      as [(UInt32, String)])
  func `by ptrace is told with the request`(number: UInt32, word: String) {
    traces(number, by: .ann, .bob)
    #expect(recording.told() == ["ann > bob 0"])
    #expect(recording.meta("request") == word)
    #expect(recording.meta("address") == (number <= 6 ? "8" : nil))
  }

  @Test func `by another request of ptrace is nothing`() {
    traces(1, by: .ann, .bob)
    #expect(recording.told() == [])
  }

  @Test(
    arguments: [
      (0o010600, "", 0, "3>4 pipe:[77]"), (0o140777, "", 0, "3>4 socket:[77]"), (0, "", 0, "3>4 ?"),
      (0o100644, "null\0dev\0", 0, "3>4 /dev/null"), (0o100777, "memfd:x\0", 1, "3>4 memfd:x"),
      (0o600, "[eventfd]\0", 1, "3>4 anon_inode:[eventfd]"),
    ] as [(UInt32, String, UInt32, String)])
  func `by taking a descriptor gets it`(mode: UInt32, name: String, isPseudo: UInt32, text: String) {
    var taken = ipc_taken()
    taken.header = recording.header(IPC_RECORD_TAKEN, IPC_KIND_PIDFD_GETFD, by: .ann)
    taken.target = target(.bob)
    taken.fd_there = 3
    taken.descriptor = ipc_descriptor(
      fd: 4, mode: mode, inode: 77, length: UInt32(name.utf8.count), is_pseudo: isPseudo)
    recording.arrive(RecordBytes.bytes(taken, then: Array(name.utf8)))
    #expect(recording.told() == ["bob > ann 0"])
    #expect(recording.meta("fds") == text)
  }
}
