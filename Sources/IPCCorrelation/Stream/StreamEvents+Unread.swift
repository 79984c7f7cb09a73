import DequeModule
import IPCModel

/// What nobody was seen to read.
extension StreamEvents {
  /// Reports the bytes that nobody will read, one event a writer, and empties the stream.
  ///
  /// - Parameters:
  ///   - unread: How many the kernel says are left; nil if the stream is gone.
  ///   - isInStep: Whether everything about the stream is known. If not, what is unread of a stream that is gone
  ///     cannot be known: it may have been read.
  func reportUnread(
    of stream: ByteStream, at time: UInt64, unread: Int?, isInStep: Bool, _ buffer: inout ReorderBuffer
  ) {
    var left = unread ?? (isInStep ? .max : 0)
    reportUnread(of: stream, at: time, isInStep: isInStep, &buffer) { write in
      // What an unfinished write has really written is not known.
      let count = min(write.isInFlight && unread == nil ? 0 : write.remaining, left)
      left -= max(0, count)
      return count
    }
  }

  /// Reports the bytes behind the last position that was read, one event a writer, and empties the stream.
  ///
  /// - Parameter epoch: Losses up to now: what was written before one may have been read unseen.
  func reportUnread(
    behindPositionsOf matcher: PositionMatcher, of stream: ByteStream, at time: UInt64, epoch: LossEpoch,
    _ buffer: inout ReorderBuffer
  ) {
    // Of writes at the same time, more may seem to be left than there are positions.
    var left = matcher.unreadPositions(in: stream.queue)
    reportUnread(of: stream, at: time, isInStep: true, &buffer) { write in
      // What leaves the host is not reported, and this may have.
      guard write.isLocal, write.lossEpoch == epoch else { return 0 }
      let count = min(left, matcher.unreadCount(of: write))
      left -= count
      return count
    }
  }

  private func reportUnread(
    of stream: ByteStream, at time: UInt64, isInStep: Bool, _ buffer: inout ReorderBuffer,
    count: (StreamWrite) -> Int
  ) {
    var rests: [(write: StreamWrite, part: UnreadPart)] = []
    for index in stream.queue.writes.indices where stream.queue.writes[index].remaining > 0 {
      let write = stream.queue.writes[index]
      let count = count(write)
      if count <= 0 { continue }
      let known = rests.firstIndex { $0.write.source == write.source }
      if known == nil { rests.append((write, UnreadPart(of: write, sent: stream.unreadItems(of: write)))) }
      let isWhole = isInStep && count == write.remaining
      rests[known ?? rests.count - 1].part.append(
        isWhole ? stream.unreadContent(of: write) : .none, of: count)
    }
    stream.queue.removeAll()
    for var rest in rests {
      if !isInStep { rest.write.isInferred = true }
      reportUndelivered(rest.write, rest.part, at: time, stream, &buffer)
    }
  }

  /// Reports bytes that somebody has read without being seen.
  func reportUnseen(
    _ count: Int, of write: StreamWrite, at time: UInt64, _ stream: ByteStream, _ buffer: inout ReorderBuffer
  ) {
    var traits: Event.Traits = write.isInferred && write.source.isKnown ? .inferredSource : []
    if write.isInScope { traits.insert(.inScope) }
    var event = makeEvent(
      time: time, source: write.source, destination: .unknown, count: count, traits: traits)
    let content = showsContents ? buffer.contents.allocate(0) : .none
    appendEvent(&event, of: stream, sent: nil, received: nil, content: content, &buffer)
  }

  /// Reports the rest of a packet, which a read shorter than it has discarded (pipe(2), O_DIRECT).
  func reportDiscarded(
    _ write: StreamWrite, at time: UInt64, _ stream: ByteStream, _ buffer: inout ReorderBuffer
  ) {
    var rest = UnreadPart(of: write, sent: stream.unreadItems(of: write))
    rest.append(stream.unreadContent(of: write), of: write.remaining)
    reportUndelivered(write, rest, at: time, stream, &buffer)
  }

  /// Reports bytes that nobody will read.
  ///
  /// - Parameter part: How many, what was passed with them, and their contents as far as they are known.
  private func reportUndelivered(
    _ write: StreamWrite, _ part: UnreadPart, at time: UInt64, _ stream: ByteStream,
    _ buffer: inout ReorderBuffer
  ) {
    var traits: Event.Traits = .undelivered
    if write.isInferred, write.source.isKnown { traits.insert(.inferredSource) }
    if write.isInScope { traits.insert(.inScope) }
    var event = makeEvent(
      time: time, source: write.source, destination: .unknown, count: part.count, traits: traits)
    // Nobody received the bytes, so only what the write itself brought is at hand.
    let content: ContentArena.Piece =
      if !showsContents {
        .none
      } else if part.length > 0 {
        part.joined(&buffer.contents)
      } else if write.consumed == 0 {
        write.fingerprint.withPrefix { prefix in
          buffer.contents.store(UnsafeRawBufferPointer(rebasing: prefix.prefix(part.count)))
        }
      } else {
        buffer.contents.allocate(0)
      }
    appendEvent(&event, of: stream, sent: part.sent, received: nil, content: content, &buffer)
  }
}
