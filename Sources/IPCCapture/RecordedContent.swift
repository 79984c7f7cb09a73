/// What a record says about the contents of its event.
enum RecordedContent: Equatable {
  /// They were not asked for, or the kind has none.
  case none
  /// So many bytes were captured; they are the payload of the block, and of those that follow it.
  case bytes(UInt64)
}
