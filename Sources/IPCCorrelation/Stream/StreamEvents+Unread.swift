import BasicContainers
import DequeModule
import IPCModel

/// What nobody was seen to read.
extension StreamEvents {
  /// Reports the bytes that nobody will read, one event a run, and empties the stream.
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

  /// Reports the bytes behind the last position that was read, one event a run, and empties the stream.
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

  /// Reports what lay in a stream when nobody was left to read it, one event a run.
  ///
  /// - Parameters:
  ///   - read: A read of all of it, with its contents.
  ///   - missing: Why contents are missing, if some are.
  func reportUnread(
    _ read: StreamRead, dividedAs shares: borrowing Shares, of stream: ByteStream, at time: UInt64,
    epoch: LossEpoch, missing: MissingBytes, _ buffer: inout ReorderBuffer
  ) {
    runs.removeAll()
    let inference = stream.matcher.isInStep(at: epoch) ? stream.matcher.inference : .process
    for index in shares.indices {
      let share = shares[index]
      // What leaves the host is not reported, and this may have.
      if case .position = stream.matcher, let write = share.write, !stream.queue.writes[write].isLocal {
        continue
      }
      add(share, of: stream, inference)
      runs.append(read.content.slice(from: share.offset, count: share.count), of: share.count)
    }
    reportUndelivered(at: time, stream, missing: missing, &buffer)
  }

  private func reportUnread(
    of stream: ByteStream, at time: UInt64, isInStep: Bool, _ buffer: inout ReorderBuffer,
    count: (StreamWrite) -> Int
  ) {
    runs.removeAll()
    for index in stream.queue.writes.indices where stream.queue.writes[index].remaining > 0 {
      let count = count(stream.queue.writes[index])
      if count <= 0 { continue }
      let isKnown = isInStep && count == stream.queue.writes[index].remaining
      addUnread(count, of: index, stream, isKnown: isKnown, isInStep ? [] : .process, &buffer.contents)
    }
    reportUndelivered(at: time, stream, missing: .gone, &buffer)
    stream.queue.removeAll()
  }

  /// Reports bytes that somebody has read without being seen.
  func reportUnseen(
    _ count: Int, of write: StreamWrite, at time: UInt64, _ stream: ByteStream, _ buffer: inout ReorderBuffer
  ) {
    var traits = write.inference.traits(of: write.source)
    if write.isInScope { traits.insert(.inScope) }
    var event = makeEvent(
      time: time, source: write.source, destination: .unknown, count: count, traits: traits)
    if showsContents { setMissing(.gone, of: &event, &buffer.texts) }
    appendEvent(&event, of: stream, sent: nil, received: nil, content: .none, &buffer)
  }

  /// Reports the rest of a packet, which a read shorter than it has discarded (pipe(2), O_DIRECT).
  ///
  /// - Parameter index: Index of the packet in the stream's queue.
  func reportDiscarded(_ index: Int, at time: UInt64, _ stream: ByteStream, _ buffer: inout ReorderBuffer) {
    runs.removeAll()
    addUnread(
      stream.queue.writes[index].remaining, of: index, stream, isKnown: true, [], &buffer.contents)
    reportUndelivered(at: time, stream, missing: .gone, &buffer)
  }

  /// Adds bytes of a write that nobody will read to the last run, or begins one with them.
  ///
  /// - Parameters:
  ///   - isKnown: Whether they are all that is left of the write.
  ///   - inference: What is concluded of whose they are, besides what is of the write.
  private func addUnread(
    _ count: Int, of index: Int, _ stream: ByteStream, isKnown: Bool, _ inference: Inference,
    _ arena: inout ContentArena
  ) {
    let doubts = stream.queue.writes[index].inference.union(inference)
    let isInScope = stream.queue.writes[index].isInScope
    let sent = stream.queue.writes[index].consumed == 0 ? stream.queue.writes[index].ancillary : 0
    runs.extend(stream.queue.writes[index].source) { run in
      run.count += count
      run.inference.formUnion(doubts)
      if isInScope { run.isInScope = true }
      if sent != 0, run.sent == 0 { run.sent = sent }
    }
    guard showsContents else { return }
    // Nobody received the bytes, so only what the write itself brought is at hand.
    let piece = isKnown ? stream.unreadContent(of: index) : .none
    let consumed = stream.queue.writes[index].consumed
    if piece.isNone, consumed == 0 || isKnown && stream.isPlaceKnown(of: index) {
      stream.queue.writes[index].fingerprint.withPrefix { prefix in
        let rest = prefix.dropFirst(consumed).prefix(count)
        runs.store(UnsafeRawBufferPointer(rebasing: rest), of: count, &arena)
      }
    } else {
      runs.append(piece, of: count)
    }
  }

  /// Reports bytes that nobody will read, run by run.
  ///
  /// - Parameter missing: Why contents are missing, if some are.
  private func reportUndelivered(
    at time: UInt64, _ stream: ByteStream, missing: MissingBytes, _ buffer: inout ReorderBuffer
  ) {
    for run in runs.indices {
      var traits = runs[run].inference.traits(of: runs[run].source)
      traits.insert(.undelivered)
      if runs[run].isInScope { traits.insert(.inScope) }
      var event = makeEvent(
        time: time, source: runs[run].source, destination: .unknown, count: runs[run].count, traits: traits)
      var content = ContentArena.Piece.none
      let length = runs[run].length, wanted = min(runs[run].count, captureLimit)
      if length < wanted {
        setMissing(missing, of: &event, &buffer.texts)
        if length > 0 { event.traits.insert(.incomplete) }
      }
      if showsContents, length > 0 {
        content = runs.content(of: run, &buffer.contents).slice(from: 0, count: wanted)
      }
      appendEvent(
        &event, of: stream, sent: stream.queue.ancillary[runs[run].sent], received: nil, content: content,
        &buffer)
    }
    runs.releaseStored(&buffer.contents)
  }
}
