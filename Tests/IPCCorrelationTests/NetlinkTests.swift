import IPCModel
import RecordLayout
import Testing

@testable import IPCCorrelation

@Suite("A netlink message")
struct NetlinkTests {
  private let recording = CorrelatorRecording(tellsKernelNetlink: true)

  private static let usersock: UInt32 = 2, uevent: UInt32 = 15

  /// A record of a message from a port to a port, or to a group.
  private func record(
    _ type: ipc_record_type, by party: Party, from source: UInt32, to port: UInt32, group: UInt32,
    family: UInt32, count: Int, traits: [ipc_socket_traits]
  ) -> ipc_socket {
    var record = ipc_socket()
    record.transfer.header = recording.header(type, IPC_KIND_NETLINK, by: party)
    record.transfer.channel = UInt64(source) << 32 | UInt64(group == 0 ? port : 1 << 20 + group)
    record.transfer.identity = source == 0 ? 0 : UInt64(family) << 32 | UInt64(source)
    record.transfer.count = UInt64(count)
    withUnsafeMutableBytes(of: &record.source_address) {
      $0.storeBytes(of: ipc_netlink_end(port: source, group: 0, family: family, pad: 0), as: NetlinkEnd.self)
    }
    withUnsafeMutableBytes(of: &record.destination_address) {
      $0.storeBytes(
        of: ipc_netlink_end(port: port, group: group, family: family, pad: 0), as: NetlinkEnd.self)
    }
    record.netns = 5
    for trait in traits { record.traits |= UInt16(trait.rawValue) }
    if group != 0 { record.traits |= UInt16(IPC_SOCKET_MULTICAST.rawValue) }
    return record
  }

  private func send(
    _ text: String, by party: Party, from source: UInt32, to port: UInt32 = 0, group: UInt32 = 0
  ) {
    var record = record(
      IPC_RECORD_WRITE, by: party, from: source, to: port, group: group, family: Self.usersock,
      count: text.utf8.count, traits: group == 0 ? [IPC_SOCKET_LOCAL] : [])
    let print = RecordBytes.fingerprint(of: Array(text.utf8))
    record.transfer.captured = UInt32(print.captured.count)
    record.transfer.suffix = UInt32(print.suffix)
    recording.arrive(RecordBytes.bytes(record, then: print.captured))
  }

  private func receive(
    _ text: String, by party: Party, from source: UInt32, at port: UInt32, group: UInt32 = 0,
    room: Int = .max, family: UInt32 = usersock, traits: [ipc_socket_traits] = []
  ) {
    let kept = Array(text.utf8.prefix(room))
    var record = record(
      IPC_RECORD_READ, by: party, from: source, to: port, group: group, family: family,
      count: text.utf8.count, traits: [IPC_SOCKET_LOCAL] + traits)
    record.end.destination = 0x9000 + UInt64(port)
    record.extent.received_length = UInt32(kept.count)
    record.transfer.captured = UInt32(kept.count)
    recording.arrive(RecordBytes.bytes(record, then: kept))
  }

  @Test func `tells its family, and no group if it has none`() {
    send("hello", by: .ann, from: 11, to: 12)
    receive("hello", by: .bob, from: 11, at: 12)
    #expect(recording.told() == ["ann > bob 5 \"hello\""])
    #expect(recording.told.last?.meta == ["family": "usersock", "count": "5"])
    #expect(recording.told.last?.event.traits == [])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `to a group is told for each receiver, however late`() {
    for number in 0..<200 { send("number \(number)", by: .ann, from: 11, group: 5) }
    for number in 0..<200 { receive("number \(number)", by: .bob, from: 11, at: 12, group: 5) }
    #expect(recording.told().count == 200)
    for number in 0..<200 { receive("number \(number)", by: .amy, from: 11, at: 13, group: 5) }
    let late = recording.told()
    #expect(late.count == 200 && late.allSatisfy { $0.hasPrefix("ann > amy") })
    #expect(recording.told.allSatisfy { $0.event.traits == [] && $0.meta["group"] == "5" })
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `to a group nobody listens to is no event`() {
    send("hello", by: .ann, from: 11, group: 5)
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `to somebody who does not read it is not delivered`() {
    send("hello", by: .ann, from: 11, to: 12)
    #expect(recording.told(after: 500) == [])
    #expect(recording.toldAtEnd() == ["ann > nobody 5 \"hello\""])
    #expect(recording.told.last?.event.traits == .undelivered)
  }

  @Test func `is told by the receiver's room, and its whole length`() {
    send("hello world", by: .ann, from: 11, to: 12)
    receive("hello world", by: .bob, from: 11, at: 12, room: 5)
    #expect(recording.told() == ["ann > bob 11 \"hello\""])
    #expect(recording.told.last?.meta["received"] == "5")
  }

  @Test func `of another socket of the sender is another one`() {
    send("alike", by: .ann, from: 11, to: 12)
    send("alike", by: .amy, from: 21, to: 12)
    receive("alike", by: .bob, from: 21, at: 12)
    receive("alike", by: .bob, from: 11, at: 12)
    #expect(recording.told() == ["amy > bob 5 \"alike\"", "ann > bob 5 \"alike\""])
  }

  @Test func `that was sent before is of who holds its socket, which is inferred`() {
    var open = OpenChannels()
    let name = (UInt64(5) << 32 | 11) ^ 0x6e6c_0000_0000_0000
    open.add(channel: name, inode: UInt64(Self.usersock), holder: Party.ann.holder, isWritable: true)
    recording.begin(with: open, .ann)
    receive("hello", by: .bob, from: 11, at: 12)
    #expect(recording.told(after: 500) == ["ann? > bob 5 \"hello\""])
    #expect(recording.told.last?.event.traits == .inferredSource)
    receive("hello", by: .bob, from: 99, at: 12)
    #expect(recording.told(after: 500) == ["<unknown> > bob 5 \"hello\""])
  }

  @Test func `of the kernel has it as an end`() {
    receive(
      "add@/x", by: .bob, from: 0, at: 12, group: 1, family: Self.uevent, traits: [IPC_SOCKET_FROM_KERNEL])
    #expect(recording.told() == ["kernel(0/0) > bob 6 \"add@/x\""])
    #expect(recording.told.last?.meta == ["family": "kobject-uevent", "group": "1", "count": "6"])
    receive("request", by: .ann, from: 11, at: 0, family: 0, traits: [IPC_SOCKET_TO_KERNEL])
    #expect(recording.told() == ["ann > kernel(0/0) 7 \"request\""])
    #expect(recording.told.last?.meta == ["family": "route", "count": "7"])
    #expect(recording.contentsInUse == 0)
  }

  @Test func `of a family without a name has its number`() {
    receive("hello", by: .bob, from: 0, at: 12, family: 29, traits: [IPC_SOCKET_FROM_KERNEL])
    _ = recording.told()
    #expect(recording.told.last?.meta["family"] == "29")
  }
}
