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
    if isSocket {
      guard let (socket, rest) = record.record(ipc_socket.self) else { return nil }
      raw = socket.transfer
      self.socket = socket
      captured = raw.captured(of: rest)
    } else {
      guard let (raw, rest) = record.record(ipc_transfer.self) else { return nil }
      self.raw = raw
      socket = nil
      captured = raw.captured(of: rest)
    }
  }

  var key: ChannelKey { raw.key }
  var time: UInt64 { raw.header.time }
  /// Bytes moved, or asked for.
  var count: Int { raw.moved }
  func has(_ flag: ipc_flags) -> Bool { raw.header.has(flag) }
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
