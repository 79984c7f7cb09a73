import DequeModule
import IPCModel

/// Who has read one direction of a terminal lately.
struct TerminalReaders {
  /// Reads that are remembered.
  static let limit = 64
  /// How long before a write's end its bytes may have been read, if it is not known when it began: the writer is
  /// interrupted by whom it has woken.
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
  /// Bytes of writes whose readers are known that no read is known to have got.
  private var unclaimed: UInt64 = 0

  /// Adds a read, whose record may come later than those of later reads.
  mutating func append(_ read: TerminalRead) {
    if let last = reads.last, last.time > read.time {
      return reads.insert(read, at: firstIndex(from: read.time))
    }
    reads.append(read)
    let taken = claim(unclaimed, at: reads.count - 1)
    unclaimed -= taken
  }

  /// Time of the read that is to be forgotten next, if there are too many.
  var surplus: UInt64? { reads.count > Self.limit ? reads.first?.time : nil }

  /// Forgets the earliest read.
  mutating func removeFirst() { reads.removeFirst() }

  /// Who got a write, all earlier ones being accounted for.
  func finding(for write: TerminalWrite) -> Finding {
    let next = firstIndex(from: write.time)
    if let early = earlyRead(of: write, before: next) { return early }
    let possible = reads[next...].first { $0.canRead(from: write.session) }
    guard let possible else { return .nobody }
    // One who has read before and reads on is not overtaken by anybody else.
    if next > 0, reads[next - 1].reader == possible.reader, reads[next - 1].session == possible.session {
      return .certain(possible)
    }
    return .next(possible)
  }

  /// The read that has got a write before its call ended: the first one since it began that has bytes of no other write.
  ///
  /// Without its beginning, it is the last read before, if that has got no other write's first byte.
  private func earlyRead(of write: TerminalWrite, before next: Int) -> Finding? {
    if write.began == 0 {
      guard hasRoom(forWriteWithoutBeginning: write) else { return nil }
      let last = reads[next - 1]
      return write.time - last.time <= Self.lead ? .certain(last) : nil
    }
    let start = firstIndex(from: write.began)
    guard start < next else { return nil }
    let index = reads[start..<next].firstIndex { $0.canRead(from: write.session) && $0.claimed < $0.count }
    guard let index else { return nil }
    let isSame = index > 0 && reads[index - 1].reader == reads[index].reader
    return isSame ? .certain(reads[index]) : .next(reads[index])
  }

  /// Learns that a read got a write, and the reads behind it what it had no room for.
  mutating func claim(_ read: TerminalRead, for write: TerminalWrite) {
    let start = firstIndex(from: read.time)
    guard let first = reads[start...].firstIndex(where: { $0.time == read.time && $0.reader == read.reader })
    else { return }
    // Of what was typed before, the terminal itself has taken the rest, such as erased characters.
    if !reads[first].isClaimed { unclaimed = 0 }
    reads[first].isClaimed = true
    var left = write.count
    for index in first..<reads.count where left > 0 { left -= claim(left, at: index) }
    let (sum, isOver) = unclaimed.addingReportingOverflow(left)
    unclaimed = isOver ? .max : sum
  }

  /// Gives bytes of a write to a read; returns how many it had room for.
  private mutating func claim(_ bytes: UInt64, at index: Int) -> UInt64 {
    let count = min(bytes, reads[index].count - reads[index].claimed)
    reads[index].claimed += count
    return count
  }

  /// Who read last before a write, while the terminal controlled the same session.
  func lastRead(before write: TerminalWrite) -> TerminalRead? {
    let next = firstIndex(from: write.time)
    guard next > 0, reads[next - 1].session == write.session else { return nil }
    return reads[next - 1]
  }

  /// Whether a write may have gone to another reader: a record of it between a write and a read may have been lost, or the
  /// last read before the write's end may have got it, if it is not known when it began.
  func isDoubtful(_ read: TerminalRead, of write: TerminalWrite) -> Bool {
    guard read.time >= write.time else { return false }
    let isEarlierFree = write.began == 0 && hasRoom(forWriteWithoutBeginning: write)
    if read.lossEpoch == write.lossEpoch, !isEarlierFree { return false }
    // The same process has read before and after.
    return lastRead(before: write)?.reader.pid != read.reader.pid
  }

  /// Whether the last read before a write's end has bytes that are of no known write.
  private func hasRoom(forWriteWithoutBeginning write: TerminalWrite) -> Bool {
    let next = firstIndex(from: write.time)
    guard next > 0 else { return false }
    let last = reads[next - 1]
    return !last.isClaimed && last.claimed < last.count && last.canRead(from: write.session)
  }

  /// Position of the first read that is not before a time.
  private func firstIndex(from time: UInt64) -> Int {
    var index = reads.count
    while index > 0, reads[index - 1].time >= time { index -= 1 }
    return index
  }
}
