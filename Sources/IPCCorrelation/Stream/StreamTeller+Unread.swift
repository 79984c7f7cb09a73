import DequeModule
import IPCModel

/// What nobody was seen to read.
extension StreamTeller {
  /// Tells the bytes that nobody will read, one event a writer, and empties the channel.
  ///
  /// - Parameters:
  ///   - unread: How many the kernel says are left; nil if the channel is gone.
  ///   - isInStep: Whether everything about the channel is known. If not, what is unread of a channel that is gone
  ///     cannot be told: it may have been read.
  func tellUnread(
    of channel: StreamChannel, at time: UInt64, unread: Int?, isInStep: Bool, _ stage: inout EventStage
  ) {
    var left = unread ?? (isInStep ? .max : 0)
    tellUnread(of: channel, at: time, isInStep: isInStep, &stage) { write in
      // What an unfinished write has really written is not known.
      let count = min(write.isInFlight && unread == nil ? 0 : write.remaining, left)
      left -= max(0, count)
      return count
    }
  }

  /// Tells the bytes behind the last position that was read, one event a writer, and empties the channel.
  ///
  /// - Parameter lossGeneration: What was written before it may have been read unseen.
  func tellUnreadPositions(
    of channel: StreamChannel, at time: UInt64, lossGeneration: UInt64, _ stage: inout EventStage
  ) {
    // Of writes at the same time, more may seem to be left than there are positions.
    var left = channel.unreadPositions
    tellUnread(of: channel, at: time, isInStep: true, &stage) { write in
      // What leaves the host is not told, and this may have.
      guard write.isLocal, write.lossGeneration == lossGeneration else { return 0 }
      let count = min(left, channel.unreadCount(of: write))
      left -= count
      return count
    }
  }

  private func tellUnread(
    of channel: StreamChannel, at time: UInt64, isInStep: Bool, _ stage: inout EventStage,
    count: (StreamWrite) -> Int
  ) {
    var rests: [(write: StreamWrite, part: UnreadPart)] = []
    channel.dropAll { write in
      let count = count(write)
      if count <= 0 { return }
      let known = rests.firstIndex { $0.write.source == write.source }
      if known == nil { rests.append((write, UnreadPart(of: write, sent: channel.unreadItems(of: write)))) }
      let index = known ?? rests.count - 1
      let isWhole = isInStep && count == write.remaining
      rests[index].part.append(isWhole ? channel.unreadContent(of: write) : .none, of: count)
    }
    for var rest in rests {
      if !isInStep { rest.write.isInferred = true }
      tellUndelivered(rest.write, rest.part, at: time, channel, &stage)
    }
  }

  /// Accounts for bytes that left the stream by a way that is not traced.
  func tellUnseen(
    _ count: Int, of channel: StreamChannel, at time: UInt64, isTold: Bool, _ stage: inout EventStage
  ) {
    var left = count
    for index in channel.writes.indices where left > 0 {
      let write = channel.writes[index]
      let taken = min(left, write.remaining)
      if taken == 0 || write.isInFlight { continue }
      left -= taken
      channel.take(taken, from: index)
      if isTold { tellUnseen(taken, of: write, at: time, channel, &stage) }
    }
    channel.dropFinished()
    channel.isAstray = true
  }

  /// Tells bytes that somebody has read without being seen.
  func tellUnseen(
    _ count: Int, of write: StreamWrite, at time: UInt64, _ channel: StreamChannel, _ stage: inout EventStage
  ) {
    var traits: Event.Traits = write.isInferred && write.source.isKnown ? .inferredSource : []
    if write.isInScope { traits.insert(.inScope) }
    var event = makeEvent(
      time: time, source: write.source, destination: .unknown, count: count, traits: traits)
    let content = showsContents ? stage.contents.allocate(0) : .none
    stageEvent(&event, of: channel, sent: nil, received: nil, content: content, &stage)
  }

  /// Tells bytes that nobody will read.
  ///
  /// - Parameter part: How many, what was passed with them, and their contents as far as they are known.
  func tellUndelivered(
    _ write: StreamWrite, _ part: UnreadPart, at time: UInt64, _ channel: StreamChannel,
    _ stage: inout EventStage
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
        part.joined(&stage.contents)
      } else if write.consumed == 0 {
        write.fingerprint.withPrefix { prefix in
          stage.contents.store(UnsafeRawBufferPointer(rebasing: prefix.prefix(part.count)))
        }
      } else {
        stage.contents.allocate(0)
      }
    stageEvent(&event, of: channel, sent: part.sent, received: nil, content: content, &stage)
  }
}
