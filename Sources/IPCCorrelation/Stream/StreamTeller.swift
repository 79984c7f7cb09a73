import DequeModule
import IPCModel

/// Makes the events of streams.
struct StreamTeller {
  /// One writer's part of a read.
  private struct Part {
    var source: Endpoint
    var isMatched: Bool
    var isInferred: Bool
    var count: Int
    /// What the writer passed with these bytes.
    var sent: PassedItems?
    /// Pieces of the read's contents; the first is enough unless other writers' bytes lie between.
    var first: ContentArena.Piece
    var more: [ContentArena.Piece]
  }

  private let showsContents: Bool
  private let medium: any StreamMedium
  private var parts: [Part] = []

  init(medium: any StreamMedium, showsContents: Bool) {
    self.medium = medium
    self.showsContents = showsContents
  }

  // MARK: - Reads

  /// Tells a read: one event a writer. Takes over the read's content.
  mutating func tell(
    _ read: StreamRead, dividedAs shares: [StreamChannel.Share], of channel: StreamChannel, isInStep: Bool,
    _ stage: inout EventStage
  ) {
    parts.removeAll(keepingCapacity: true)
    var receiving = 0
    for share in shares {
      let part = add(share, of: read, channel, isInStep: isInStep)
      // A read ends with the bytes that descriptors came with (unix_stream_read_generic, net/unix/af_unix.c).
      if parts[part].sent != nil || parts[receiving].sent == nil { receiving = part }
    }
    // Credentials are those of all bytes of a read.
    let isForAll = read.passed?.descriptors.isEmpty == true
    for (index, part) in parts.enumerated() {
      var traits = Event.Traits()
      if part.isInferred, part.source.isKnown { traits.insert(.inferredSource) }
      if part.isMatched || read.isMatched { traits.insert(.inTree) }
      let event = makeEvent(
        time: read.time, source: part.source, destination: read.reader, count: part.count, traits: traits)
      let received = index == receiving || isForAll ? read.passed : nil
      let content = showsContents ? joined(part, &stage) : .none
      stageEvent(event, of: channel, sent: part.sent, received: received, content: content, &stage)
    }
    stage.contents.release(read.content)
    for share in shares {
      guard let index = share.write, channel.writes[index].isPacket, channel.writes[index].remaining > 0
      else { continue }
      // A read shorter than its packet discards the rest (pipe(2), O_DIRECT).
      let write = channel.writes[index]
      tellUndelivered(write, count: write.remaining, at: read.time, channel, &stage)
      channel.discardRest(of: index)
    }
  }

  /// Adds a share to its writer's part; returns which that is.
  private mutating func add(
    _ share: StreamChannel.Share, of read: StreamRead, _ channel: StreamChannel, isInStep: Bool
  ) -> Int {
    let piece = read.content.isNone ? .none : read.content.slice(from: share.offset, count: share.count)
    var source = Endpoint.unknown
    var isMatched = false
    var sent: PassedItems?
    var isInferred = share.isInferred || channel.isUncertain || !isInStep
    if let index = share.write {
      let write = channel.writes[index]
      source = write.source
      isMatched = write.isMatched
      isInferred = isInferred || write.isInferred
      if share.isFirst { sent = write.passed }
    } else {
      source = channel.likelyWriter(isFromBefore: share.isFromBefore) ?? .unknown
      // After a loss, the write is not late but lost.
      if isInStep, !channel.hasPositions { channel.owe(share.count, at: read.time) }
    }
    guard let index = parts.firstIndex(where: { $0.source == source }) else {
      parts.append(
        Part(
          source: source, isMatched: isMatched, isInferred: isInferred, count: share.count, sent: sent,
          first: piece, more: []))
      return parts.count - 1
    }
    parts[index].count += share.count
    parts[index].isMatched = parts[index].isMatched || isMatched
    parts[index].isInferred = parts[index].isInferred || isInferred
    parts[index].sent = sent ?? parts[index].sent
    let last = parts[index].more.last ?? parts[index].first
    if piece.isNone || piece.length == 0 { return index }
    if parts[index].more.isEmpty, last.offset + last.length == piece.offset {
      parts[index].first.length += piece.length
    } else {
      parts[index].more.append(piece)
    }
    return index
  }

  /// A part's contents in one piece, retained once for its event.
  private func joined(_ part: Part, _ stage: inout EventStage) -> ContentArena.Piece {
    if part.more.isEmpty {
      stage.contents.retain(part.first)
      return part.first
    }
    let whole = stage.contents.allocate(part.more.reduce(part.first.length) { $0 + $1.length })
    var position = 0
    for piece in [part.first] + part.more {
      if let bytes = stage.contents.bytes(of: piece) { stage.contents.write(bytes, to: whole, at: position) }
      position += piece.length
    }
    return whole
  }

  // MARK: - What nobody was seen to read

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
    var rests: [(write: StreamWrite, count: Int)] = []
    channel.dropAll { write in
      let count = count(write)
      if count <= 0 { return }
      if let index = rests.firstIndex(where: { $0.write.source == write.source }) {
        rests[index].count += count
      } else {
        rests.append((write, count))
      }
    }
    for var rest in rests {
      if !isInStep { rest.write.isInferred = true }
      tellUndelivered(rest.write, count: rest.count, at: time, channel, &stage)
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
  }

  /// Tells bytes that somebody has read without being seen.
  func tellUnseen(
    _ count: Int, of write: StreamWrite, at time: UInt64, _ channel: StreamChannel, _ stage: inout EventStage
  ) {
    var traits: Event.Traits = write.isInferred && write.source.isKnown ? .inferredSource : []
    if write.isMatched { traits.insert(.inTree) }
    let event = makeEvent(
      time: time, source: write.source, destination: .unknown, count: count, traits: traits)
    let content = showsContents ? stage.contents.allocate(0) : .none
    stageEvent(event, of: channel, sent: nil, received: nil, content: content, &stage)
  }

  private func tellUndelivered(
    _ write: StreamWrite, count: Int, at time: UInt64, _ channel: StreamChannel, _ stage: inout EventStage
  ) {
    var traits: Event.Traits = .undelivered
    if write.isInferred, write.source.isKnown { traits.insert(.inferredSource) }
    if write.isMatched { traits.insert(.inTree) }
    let event = makeEvent(
      time: time, source: write.source, destination: .unknown, count: count, traits: traits)
    // Nobody received the bytes, so only the write's own first ones are at hand.
    let content: ContentArena.Piece =
      if !showsContents {
        .none
      } else if write.consumed == 0 {
        write.fingerprint.withPrefix { prefix in
          stage.contents.store(UnsafeRawBufferPointer(rebasing: prefix.prefix(count)))
        }
      } else {
        stage.contents.allocate(0)
      }
    let sent = write.consumed == 0 ? write.passed : nil
    stageEvent(event, of: channel, sent: sent, received: nil, content: content, &stage)
  }

  // MARK: - Events

  private func makeEvent(
    time: UInt64, source: Endpoint, destination: Endpoint, count: Int, traits: Event.Traits
  ) -> Event {
    Event(
      time: time, kind: medium.kind, source: source, destination: destination, count: UInt64(count),
      traits: traits)
  }

  private func stageEvent(
    _ event: Event, of channel: StreamChannel, sent: PassedItems?, received: PassedItems?,
    content: ContentArena.Piece, _ stage: inout EventStage
  ) {
    var event = event
    let ownTexts = medium.fill(&event, of: channel, sent: sent, received: received, &stage.texts)
    stage.append(event, content: content, ownTexts: ownTexts)
  }
}
