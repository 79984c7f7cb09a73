/// What is known of a stream that is spliced from.
struct Splicing {
  var readers = ReaderHistory()
  /// What its next reads get, if that is known.
  var backlog: SpliceBacklog?

  /// Begins with a channel's first splice.
  init(readBefore channel: StreamChannel) {
    guard let reader = channel.reader else { return }
    // Of several readers, only the last end is known, which stands for a thread of its own.
    readers.note(channel.hasSeveralReaders ? .min : reader, end: channel.lastRead)
  }

  /// When a thread's read can have begun at the earliest.
  func earliestBegin(of tid: Int32) -> UInt64 {
    let end = readers.earliestBegin(of: tid)
    guard let backlog, backlog.reader == tid else { return end }
    return max(end, backlog.time)
  }
}
