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
      source: source, isMatched: has(IPC_FLAG_MATCHED), isPacket: has(IPC_FLAG_PACKET),
      isLocal: !isSocket || has(IPC_SOCKET_LOCAL), isUrgent: has(IPC_SOCKET_URGENT), begin: begin,
      end: end,
      count: count, fingerprint: Fingerprint(captured, suffix: Int(raw.suffix)))
  }
}
