import DequeModule
import IPCModel

/// Who has read one direction of a terminal lately.
struct TerminalReaders {
  /// Reads that are remembered.
  static let limit = 64
  /// How long before a write's end its bytes may have been read: the writer is interrupted by whom it has woken.
  private static let lead: UInt64 = 5_000_000

  /// What is known of who got a write.
  enum Finding {
    /// This read did, and no other record can change that.
    case certain(TerminalRead)
    /// This read did, unless the record of an earlier one is still on its way.
    case next(TerminalRead)
    /// None that is known.
    case nobody
  }

  /// The reads, in the order of time.
  private var reads = Deque<TerminalRead>()
  /// Time of the read that got the last write, or the first of several writes that one read got.
  private var claimTime: UInt64 = 0
  /// Bytes of these writes.
  private var claimBytes: UInt64 = 0

  /// Adds a read, whose record may come later than those of later reads.
  mutating func append(_ read: TerminalRead) {
    guard let last = reads.last, last.time > read.time else { return reads.append(read) }
    reads.insert(read, at: firstIndex(from: read.time))
  }

  /// Time of the read that is to be forgotten next, if there are too many.
  var surplus: UInt64? { reads.count > Self.limit ? reads.first?.time : nil }

  /// Forgets the earliest read.
  mutating func removeFirst() { reads.removeFirst() }

  /// Who got a write, all earlier ones being accounted for.
  func finding(for write: TerminalWrite) -> Finding {
    let next = firstIndex(from: write.time)
    if let early = earlyRead(of: write, before: next) { return .certain(early) }
    let possible = reads[next...].first { $0.canRead(from: write.session) }
    guard let possible else { return .nobody }
    // One who has read before and reads on is not overtaken by anybody else.
    if next > 0, reads[next - 1].reader == possible.reader, reads[next - 1].session == possible.session {
      return .certain(possible)
    }
    return .next(possible)
  }

  /// The read that has got a write before the record of its end came.
  ///
  /// It is the last read before, if the writes before do not have enough bytes for it.
  private func earlyRead(of write: TerminalWrite, before next: Int) -> TerminalRead? {
    guard next > 0 else { return nil }
    let last = reads[next - 1]
    guard last.time > claimTime, write.time - last.time <= Self.lead, last.canRead(from: write.session) else {
      return nil
    }
    var left = claimBytes
    var index = next - 1
    while reads[index].time >= claimTime {
      if reads[index].count > left { return last }
      left -= reads[index].count
      if index == 0 { break }
      index -= 1
    }
    return nil
  }

  /// Learns that a read got a write.
  mutating func claim(_ read: TerminalRead, for write: TerminalWrite) {
    if read.time != claimTime { claimBytes = 0 }
    claimTime = read.time
    let (sum, isOver) = claimBytes.addingReportingOverflow(write.count)
    claimBytes = isOver ? .max : sum
  }

  /// Who read last before a write, while the terminal controlled the same session.
  func lastRead(before write: TerminalWrite) -> TerminalRead? {
    let next = firstIndex(from: write.time)
    guard next > 0, reads[next - 1].session == write.session else { return nil }
    return reads[next - 1]
  }

  /// Whether a record that was lost may have been of another reader between a write and a read.
  func isDoubtful(_ read: TerminalRead, of write: TerminalWrite) -> Bool {
    if read.lossEpoch == write.lossEpoch || read.time < write.time { return false }
    // The same process has read before and after.
    return lastRead(before: write)?.reader.pid != read.reader.pid
  }

  /// Position of the first read that is not before a time.
  private func firstIndex(from time: UInt64) -> Int {
    var index = reads.count
    while index > 0, reads[index - 1].time >= time { index -= 1 }
    return index
  }
}
