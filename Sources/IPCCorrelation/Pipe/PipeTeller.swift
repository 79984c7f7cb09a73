import DequeModule
import IPCModel

/// Makes the events of pipes.
struct PipeTeller {
  /// Positions in the kind's ``KindRow/fields``.
  private enum Field {
    static let name = 0, inode = 1, count = 2
  }

  /// One writer's part of a read.
  private struct Part {
    var source: Endpoint
    var isMatched: Bool
    var isInferred: Bool
    var count: Int
    /// Pieces of the read's contents; the first is enough unless other writers' bytes lie between.
    var first: ContentArena.Piece
    var more: [ContentArena.Piece]
  }

  private let showsContents: Bool
  private var anonymous: TextID?
  private var parts: [Part] = []

  init(showsContents: Bool) { self.showsContents = showsContents }

  /// Tells a read: one event a writer. Takes over the read's content.
  mutating func tell(
    _ read: PipeRead, dividedAs shares: [PipeChannel.Share], of channel: PipeChannel, isInStep: Bool,
    _ stage: inout EventStage
  ) {
    parts.removeAll(keepingCapacity: true)
    for share in shares { add(share, of: read, channel, isInStep: isInStep) }
    for part in parts {
      var traits = Event.Traits()
      if part.isInferred, part.source.isKnown { traits.insert(.inferredSource) }
      if part.isMatched || read.isMatched { traits.insert(.inTree) }
      let event = makeEvent(
        time: read.time, source: part.source, destination: read.reader, count: part.count, traits: traits,
        channel,
        &stage)
      stage.append(event, content: showsContents ? joined(part, &stage) : .none)
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

  private mutating func add(
    _ share: PipeChannel.Share, of read: PipeRead, _ channel: PipeChannel, isInStep: Bool
  ) {
    let piece = read.content.isNone ? .none : read.content.slice(from: share.offset, count: share.count)
    var source = Endpoint.unknown
    var isMatched = false
    var isInferred = share.isInferred || channel.isUncertain || !isInStep
    if let index = share.write {
      source = channel.writes[index].source
      isMatched = channel.writes[index].isMatched
      isInferred = isInferred || channel.writes[index].isInferred
    } else {
      source = channel.soleWriter ?? .unknown
      // After a loss, the write is not late but lost.
      if isInStep { channel.owe(share.count, at: read.time) }
    }
    guard let index = parts.firstIndex(where: { $0.source == source }) else {
      parts.append(
        Part(
          source: source, isMatched: isMatched, isInferred: isInferred, count: share.count, first: piece,
          more: []))
      return
    }
    parts[index].count += share.count
    parts[index].isMatched = parts[index].isMatched || isMatched
    parts[index].isInferred = parts[index].isInferred || isInferred
    let last = parts[index].more.last ?? parts[index].first
    if piece.isNone || piece.length == 0 { return }
    if parts[index].more.isEmpty, last.offset + last.length == piece.offset {
      parts[index].first.length += piece.length
    } else {
      parts[index].more.append(piece)
    }
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

  /// Tells the bytes that nobody will read, one event a writer, and empties the channel.
  ///
  /// - Parameters:
  ///   - unread: How many the kernel says are left; nil if the channel is gone.
  ///   - isInStep: Whether everything about the channel is known. If not, what is unread of a channel that is gone
  ///     cannot be told: it may have been read.
  mutating func tellUnread(
    of channel: PipeChannel, at time: UInt64, unread: Int?, isInStep: Bool, _ stage: inout EventStage
  ) {
    var left = unread ?? (isInStep ? .max : 0)
    var rests: [(write: PipeWrite, count: Int)] = []
    channel.dropAll { write in
      // What an unfinished write has really written is not known.
      let count = min(write.isInFlight && unread == nil ? 0 : write.remaining, left)
      if count <= 0 { return }
      left -= count
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

  /// Accounts for bytes that left the pipe by a way that is not traced.
  mutating func tellUnseen(
    _ count: Int, of channel: PipeChannel, at time: UInt64, isTold: Bool, _ stage: inout EventStage
  ) {
    var left = count
    for index in channel.writes.indices where left > 0 {
      let write = channel.writes[index]
      let taken = min(left, write.remaining)
      if taken == 0 || write.isInFlight { continue }
      left -= taken
      channel.take(taken, from: index)
      guard isTold else { continue }
      var traits: Event.Traits = write.isInferred && write.source.isKnown ? .inferredSource : []
      if write.isMatched { traits.insert(.inTree) }
      let event = makeEvent(
        time: time, source: write.source, destination: .unknown, count: taken, traits: traits, channel, &stage
      )
      stage.append(event, content: showsContents ? stage.contents.allocate(0) : .none)
    }
    channel.dropFinished()
  }

  private mutating func tellUndelivered(
    _ write: PipeWrite, count: Int, at time: UInt64, _ channel: PipeChannel, _ stage: inout EventStage
  ) {
    var traits: Event.Traits = .undelivered
    if write.isInferred, write.source.isKnown { traits.insert(.inferredSource) }
    if write.isMatched { traits.insert(.inTree) }
    let event = makeEvent(
      time: time, source: write.source, destination: .unknown, count: count, traits: traits, channel, &stage)
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
    stage.append(event, content: content)
  }

  private mutating func makeEvent(
    time: UInt64, source: Endpoint, destination: Endpoint, count: Int, traits: Event.Traits,
    _ channel: PipeChannel,
    _ stage: inout EventStage
  ) -> Event {
    let anonymous = self.anonymous ?? stage.texts.add("<anonymous>")
    self.anonymous = anonymous
    var event = Event(
      time: time, kind: .pipe, source: source, destination: destination, count: UInt64(count), traits: traits)
    event.set(Field.name, to: channel.name ?? anonymous)
    event.set(Field.inode, to: channel.key.inode)
    event.set(Field.count, to: UInt64(count))
    return event
  }
}
