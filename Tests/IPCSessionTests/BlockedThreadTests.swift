import IPCModel
import IPCTraffic
import RecordLayout
import Testing

@testable import IPCSession
@testable import IPCTracing

/// What of a thread's waits is told.
@Suite("A blocked thread")
struct BlockedThreadTests {
  /// A pipe that process 5 reads from or writes to, and process 6 the other way.
  private func pipe(
    _ file: UInt64, isReader: Bool, unread: UInt32 = 0, interest: ipc_interest = IPC_INTEREST_WANTED
  ) -> [OpenChannel] {
    [(file, isReader, 5), (file + 1, !isReader, 6)].map { file, isReader, pid in
      var raw = ipc_held()
      raw.sends = file & ~1
      raw.sends_identity = file & ~1
      raw.inode = file & ~1
      raw.file = file
      raw.tgid = UInt32(pid)
      raw.can_read = isReader ? 1 : 0
      raw.can_write = isReader ? 0 : 1
      raw.unread = unread
      raw.interest = UInt8(interest.rawValue)
      return OpenChannel(raw)
    }
  }

  private func socket(
    _ file: UInt64, _ kind: ipc_kind, to peer: UInt64, unread: UInt32 = 0, pid: UInt32 = 5
  ) -> OpenChannel {
    var raw = ipc_held()
    raw.sends = file
    raw.sends_identity = file
    raw.receives = peer
    raw.receives_identity = peer
    raw.inode = file
    raw.file = file
    raw.tgid = pid
    raw.kind = UInt8(kind.rawValue)
    raw.unread = unread
    raw.interest = UInt8(IPC_INTEREST_WANTED.rawValue)
    return OpenChannel(raw)
  }

  private func blocked(
    _ call: ipc_waiting_call, _ waits: [(file: UInt64, readiness: ipc_readiness)], inScope: Bool = true,
    among held: [OpenChannel]
  ) -> [String]? {
    let raws = waits.map { wait in
      var raw = ipc_waiting()
      raw.file = wait.file
      raw.inode = held.first { $0.file.address == wait.file }?.inode ?? 0
      raw.tgid = 5
      raw.tid = 5
      raw.call = UInt8(call.rawValue)
      raw.readiness = UInt8(wait.readiness.rawValue)
      raw.in_scope = inScope ? 1 : 0
      return raw
    }
    guard let thread = WaitingThread.threads(raws, watched: []).first,
      let blocked = BlockedThread(thread, among: ChannelSnapshot(held))
    else { return nil }
    return blocked.waits.map { wait in
      let others = wait.others.map { "\($0.map(\.pid))" } ?? "anybody"
      return "\(wait.operation) \(wait.inode) \(others)"
    } + Array(repeating: "else", count: blocked.otherCount)
  }

  @Test func `waits for those who hold the other end`() {
    let held = pipe(10, isReader: true) + pipe(20, isReader: false)
    #expect(blocked(IPC_WAITING_TRANSFER, [(10, IPC_READY_TO_READ)], among: held) == ["read 10 [6]"])
    #expect(
      blocked(IPC_WAITING_POLL, [(10, IPC_READY_TO_READ), (20, IPC_READY_TO_WRITE)], among: held)
        == ["read 10 [6]", "write 20 [6]"])
  }

  @Test func `of a splice is held up by one side`() {
    let waits = [(file: UInt64(10), readiness: IPC_READY_TO_READ), (20, IPC_READY_TO_WRITE)]
    let full = pipe(20, isReader: false, unread: 9)
    #expect(
      blocked(IPC_WAITING_SPLICE, waits, among: pipe(10, isReader: true) + full) == ["read 10 [6]"])
    #expect(
      blocked(IPC_WAITING_SPLICE, waits, among: pipe(10, isReader: true, unread: 1) + full)
        == ["write 20 [6]"])
    // Of an empty socket and a pipe that is not, either may be it.
    let empty = [socket(10, IPC_KIND_UNIX_STREAM, to: 11)]
    #expect(blocked(IPC_WAITING_SPLICE, waits, among: empty + full) == ["read 10 []", "write 20 [6]"])
    #expect(
      blocked(IPC_WAITING_SPLICE, waits, among: empty + pipe(20, isReader: false)) == ["read 10 []"])
  }

  @Test func `is told of no certain peers where anybody may send`() {
    let held = [socket(10, IPC_KIND_LOOPBACK_UDP, to: 0)]
    #expect(blocked(IPC_WAITING_TRANSFER, [(10, IPC_READY_TO_READ)], among: held) == ["read 10 anybody"])
  }

  @Test func `waits for something else if a socket listens, or a file is no channel`() {
    let held = [socket(10, IPC_KIND_UNIX_STREAM, to: 0)] + pipe(20, isReader: true)
    let waits = [
      (file: UInt64(10), readiness: IPC_READY_TO_READ), (20, IPC_READY_TO_READ), (30, IPC_READY_TO_READ),
    ]
    #expect(blocked(IPC_WAITING_POLL, waits, among: held) == ["read 20 [6]", "else", "else"])
    #expect(blocked(IPC_WAITING_POLL, [waits[0]], among: held) == nil)
  }

  @Test func `is no other file's that has the same address`() {
    let held = pipe(10, isReader: true)
    var raw = ipc_waiting()
    raw.file = 10
    raw.inode = 99
    raw.tid = 5
    raw.in_scope = 1
    raw.readiness = UInt8(IPC_READY_TO_READ.rawValue)
    let thread = WaitingThread.threads([raw], watched: []).first
    #expect(thread.flatMap { BlockedThread($0, among: ChannelSnapshot(held)) } == nil)
  }

  @Test func `of no interest, or at ipcdump's own output, is not told`() {
    let wait = [(file: UInt64(10), readiness: IPC_READY_TO_READ)]
    let wanted = pipe(10, isReader: true)
    let others = pipe(10, isReader: true, interest: IPC_INTEREST_NONE)
    let own = pipe(10, isReader: true, interest: IPC_INTEREST_OWN)
    #expect(blocked(IPC_WAITING_TRANSFER, wait, inScope: false, among: wanted) == ["read 10 [6]"])
    #expect(blocked(IPC_WAITING_TRANSFER, wait, inScope: true, among: others) == ["read 10 [6]"])
    #expect(blocked(IPC_WAITING_TRANSFER, wait, inScope: false, among: others) == nil)
    #expect(blocked(IPC_WAITING_TRANSFER, wait, inScope: true, among: own) == nil)
  }
}
