import BasicContainers
import DequeModule
import IPCModel
import RecordLayout

/// What lay in a stream when nobody was left to read it: a read that nobody has made, divided as any other one.
extension StreamCorrelator {
  /// Takes a piece of it. What is recorded later stands for all that was before.
  func takeUnread(_ record: UnsafeRawBufferPointer, _ buffer: inout ReorderBuffer) {
    guard settings.captureLimit > 0, let piece = UnreadPiece(record), let stream = streams[piece.key] else {
      return
    }
    if piece.isFirst {
      forgetUnread(of: stream, &buffer)
      stream.unread = UnreadContents(piece)
    }
    stream.unread?.add(piece, &buffer.contents)
  }

  /// Lets go of it.
  func forgetUnread(of stream: ByteStream, _ buffer: inout ReorderBuffer) {
    stream.unread?.release(&buffer.contents)
    stream.unread = nil
  }

  /// Reports it with its contents, as far as its writers are known, and takes it from the stream.
  ///
  /// - Returns: How many bytes it was.
  func reportContents(of stream: ByteStream, at time: UInt64, _ buffer: inout ReorderBuffer) -> Int {
    guard let unread = stream.unread else { return 0 }
    let count = unread.total ?? max(unread.filled, stream.queue.availableEnded)
    let content = unread.content(&buffer.contents)
    defer {
      buffer.contents.release(content)
      forgetUnread(of: stream, &buffer)
    }
    let isInStep = stream.matcher.isInStep(at: epoch)
    let read = StreamRead(
      reader: .unknown, thread: RecordedThread(ipc_header()), isInScope: false, time: unread.time,
      count: count,
      content: content, filled: unread.filled, isComplete: true, emptied: true, isInline: true,
      span: stream.matcher.span(ofUnread: count, at: unread.position), lossEpoch: epoch, serial: 0)
    let isDivided = stream.matcher.divide(
      read, of: stream, content: buffer.contents.bytes(of: content), isForced: !isInStep, epoch: epoch,
      &scratch)
    guard isDivided else { return 0 }
    events.reportUnread(
      read, dividedAs: scratch.shares, of: stream, at: time, epoch: epoch, missing: unread.missing, &buffer)
    if case .position(let matcher) = stream.matcher { matcher.noteReported(to: read.span.limit) }
    return count
  }
}
