import IPCModel
import RecordLayout

/// A message that was received and whose sender is looked for.
///
/// Its properties are many because it is one row of a queue: what the kernel reported of one receive, and how much of its
/// contents has arrived.
struct ReceivedMessage {
  /// Who received.
  let reader: Endpoint
  /// Whether the receiver is in the scope of the trace.
  let isInScope: Bool
  /// When the receive ended, in nanoseconds.
  let time: UInt64
  /// Bytes of the message.
  let count: Int
  /// Those of them for which the receiver had room.
  let kept: Int
  /// Whether the room was used up, so that the message may have had more bytes.
  let isFilled: Bool
  let route: MessageRoute
  /// Unix: what its sockets are called.
  let names: SocketEndNames
  /// What came with it.
  let ancillary: AncillaryData?
  /// Captured bytes.
  var content: ContentArena.Piece
  /// Length of `content` that has arrived.
  var filled: Int
  /// Why some of its bytes may be missing.
  var missing: MissingBytes?
  /// State of losses when it arrived.
  let lossEpoch: UInt64
  /// Number in the order of arrival.
  let serial: UInt64

  init(
    _ transfer: SocketTransfer, names: SocketEndNames, ancillary: AncillaryData?, content: ContentArena.Piece,
    filled: Int, lossEpoch: UInt64, serial: UInt64
  ) {
    reader = transfer.actor
    isInScope = transfer.has(IPC_FLAG_IN_SCOPE)
    time = transfer.time
    count = transfer.count
    kept = transfer.receivedLength
    isFilled = transfer.has(IPC_SOCKET_FILLED)
    route = MessageRoute(transfer.raw)
    self.names = names
    self.ancillary = ancillary
    self.content = content
    self.filled = filled
    missing =
      transfer.has(IPC_FLAG_SPLICED) ? .spliced : transfer.has(IPC_FLAG_PARTIAL) ? .unreadable : nil
    self.lossEpoch = lossEpoch
    self.serial = serial
  }
}
