import IPCModel
import RecordLayout
import Testing

@testable import IPCCorrelation

@Suite("Bytes over a vsock connection")
struct VsockTests {
  private let recording = CorrelatorRecording()

  /// A record of a transfer from port 1234 of context 1 to port 70000 of context 2.
  private func transfer(
    _ type: ipc_record_type, _ text: String, by party: Party, count: Int? = nil, flags: [ipc_flags] = [],
    unread: UInt32 = 0, inode: UInt64 = 0
  ) {
    let bytes = Array(text.utf8)
    var record = ipc_socket()
    record.transfer.header = recording.header(type, IPC_KIND_VSOCK, by: party, flags: flags)
    record.transfer.channel = 0x8000
    record.transfer.identity = 1234 << 32 | 70_000
    record.transfer.count = UInt64(count ?? bytes.count)
    record.transfer.unread = unread
    record.traits = UInt16(IPC_SOCKET_LOCAL.rawValue)
    let (source, destination) = (
      ipc_vsock_end(cid: 1, port: 1234, pad: (0, 0)), ipc_vsock_end(cid: 2, port: 70_000, pad: (0, 0))
    )
    withUnsafeMutableBytes(of: &record.source_address) { $0.storeBytes(of: source, as: ipc_vsock_end.self) }
    withUnsafeMutableBytes(of: &record.destination_address) {
      $0.storeBytes(of: destination, as: ipc_vsock_end.self)
    }
    var tail = bytes
    if type == IPC_RECORD_READ {
      record.destination_inode = inode
      record.extent.received_length = UInt32(bytes.count)
    } else {
      let print = RecordBytes.fingerprint(of: bytes)
      record.transfer.suffix = UInt32(print.suffix)
      tail = print.captured
    }
    record.transfer.captured = UInt32(tail.count)
    recording.arrive(RecordBytes.bytes(record, then: tail))
  }

  @Test func `tell both contexts and ports`() {
    transfer(IPC_RECORD_WRITE, "hello", by: .ann)
    transfer(IPC_RECORD_READ, "hello", by: .bob)
    #expect(recording.told() == ["ann > bob 5 \"hello\""])
    #expect(
      recording.told.last?.meta == [
        "src_cid": "1", "src_port": "1234", "dst_cid": "2", "dst_port": "70000", "count": "5",
      ])
    #expect(recording.told.last?.event.traits == [])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `are divided among those who wrote them`() {
    transfer(IPC_RECORD_WRITE, "hello", by: .ann)
    transfer(IPC_RECORD_WRITE, "world", by: .amy)
    transfer(IPC_RECORD_READ, "helloworld", by: .bob)
    #expect(recording.told() == ["ann > bob 5 \"hello\"", "amy > bob 5 \"world\""])
  }

  @Test func `keep to the bounds of packets`() {
    transfer(IPC_RECORD_WRITE, "a long one", by: .ann, flags: [IPC_FLAG_PACKET])
    transfer(IPC_RECORD_WRITE, "next", by: .amy, flags: [IPC_FLAG_PACKET])
    transfer(IPC_RECORD_READ, "a lo", by: .bob, flags: [IPC_FLAG_PACKET])
    transfer(IPC_RECORD_READ, "next", by: .bob, flags: [IPC_FLAG_PACKET])
    #expect(
      recording.told() == ["ann > bob 4 \"a lo\"", "ann > nobody 6 \"ng one\"", "amy > bob 4 \"next\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `of a connection from before are of nobody who was seen`() {
    transfer(
      IPC_RECORD_READ, "before", by: .bob, flags: [IPC_FLAG_FIRST_SEEN], unread: IPC_UNREAD_UNKNOWN)
    #expect(recording.told(after: 500) == ["<unknown> > bob 6 \"before\""])
  }
}
