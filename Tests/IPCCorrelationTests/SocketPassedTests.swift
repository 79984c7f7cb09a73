import IPCModel
import RecordLayout
import Testing

@testable import IPCCorrelation

@Suite("What goes with a message")
struct SocketPassedTests {
  private let recording = MessageRecording()
  private let server = MessageSocket(1)
  private let client = MessageSocket(2)

  private func pass(_ given: MessagePassing?, _ got: MessagePassing?) -> Told? {
    recording.send("x", by: .ann, from: client, to: server, passing: given)
    recording.receive("x", by: .bob, at: server, from: client, passing: got)
    #expect(recording.told() == ["ann > bob 1 \"x\""])
    return recording.told.last
  }

  private func described(_ mode: UInt32, _ names: String..., isPseudo: Bool = false) -> String? {
    pass(nil, MessagePassing(descriptors: [(7, mode, 123, names, isPseudo)]))?.meta["fds"]
  }

  @Test func `is told with the numbers of both ends`() {
    #expect(pass(.file(3, "passwd", "etc"), .file(7, "passwd", "etc"))?.meta["fds"] == "3>7 /etc/passwd")
    #expect(recording.meta("creds") == nil)
  }

  @Test func `is told with what one end knows`() {
    #expect(pass(.file(3, "a"), nil)?.meta["fds"] == "3>? /a")
    #expect(pass(nil, .file(7, "a"))?.meta["fds"] == "?>7 /a")
    #expect(pass(nil, nil)?.meta["fds"] == nil)
  }

  @Test func `belongs to its own message`() {
    recording.send("x", by: .ann, from: client, to: server, passing: .file(3, "a"))
    recording.send("x", by: .ann, from: client, to: server)
    recording.send("x", by: .ann, from: client, to: server, passing: .file(4, "b"))
    for _ in 0..<3 { recording.receive("x", by: .bob, at: server, from: client) }
    _ = recording.told()
    #expect(recording.told.map { $0.meta["fds"] } == ["3>? /a", nil, "4>? /b"])
  }

  @Test func `is described as proc shows it`() {
    #expect(described(MessagePassing.file, "c", "b", "a") == "?>7 /a/b/c")
    #expect(described(0o040755) == "?>7 /")
    #expect(described(MessagePassing.fifo) == "?>7 pipe:[123]")
    #expect(described(MessagePassing.fifo, "fifo", "tmp") == "?>7 /tmp/fifo")
    #expect(described(MessagePassing.socket) == "?>7 socket:[123]")
    #expect(described(MessagePassing.file, "memfd:buffer", isPseudo: true) == "?>7 memfd:buffer")
    #expect(described(0o000600, "[eventfd]", isPseudo: true) == "?>7 anon_inode:[eventfd]")
    #expect(described(MessagePassing.file, "/", isPseudo: true) == "?>7 ?")
    #expect(described(0) == "?>7 ?")
  }

  @Test func `is described by the sender if the receiver has closed it`() {
    let closed = MessagePassing(descriptors: [(7, 0, 0, [], false)])
    #expect(pass(.file(3, "a"), closed)?.meta["fds"] == "3>7 /a")
  }

  @Test func `is listed in order, and what the receiver did not get, too`() {
    let given = MessagePassing(
      descriptors: [
        (3, MessagePassing.file, 9, ["a"], false), (4, MessagePassing.fifo, 12, [], false),
        (5, MessagePassing.socket, 13, [], false),
      ])
    let got = MessagePassing(
      descriptors: [(7, MessagePassing.file, 9, ["a"], false), (8, MessagePassing.fifo, 12, [], false)])
    #expect(pass(given, got)?.meta["fds"] == "3>7 /a, 4>8 pipe:[12], 5>? socket:[13]")
  }

  @Test func `is cut if it is long`() {
    let many = MessagePassing(
      descriptors: (0..<16).map { (Int32($0), MessagePassing.fifo, 5, [], false) }, count: 20)
    let text = pass(many, nil)?.meta["fds"] ?? ""
    #expect(text.hasPrefix("0>? pipe:[5], 1>? pipe:[5], "))
    #expect(text.hasSuffix("15>? pipe:[5], ... and 4 more"))
  }

  @Test func `are credentials, as the receiver sees them`() {
    #expect(pass(.credentials(pid: 12), nil)?.meta["creds"] == "pid 12 uid 1 gid 2")
    #expect(pass(.credentials(pid: 12), .credentials(pid: 99))?.meta["creds"] == "pid 99 uid 1 gid 2")
    var both = MessagePassing.credentials(pid: 12)
    both.pidfd = 9
    #expect(pass(nil, both)?.meta["creds"] == "pid 12 uid 1 gid 2 pidfd 9")
    #expect(pass(nil, MessagePassing(pidfd: 9))?.meta["creds"] == "pidfd 9")
    #expect(recording.meta("fds") == nil)
  }

  @Test func `is told of a message that nobody received, too`() {
    recording.send("x", by: .ann, from: client, to: server, passing: .file(3, "a"))
    #expect(recording.toldAtEnd() == ["ann > nobody 1 \"x\""])
    #expect(recording.meta("fds") == "3>? /a")
  }

  @Test func `leaves nothing behind`() {
    for _ in 0..<1000 { _ = pass(.file(3, "a"), .credentials(pid: 1)) }
    let numbers = recording.told.compactMap { $0.event[Kind.UnixSocket.descriptors]?.rawValue }
    #expect(numbers.count == 1000)
    #expect((numbers.max() ?? .max) < 8)
  }

  @Test func `that is cut off is ignored`() {
    let record = MessagePassing.file(3, "abc").record(
      RecordBytes.header(IPC_RECORD_PASSED, IPC_KIND_UNIX_DGRAM, by: .ann, time: 1, lost: 0))
    for length in stride(from: 0, to: record.count, by: 7) { recording.arrive(Array(record[..<length])) }
    var bad = ipc_passed()
    bad.header = RecordBytes.header(IPC_RECORD_PASSED, IPC_KIND_UNIX_DGRAM, by: .ann, time: 1, lost: 0)
    bad.parts = .max
    bad.count = .max
    _ = withUnsafeMutableBytes(of: &bad.descriptors) { $0.initializeMemory(as: UInt8.self, repeating: 0xff) }
    recording.arrive(RecordBytes.bytes(bad))
    #expect(pass(nil, nil)?.meta["creds"] != nil)
  }
}
