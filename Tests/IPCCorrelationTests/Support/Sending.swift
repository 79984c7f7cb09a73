/// A write to a connection that goes on.
struct Sending {
  let party: Party
  let bytes: [UInt8]
  let connection: TracedConnection
  let isUrgent: Bool
  /// Where the stream stood when the write was entered.
  let entered: UInt32
}
