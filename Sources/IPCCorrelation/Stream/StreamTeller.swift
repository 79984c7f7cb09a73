import BasicContainers
import DequeModule
import IPCModel

/// Makes the events of streams.
final class StreamTeller {
  private let captureLimit: Int
  private let medium: any StreamMedium
  private let kind: Kind
  /// What the events of a read are made of; kept, so that a read allocates nothing.
  private var parts = UniqueArray<StreamPart>()
  /// Contents that a part does not hold, because other writers' lie between.
  private var scattered: [(part: Int, piece: ContentArena.Piece)] = []
  private var words = MissingBytes.Words()
  /// Whether what was written unseen can only have been written by who is known to write there.
  var infersWriters = true

  init(medium: any StreamMedium, captureLimit: UInt64) {
    self.medium = medium
    kind = medium.kind
    self.captureLimit = Int(clamping: captureLimit)
  }

  var showsContents: Bool { captureLimit > 0 }

  // MARK: - Reads

  /// Tells a read: one event a writer. Takes over the read's content.
  func tell(
    _ read: StreamRead, dividedAs shares: borrowing StreamChannel.Shares, of channel: StreamChannel,
    isInStep: Bool, _ stage: inout EventStage
  ) {
    parts.removeAll(keepingCapacity: true)
    scattered.removeAll(keepingCapacity: true)
    var known = StreamChannel.Knowledge.all
    if read.isSpliced {
      known = channel.knowledge(
        of: read, dividedAs: shares, content: stage.contents.bytes(of: read.content))
      if known == .all, !isInStep { known = .backlog }
    }
    var receiving = 0
    for index in shares.indices {
      let part = add(shares[index], of: read, channel, isInStep: isInStep)
      if showsContents { addContent(of: shares[index], read, channel, to: part, known) }
      // A read ends with the bytes that descriptors came with (unix_stream_read_generic, net/unix/af_unix.c).
      if parts[part].sent != 0 || parts[receiving].sent == 0 { receiving = part }
    }
    // Credentials are those of all bytes of a read.
    let passed = channel.kept[read.passed]
    let isForAll = passed?.descriptors.isEmpty == true
    for index in parts.indices {
      let received = index == receiving || isForAll ? passed : nil
      stageEvent(of: index, read, channel, received: received, &stage)
    }
    stage.contents.release(read.content)
    for share in shares.indices {
      guard let index = shares[share].write, channel.writes[index].isPacket,
        channel.writes[index].remaining > 0
      else { continue }
      // A read shorter than its packet discards the rest (pipe(2), O_DIRECT).
      let write = channel.writes[index]
      var rest = UnreadPart(of: write, sent: channel.unreadItems(of: write))
      rest.append(channel.unreadContent(of: write), of: write.remaining)
      tellUndelivered(write, rest, at: read.time, channel, &stage)
      channel.discardRest(of: index)
    }
  }

  /// Adds a share to its writer's part; returns which that is.
  private func add(
    _ share: StreamChannel.Share, of read: StreamRead, _ channel: StreamChannel, isInStep: Bool
  ) -> Int {
    var source = Endpoint.unknown
    var isInScope = false
    var written: UInt64?
    var sent: UInt64 = 0
    var isInferred = share.isInferred || channel.isUncertain || !isInStep
    if let index = share.write {
      source = channel.writes[index].source
      isInScope = channel.writes[index].isInScope
      written = channel.writes[index].knownEnd
      isInferred = isInferred || channel.writes[index].isInferred
      if share.isFirst { sent = channel.writes[index].passed }
    } else {
      if infersWriters { source = channel.likelyWriter(isFromBefore: share.isFromBefore) ?? .unknown }
      // After a loss, the write is not late but lost.
      if isInStep, !channel.hasPositions { channel.owe(share.count, at: read.time) }
    }
    let index = partIndex(of: source)
    parts[index].count += share.count
    parts[index].isInScope = parts[index].isInScope || isInScope
    parts[index].isInferred = parts[index].isInferred || isInferred
    if sent != 0 { parts[index].sent = sent }
    if let written { parts[index].written = min(written, parts[index].written ?? .max) }
    return index
  }

  /// Which part is a writer's, made if it has none.
  private func partIndex(of source: Endpoint) -> Int {
    for index in parts.indices where parts[index].source == source { return index }
    parts.append(StreamPart(source: source))
    return parts.count - 1
  }

  /// Adds contents of the next bytes to a part.
  private func append(_ piece: ContentArena.Piece, of count: Int, to part: Int) {
    if !parts[part].append(piece, of: count) { scattered.append((part, piece)) }
  }

  /// Adds the contents of a share to its writer's part.
  ///
  /// - Parameter known: What is known of a read without a buffer.
  private func addContent(
    of share: StreamChannel.Share, _ read: StreamRead, _ channel: StreamChannel, to part: Int,
    _ known: StreamChannel.Knowledge
  ) {
    guard read.isSpliced else {
      append(read.content.slice(from: share.offset, count: share.count), of: share.count, to: part)
      let wanted = min(read.count, captureLimit)
      if read.isShort, share.offset < wanted, share.offset + share.count > read.filled, read.filled < wanted {
        parts[part].missing = .unreadable
      }
      return
    }
    // What lay in the pipe when the splice began is the read's, whoever wrote it.
    let received = known == .nothing ? 0 : min(max(read.filled - share.offset, 0), share.count)
    if received > 0 {
      append(read.content.slice(from: share.offset, count: received), of: received, to: part)
    }
    var rest = ContentArena.Piece.none
    // Of writes at the same time, the guess which one it was would be a guess of the bytes, too.
    if known == .all, !share.isInferred, !channel.isUncertain, let index = share.write,
      !channel.writes[index].isInferred
    {
      rest = channel.writes[index].content.piece.slice(
        from: share.start + received, count: share.count - received)
    }
    if received < share.count { append(rest, of: share.count - received, to: part) }
    parts[part].missing = parts[part].length < min(parts[part].count, captureLimit) ? .spliced : nil
  }

  // MARK: - Events

  func makeEvent(
    time: UInt64, source: Endpoint, destination: Endpoint, count: Int, traits: Event.Traits
  ) -> Event {
    Event(
      time: time, kind: kind, source: source, destination: destination, count: UInt64(count),
      traits: traits)
  }

  /// Stages the event of one writer's part of a read.
  private func stageEvent(
    of part: Int, _ read: StreamRead, _ channel: StreamChannel, received: PassedItems?,
    _ stage: inout EventStage
  ) {
    var traits = Event.Traits()
    if parts[part].isInferred, parts[part].source.isKnown { traits.insert(.inferredSource) }
    if parts[part].isInScope || read.isInScope { traits.insert(.inScope) }
    var event = makeEvent(
      time: read.time, source: parts[part].source, destination: read.reader, count: parts[part].count,
      traits: traits)
    if let written = parts[part].written { event.setDelay(written: written, read: read.time) }
    var content = ContentArena.Piece.none
    if let missing = parts[part].missing {
      event.set(medium.missingField, to: words.id(of: missing, in: &stage.texts))
      if parts[part].length > 0 {
        event.traits.insert(.incomplete)
        content = contents(of: part, &stage.contents)
      }
    } else if showsContents {
      content = contents(of: part, &stage.contents)
    }
    stageEvent(
      &event, of: channel, sent: channel.kept[parts[part].sent], received: received, content: content, &stage)
  }

  private func contents(of part: Int, _ arena: inout ContentArena) -> ContentArena.Piece {
    parts[part].joined(with: scattered.lazy.filter { $0.part == part }.map(\.piece), &arena)
  }

  /// Sets the meta fields of an event, and stages it. Takes over one retain of its content.
  func stageEvent(
    _ event: inout Event, of channel: StreamChannel, sent: PassedItems?, received: PassedItems?,
    content: ContentArena.Piece, _ stage: inout EventStage
  ) {
    let ownTexts = medium.fill(&event, of: channel, sent: sent, received: received, &stage.texts)
    stage.append(event, content: content, ownTexts: ownTexts)
  }
}
