/// First byte of what ipcdump adds to a block, so that it can be read back without loss.
enum RecordType: UInt8 {
  /// An event; the layout is ``OutputBuffer/appendRecordHead(of:offset:)``'s.
  case event = 1
  /// Events that were lost.
  case loss = 2
  /// More contents of the event before.
  case continuation = 3
}
