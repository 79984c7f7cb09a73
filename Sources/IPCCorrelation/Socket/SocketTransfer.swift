import IPCModel
import RecordLayout

/// A socket's transfer record and the bytes behind it.
struct SocketTransfer {
  /// The record as the kernel wrote it.
  let raw: ipc_socket
  /// A read's contents or a write's fingerprint; valid as long as the record.
  let captured: UnsafeRawBufferPointer

  /// Reads a record; nil if it is cut.
  init?(_ record: UnsafeRawBufferPointer) {
    guard let (raw, rest) = record.record(ipc_socket.self) else { return nil }
    self.raw = raw
    captured = raw.transfer.captured(of: rest)
  }

  /// The direction; its address is 0 if the sender is not known.
  var key: ChannelKey { raw.transfer.key }
  var time: UInt64 { raw.transfer.header.time }
  /// Bytes moved, or asked for.
  var count: Int { raw.transfer.moved }
  /// Bytes of a received message that the receiver had room for.
  var receivedLength: Int { min(Int(raw.extent.received_length), count) }
  /// When the call that sent one message began, in nanoseconds; nil if that is not known.
  var began: UInt64? { raw.extent.call_ns == 0 ? nil : time - min(time, UInt64(raw.extent.call_ns)) }
  /// When a sent message lay in its receiver's queue at the latest, in nanoseconds; nil if that is not known.
  ///
  /// The kernel tells it behind the queueing (sk_data_ready), when somebody may have received the message already.
  var queued: UInt64? {
    raw.transfer.state.queued_at == 0 ? nil : raw.transfer.state.queued_at
  }
  /// Who acted.
  var actor: Endpoint { Endpoint(raw.transfer) }
  /// Thread that acted, as the records number it.
  var tid: UInt32 { raw.transfer.header.tid }
  /// What a write is recognised by.
  var fingerprint: Fingerprint { Fingerprint(captured, suffix: Int(raw.transfer.suffix)) }

  func has(_ flag: ipc_flags) -> Bool { raw.transfer.header.has(flag) }
  func has(_ trait: ipc_socket_traits) -> Bool { raw.traits & UInt16(trait.rawValue) != 0 }
}
