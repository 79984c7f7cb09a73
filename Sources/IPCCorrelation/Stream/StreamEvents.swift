import BasicContainers
import DequeModule
import IPCModel

/// Makes the events of streams.
final class StreamEvents {
  private let captureLimit: Int
  private let transport: Transport
  private let kind: Kind
  /// What the events of a read are made of; kept, so that a read allocates nothing.
  private var parts = UniqueArray<StreamPart>()
  /// Contents that a part does not hold, because other writers' lie between.
  private var scattered: [(part: Int, piece: ContentArena.Piece)] = []
  private var words = MissingBytes.Words()
  /// Whether what was written unseen can only have been written by the thread that is known to write there.
  var infersWriters = true

  init(transport: Transport, captureLimit: UInt64) {
    self.transport = transport
    kind = transport.kind
    self.captureLimit = Int(clamping: captureLimit)
  }

  var showsContents: Bool { captureLimit > 0 }

  // MARK: - Reads

  /// Reports a read: one event a writer. Takes over the read's content.
  func report(
    _ read: StreamRead, dividedAs shares: borrowing Shares, of stream: ByteStream, isInStep: Bool,
    _ buffer: inout ReorderBuffer
  ) {
    parts.removeAll(keepingCapacity: true)
    scattered.removeAll(keepingCapacity: true)
    var known = SplicedKnowledge.all
    if read.isSpliced {
      known = stream.matcher.knowledge(
        of: read, dividedAs: shares, of: stream, content: buffer.contents.bytes(of: read.content))
      if known == .all, !isInStep { known = .backlog }
    }
    let isInferred = !isInStep || stream.matcher.doubt.contains(.source)
    var receiving = 0
    for index in shares.indices {
      let part = add(shares[index], of: stream, isInferred: isInferred)
      if showsContents { addContent(of: shares[index], read, stream, to: part, known) }
      // A read ends with the bytes that descriptors came with (unix_stream_read_generic, net/unix/af_unix.c).
      if parts[part].sent != 0 || parts[receiving].sent == 0 { receiving = part }
    }
    // Credentials are those of all bytes of a read.
    let ancillary = stream.queue.ancillary[read.ancillary]
    let isForAll = ancillary?.descriptors.isEmpty == true
    for index in parts.indices {
      let received = index == receiving || isForAll ? ancillary : nil
      appendEvent(of: index, read, stream, received: received, &buffer)
    }
    buffer.contents.release(read.content)
  }

  /// Adds a share to its writer's part; returns which that is.
  private func add(_ share: Share, of stream: ByteStream, isInferred: Bool) -> Int {
    var source = Endpoint.unknown
    var isInScope = false
    var written: UInt64?
    var sent: UInt64 = 0
    var isInferred = isInferred || share.isInferred
    if let index = share.write {
      source = stream.queue.writes[index].source
      isInScope = stream.queue.writes[index].isInScope
      written = stream.queue.writes[index].knownEnd
      isInferred = isInferred || stream.queue.writes[index].isInferred
      if share.isFirst { sent = stream.queue.writes[index].ancillary }
    } else if infersWriters {
      source = stream.matcher.likelyWriter(of: share, in: stream) ?? .unknown
    }
    let index = partIndex(of: source)
    parts[index].count += share.count
    parts[index].isInScope = parts[index].isInScope || isInScope
    parts[index].isInferred = parts[index].isInferred || isInferred
    if sent != 0 { parts[index].sent = sent }
    if let written {
      parts[index].written = min(written, parts[index].written ?? .max)
      parts[index].lastWritten = max(written, parts[index].lastWritten ?? 0)
    }
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
    of share: Share, _ read: StreamRead, _ stream: ByteStream, to part: Int, _ known: SplicedKnowledge
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
    if known == .all, !share.isInferred, !stream.matcher.doubt.contains(.source), let index = share.write,
      !stream.queue.writes[index].isInferred
    {
      rest = stream.queue.writes[index].content.piece.slice(
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
  private func appendEvent(
    of part: Int, _ read: StreamRead, _ stream: ByteStream, received: AncillaryData?,
    _ buffer: inout ReorderBuffer
  ) {
    var traits = Event.Traits()
    if parts[part].isInferred, parts[part].source.isKnown { traits.insert(.inferredSource) }
    if parts[part].isInScope || read.isInScope { traits.insert(.inScope) }
    var event = makeEvent(
      time: read.time, source: parts[part].source, destination: read.reader, count: parts[part].count,
      traits: traits)
    if let written = parts[part].written {
      event.setDelay(written: written, lastWritten: parts[part].lastWritten, read: read.time)
    }
    var content = ContentArena.Piece.none
    if let missing = parts[part].missing {
      event.set(transport.missingField, to: words.id(of: missing, in: &buffer.texts))
      if parts[part].length > 0 {
        event.traits.insert(.incomplete)
        content = contents(of: part, &buffer.contents)
      }
    } else if showsContents {
      content = contents(of: part, &buffer.contents)
    }
    appendEvent(
      &event, of: stream, sent: stream.queue.ancillary[parts[part].sent], received: received,
      content: content, &buffer)
  }

  private func contents(of part: Int, _ arena: inout ContentArena) -> ContentArena.Piece {
    parts[part].joined(with: scattered.lazy.filter { $0.part == part }.map(\.piece), &arena)
  }

  /// Sets the meta fields of an event, and hands it to the reorder buffer. Takes over one retain of its content.
  func appendEvent(
    _ event: inout Event, of stream: ByteStream, sent: AncillaryData?, received: AncillaryData?,
    content: ContentArena.Piece, _ buffer: inout ReorderBuffer
  ) {
    let ownTexts = transport.fill(&event, of: stream, sent: sent, received: received, &buffer.texts)
    buffer.append(event, content: content, ownTexts: ownTexts)
  }
}
