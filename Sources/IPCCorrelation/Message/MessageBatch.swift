import IPCModel

/// A thread in sendmmsg(2): its messages can be received long before they are told as sent.
struct MessageBatch {
  let source: Endpoint
  let isInScope: Bool
  let route: MessageRoute
  /// When the call began.
  let time: UInt64
  /// When the first of its messages was told as sent: the call has ended; 0 while it goes on.
  var ended: UInt64 = 0
}
