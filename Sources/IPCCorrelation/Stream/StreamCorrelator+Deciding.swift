import BasicContainers
import DequeModule
import IPCModel

/// When a read is divided, and what that leads to.
extension StreamCorrelator {
  /// Reads of one stream that are tried at a time while an earlier one waits.
  private static var triedReads: Int { 16 }
  /// The same where each read can be divided for itself.
  private static var triedOutOfOrder: Int { 256 }

  /// Divides the reads that can be divided now.
  func resolve(_ stream: ByteStream, _ buffer: inout ReorderBuffer) {
    var index = 0
    while index < stream.reads.count {
      let isDone = stream.reads[index].isComplete && divide(stream, at: index, isForced: false, &buffer)
      if stream.matcher.dividesOutOfOrder {
        if !isDone { index += 1 }
        if index >= Self.triedOutOfOrder { return }
        continue
      }
      if isDone {
        // What one reader has got tells what is left for those before it.
        index = 0
        continue
      }
      // Later reads wait, unless other readers' bytes can tell their writers.
      guard stream.readers.hasSeveral, stream.writers.hasSeveral, stream.splicing == nil,
        index < Self.triedReads
      else { return }
      index += 1
    }
  }

  /// Lets the last read that came wait for its writers, unless they are known by now.
  func awaitWriters(ofLastReadOf stream: ByteStream, at time: UInt64) {
    let serial = reads.lastSerial
    guard stream.reads.contains(where: { $0.serial == serial }) else { return }
    reads.pending.insert((time, serial, stream))
  }

  /// Divides one read and reports it; removes it if that was possible.
  @discardableResult
  func divide(_ stream: ByteStream, at index: Int, isForced: Bool, _ buffer: inout ReorderBuffer) -> Bool {
    let read = stream.reads[index]
    guard report(read, of: stream, isForced: isForced, &buffer) else { return false }
    // Removal in the middle moves what comes behind.
    if index == 0 { stream.reads.removeFirst(1) } else { _ = stream.reads.remove(at: index) }
    goPast(read, in: stream, &buffer)
    return true
  }

  /// Divides a read that waits nowhere yet, and reports it if that was possible.
  func divideAtOnce(_ read: StreamRead, of stream: ByteStream, _ buffer: inout ReorderBuffer) -> Bool {
    guard stream.reads.isEmpty, read.isComplete, report(read, of: stream, isForced: false, &buffer) else {
      return false
    }
    goPast(read, in: stream, &buffer)
    return true
  }

  private func report(
    _ read: StreamRead, of stream: ByteStream, isForced: Bool, _ buffer: inout ReorderBuffer
  ) -> Bool {
    let content = buffer.contents.bytes(of: read.content)
    guard
      stream.matcher.divide(
        read, of: stream, content: content, isForced: isForced, epoch: epoch, &scratch)
    else { return false }
    let isInStep = stream.matcher.isInStep(at: epoch)
    events.report(read, dividedAs: scratch.shares, of: stream, isInStep: isInStep, &buffer)
    for index in scratch.shares.indices where scratch.shares[index].write == nil && isInStep {
      // After a loss, the write is not late but lost.
      stream.matcher.readUnmatched(scratch.shares[index].count, at: read.time)
    }
    for index in scratch.shares.indices {
      guard let write = scratch.shares[index].write, stream.queue.writes[write].isPacket,
        stream.queue.writes[write].remaining > 0
      else { continue }
      events.reportDiscarded(write, at: read.time, stream, &buffer)
      stream.queue.takeRest(of: write)
    }
    stream.queue.ancillary.remove(read.ancillary)
    return true
  }

  /// Lets go of the writes that a read was the last of.
  private func goPast(_ read: StreamRead, in stream: ByteStream, _ buffer: inout ReorderBuffer) {
    stream.matcher.goPast(read, in: stream, epoch: epoch)
    removeOver(from: stream, at: read.time, &buffer)
  }

  /// Lets go of what reads have gone past; if nothing was lost, somebody has read it without being seen.
  func removeOver(from stream: ByteStream, at time: UInt64, _ buffer: inout ReorderBuffer) {
    stream.matcher.removeOver(from: stream, at: time) { write in
      guard write.isLocal, write.lossEpoch == epoch, !write.cameLate else { return }
      events.reportUnseen(write.remaining, of: write, at: time, stream, &buffer)
    }
  }

  // MARK: - Deciding for want of time

  var earliestPending: UInt64? {
    while let first = reads.pending.first {
      if first.place.reads.contains(where: { $0.serial == first.serial }) { return first.time }
      reads.pending.popFirst()
    }
    return nil
  }

  func settle(before time: UInt64, into buffer: inout ReorderBuffer) {
    while let earliest = earliestPending, earliest < time, let first = reads.pending.first {
      if isIncoming(first.serial, in: first.place), !ContentChunk.isOverdue(since: earliest, at: time) {
        return
      }
      reads.pending.popFirst()
      while let index = first.place.reads.firstIndex(where: { $0.serial == first.serial }) {
        // Where the order of the reads tells their bytes, those before it come first.
        force(first.place, at: first.place.splicing == nil ? index : 0, &buffer)
      }
    }
  }

  /// Whether the contents of a read are still coming.
  private func isIncoming(_ serial: UInt64, in stream: ByteStream) -> Bool {
    !reads.incoming.isEmpty && stream.reads.contains { $0.serial == serial && !$0.isComplete }
  }

  /// Divides a read whatever is known.
  private func force(_ stream: ByteStream, at index: Int, _ buffer: inout ReorderBuffer) {
    let read = stream.reads[index]
    if !read.isComplete { finishIncoming(read.thread, &buffer) }
    if read.isSpliced {
      for thread in splices.writers(to: stream) { finishWrite(by: thread, &buffer) }
    }
    guard let index = stream.reads.firstIndex(where: { $0.serial == read.serial }) else { return }
    divide(stream, at: index, isForced: true, &buffer)
    resolve(stream, &buffer)
    stream.queue.releaseDiscarded(&buffer.contents)
  }
}
