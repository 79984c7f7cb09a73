import RecordLayout

/// The thread that a record is of, as far as it tells which other records are of the same call.
///
/// Threads without a number in this pid namespace are all 0. Of theirs, the time tells, which the records of one
/// transfer and its contents share.
struct RecordedThread: Hashable {
  /// A number of a thread, or a time with the highest bit set.
  private let value: UInt64

  init(_ header: ipc_header) {
    value = header.tid == 0 ? header.time | 1 << 63 : UInt64(header.tid)
  }
}
