import IPCModel

/// What of an event's bytes a format shows.
package struct ShownContent {
  /// Bytes to show; nil if contents were not asked for or the kind has none.
  package let bytes: UnsafeRawBufferPointer?
  /// Whether the transfer had more bytes than these.
  package let isTruncated: Bool

  package init(of event: borrowing Event, content: UnsafeRawBufferPointer?, limit: Int?) {
    var isTruncated = event.traits.contains(.incomplete)
    if let content, event.kind.row.carriesBytes {
      let count = min(content.count, max(limit ?? .max, 0))
      bytes = UnsafeRawBufferPointer(rebasing: content[..<count])
      if UInt64(count) < event.count { isTruncated = true }
    } else {
      bytes = nil
    }
    self.isTruncated = isTruncated
  }
}
