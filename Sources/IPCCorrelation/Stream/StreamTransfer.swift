import IPCModel
import RecordLayout

/// A stream's transfer record and the bytes behind it.
struct StreamTransfer {
  /// Start of the record; valid as long as that.
  private let start: UnsafeRawPointer
  private let isSocket: Bool
  /// A read's contents or a write's fingerprint; valid as long as the record.
  let captured: UnsafeRawBufferPointer

  /// Bytes of a record without what follows it.
  static func size(isSocket: Bool) -> Int {
    isSocket ? MemoryLayout<ipc_socket>.size : MemoryLayout<ipc_transfer>.size
  }

  /// Reads a record.
  ///
  /// - Parameters:
  ///   - start: Its first byte.
  ///   - length: Bytes of it and what follows; not less than ``size(isSocket:)``.
  init(_ start: UnsafeRawPointer, length: Int, isSocket: Bool) {
    self.start = start
    self.isSocket = isSocket
    let size = Self.size(isSocket: isSocket)
    let raw = start.loadUnaligned(as: ipc_transfer.self)
    let count = min(Int(clamping: min(UInt64(raw.captured), raw.count)), length - size)
    captured = UnsafeRawBufferPointer(start: start + size, count: count)
  }

  /// The record as the kernel wrote it, read in place.
  @inline(__always)
  var raw: ipc_transfer { start.loadUnaligned(as: ipc_transfer.self) }

  /// All of the record if it is a socket's.
  @inline(__always)
  var socket: ipc_socket? { isSocket ? start.loadUnaligned(as: ipc_socket.self) : nil }

  /// What else a socket's record says, as bits of `ipc_socket_traits`.
  private var traits: UInt16 { socket?.traits ?? 0 }

  var key: ChannelKey { raw.key }
  var time: UInt64 { raw.header.time }
  /// Bytes moved, or asked for.
  var count: Int { raw.moved }
  /// Whether it is of a read that left nothing in a pipe or a unix socket's queue.
  var leavesEmpty: Bool {
    switch UInt32(raw.header.kind) {
    case IPC_KIND_PIPE.rawValue: raw.state.pipe.head == raw.state.pipe.tail
    case IPC_KIND_UNIX_STREAM.rawValue: raw.state.unix_stream.messages == 0
    default: false
    }
  }
  func has(_ flag: ipc_flags) -> Bool { raw.header.has(flag) }
  func has(_ trait: ipc_socket_traits) -> Bool { traits & UInt16(trait.rawValue) != 0 }

  /// The write that it tells of.
  ///
  /// - Parameters:
  ///   - source: Who the record says wrote.
  ///   - begin: When it can have begun at the earliest.
  ///   - end: When it ended; `UInt64.max` if it has not.
  @inline(__always)
  func write(by source: Endpoint, begin: UInt64, end: UInt64) -> StreamWrite {
    StreamWrite(
      source: source, isInScope: has(IPC_FLAG_IN_SCOPE), isPacket: has(IPC_FLAG_PACKET),
      isLocal: !isSocket || has(IPC_SOCKET_LOCAL), isUrgent: has(IPC_SOCKET_URGENT), begin: begin,
      end: end,
      count: count, fingerprint: Fingerprint(captured, suffix: Int(raw.suffix)))
  }
}
