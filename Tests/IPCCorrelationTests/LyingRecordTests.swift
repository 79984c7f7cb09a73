import RecordLayout
import Testing

@testable import IPCCorrelation

@Suite("A record that says what cannot be")
struct LyingRecordTests {
  private let client = MessageSocket(2, port: 4000), server = MessageSocket(1, port: 53)

  // MARK: - Contents

  /// A record that announces more contents, and what comes behind it: none.
  private func announced(_ record: [UInt8]) -> [[UInt8]] {
    var record = record
    let flags = UInt8(IPC_FLAG_MORE.rawValue)
    RecordBytes.set(\ipc_transfer.header.flags, to: flags, in: &record)
    RecordBytes.set(\ipc_transfer.captured, to: 0, in: &record)
    var content = ipc_content()
    content.header = record.withUnsafeBytes { $0.loadUnaligned(as: ipc_header.self) }
    content.header.type = UInt16(IPC_RECORD_CONTENT.rawValue)
    content.header.flags = 0
    return [record, RecordBytes.bytes(content)]
  }

  @Test func `that a pipe's contents follow which nobody wants is believed in the rest`() {
    let recording = Recording(capturing: 0)
    recording.write("hello", by: .ann)
    let read = recording.late { recording.read("hello", by: .bob) }
    recording.arrive(late: announced(read[0]))
    #expect(recording.told() == ["ann > bob 5"])
  }

  @Test func `that a message's contents follow which nobody wants is believed in the rest`() {
    let recording = MessageRecording(capturing: 0)
    recording.send("hello", by: .ann, from: client, to: server)
    let read = recording.late { recording.receive("hello", by: .bob, at: server, from: client) }
    recording.arrive(late: announced(read[0]))
    #expect(recording.told() == ["ann > bob 5"])
  }

  @Test func `that more was captured of a message than it has shows no more`() {
    let recording = MessageRecording()
    recording.send("hello", by: .ann, from: client, to: server)
    var read = recording.late { recording.receive("hello world", by: .bob, at: server, from: client) }
    RecordBytes.set(\ipc_transfer.count, to: 5, in: &read[0])
    recording.arrive(late: read)
    #expect(recording.told() == ["ann > bob 5 \"hello\""])
  }

  @Test func `that more was captured of a message than there was room for shows no more`() {
    let recording = MessageRecording()
    recording.send("hello world", by: .ann, from: client, to: server)
    var read = recording.late { recording.receive("hello world", by: .bob, at: server, from: client) }
    RecordBytes.set(\ipc_socket.extent.received_length, to: 5, in: &read[0])
    recording.arrive(late: read)
    #expect(recording.told() == ["ann > bob 11 \"hello\""])
  }

  @Test func `that more was captured of a write than it has shows no more if nobody reads it`() {
    let recording = Recording()
    var write = recording.late { recording.write("hello world", by: .ann) }
    RecordBytes.set(\ipc_transfer.count, to: 5, in: &write[write.count - 1])
    recording.arrive(late: write)
    #expect(recording.toldAtEnd() == ["ann > nobody 5 \"hello\""])
  }

  // MARK: - Times

  private static let impossible: [UInt64] = [0, 1 << 63, .max - 1, .max]

  @Test(arguments: impossible)
  func `that it is of no time is none`(time: UInt64) {
    let recording = Recording()
    var records = recording.late {
      recording.tellPath(["fifo", "tmp"])
      recording.end(recording.begin([UInt8](repeating: 0x61, count: 5000), by: .ann))
      recording.read("aaa", by: .bob)
      recording.signal(10, from: .ann, to: .bob)
    }
    for index in records.indices {
      RecordBytes.set(\ipc_header.time, to: time, in: &records[index])
      #expect(recording.arrive(records[index]) == nil)
    }
    recording.sweep(after: 5000, OpenChannels())
    #expect(recording.told(after: 200) == [])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `that it is of the last time there is harms nothing`() {
    let recording = Recording()
    var records = recording.late {
      recording.end(recording.begin([UInt8](repeating: 0x61, count: 5000), by: .ann))
      recording.read("aaa", by: .bob)
    }
    for index in records.indices {
      RecordBytes.set(\ipc_header.time, to: UInt64(Int64.max), in: &records[index])
    }
    recording.arrive(late: records)
    recording.sweep(after: 5000, OpenChannels())
    #expect(recording.told(after: 200) == [])
    #expect(recording.toldAtEnd().count == 2)
  }

  // MARK: - Kinds

  @Test func `that descriptors went with a datagram of UDP is not believed`() {
    let recording = MessageRecording(IPC_KIND_LOOPBACK_UDP)
    let passing = MessagePassing(
      descriptors: [(3, MessagePassing.file, 9, ["x"], false)], credentials: (1, 2, 3))
    recording.send("hello", by: .ann, from: client, to: server, passing: passing)
    recording.receive("hello", by: .bob, at: server, from: client, passing: passing)
    #expect(recording.told() == ["ann > bob 5 \"hello\""])
    #expect(recording.meta("count") == "5")
    #expect(recording.meta("dst_inode") == "1001")
  }
}
