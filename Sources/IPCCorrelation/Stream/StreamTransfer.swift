import IPCModel
import RecordLayout

/// A stream's transfer record and the bytes behind it.
struct StreamTransfer {
  /// The record as the kernel wrote it.
  let raw: ipc_transfer
  /// All of the record if it is a socket's.
  let socket: ipc_socket?
  /// A read's contents or a write's fingerprint; valid as long as the record.
  let captured: UnsafeRawBufferPointer

  /// Reads a record; nil if it is cut.
  init?(_ record: UnsafeRawBufferPointer, isSocket: Bool) {
    let size = isSocket ? MemoryLayout<ipc_socket>.size : MemoryLayout<ipc_transfer>.size
    guard record.count >= size else { return nil }
    raw = record.loadUnaligned(as: ipc_transfer.self)
    socket = isSocket ? record.loadUnaligned(as: ipc_socket.self) : nil
    captured = UnsafeRawBufferPointer(rebasing: record[size...].prefix(Int(raw.captured)))
  }

  var key: ChannelKey { ChannelKey(address: raw.channel, inode: raw.inode) }
  var time: UInt64 { raw.header.time }
  /// Bytes moved, or asked for; no call moves more than MAX_RW_COUNT (include/linux/fs.h), whatever it asks for.
  var count: Int { Int(min(raw.count, 0x7FFF_F000)) }
  func has(_ flag: ipc_flags) -> Bool { raw.header.flags & UInt8(flag.rawValue) != 0 }
  func has(_ trait: ipc_socket_traits) -> Bool { (socket?.traits ?? 0) & UInt16(trait.rawValue) != 0 }

  /// The write that it tells of.
  ///
  /// - Parameters:
  ///   - begin: When it can have begun at the earliest.
  ///   - end: When it ended; `UInt64.max` if it has not.
  func write(begin: UInt64, end: UInt64) -> StreamWrite {
    StreamWrite(
      source: Endpoint(raw.header), isMatched: has(IPC_FLAG_MATCHED), isPacket: has(IPC_FLAG_PACKET),
      isLocal: socket == nil || has(IPC_SOCKET_LOCAL), isUrgent: has(IPC_SOCKET_URGENT), begin: begin,
      end: end,
      count: count, fingerprint: Fingerprint(captured, suffix: Int(raw.suffix)))
  }
}
