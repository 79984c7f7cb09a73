import IPCModel
import RecordLayout

@testable import IPCCorrelation

/// One end of a channel, as records name it.
struct TracedEnd {
  var kind: ipc_kind
  var address: UInt64
  var inode: UInt64
  var port: UInt16 = 0
  var name: String?

  static func pipe(_ number: UInt64 = 1, inode: UInt64 = 42) -> (write: TracedEnd, read: TracedEnd) {
    let address = 0x1000 * number
    return (
      TracedEnd(kind: IPC_KIND_PIPE, address: address, inode: inode),
      TracedEnd(kind: IPC_KIND_PIPE, address: address + 1, inode: inode)
    )
  }

  static let client = TracedEnd(kind: IPC_KIND_UNIX_STREAM, address: 0x8000, inode: 7)
  static let server = TracedEnd(kind: IPC_KIND_UNIX_STREAM, address: 0x9000, inode: 8, name: "/run/s")
}

/// What is done with ends of channels, as the kernel would report it.
final class LifecycleRecording: CorrelatorRecording {
  init(tellsLifecycle: Bool = true) { super.init(tellsLifecycle: tellsLifecycle) }

  /// Reports an operation at an end.
  func life(
    _ operation: ipc_operation, at own: TracedEnd?, of other: TracedEnd? = nil, by party: Party,
    ways: [ipc_ways] = [], traits: [ipc_life_traits] = [], _ fill: (inout ipc_life) -> Void = { _ in }
  ) {
    var life = ipc_life()
    life.header = header(IPC_RECORD_LIFE, own?.kind ?? IPC_KIND_COUNT, by: party)
    life.fd = UInt32(bitPattern: -1)
    life.own = own?.address ?? 0
    life.own_inode = own?.inode ?? 0
    life.own_port = own?.port ?? 0
    life.other = other?.address ?? 0
    life.other_inode = other?.inode ?? 0
    life.other_port = other?.port ?? 0
    life.operation = UInt8(operation.rawValue)
    life.ways = ways.reduce(0) { $0 | UInt8($1.rawValue) }
    life.traits = traits.reduce(0) { $0 | UInt8($1.rawValue) }
    if own?.name != nil { life.traits |= UInt8(IPC_LIFE_NAMED.rawValue) }
    if other?.name != nil { life.traits |= UInt8(IPC_LIFE_OTHER_NAMED.rawValue) }
    fill(&life)
    arrive(RecordBytes.bytes(life))
  }

  /// Reports the name of an end.
  func name(_ end: TracedEnd) {
    var channel = ipc_channel()
    channel.header = header(IPC_RECORD_CHANNEL, end.kind, by: .ann)
    channel.channel = end.address
    channel.inode = end.inode
    channel.form = IPC_NAME_PLAIN.rawValue
    let bytes = Array((end.name ?? "").utf8)
    channel.length = UInt32(bytes.count)
    arrive(RecordBytes.bytes(channel, then: bytes))
  }

  /// A write to a pipe and the read of it.
  func pass(_ text: String, from writer: Party, to reader: Party, through pipe: TracedEnd) {
    for (type, party) in [(IPC_RECORD_WRITE, writer), (IPC_RECORD_READ, reader)] {
      var transfer = ipc_transfer()
      transfer.header = header(type, IPC_KIND_PIPE, by: party)
      transfer.channel = pipe.address
      transfer.identity = pipe.inode
      transfer.count = UInt64(text.utf8.count)
      transfer.captured = UInt32(text.utf8.count)
      arrive(RecordBytes.bytes(transfer, then: Array(text.utf8)))
    }
  }
}
