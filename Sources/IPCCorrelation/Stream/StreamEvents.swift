import BasicContainers
import DequeModule
import IPCModel

/// Makes the events of streams.
final class StreamEvents {
  let captureLimit: Int
  private let transport: Transport
  private let kind: Kind
  /// What the events of a read are made of; kept, so that a read allocates nothing.
  var runs = StreamRuns()
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

  /// Reports a read: one event a run, in the order in which they lie in the stream. Takes over the read's content.
  func report(
    _ read: StreamRead, dividedAs shares: borrowing Shares, of stream: ByteStream, isInStep: Bool,
    _ buffer: inout ReorderBuffer
  ) {
    runs.removeAll()
    var known = SplicedKnowledge.all
    if read.isSpliced {
      known = stream.matcher.knowledge(
        of: read, dividedAs: shares, of: stream, content: buffer.contents.bytes(of: read.content))
      if known == .all, !isInStep { known = .backlog }
    }
    let inference = isInStep ? stream.matcher.inference : .process
    var receiving = 0
    for index in shares.indices {
      add(shares[index], of: stream, inference)
      if showsContents { addContent(of: shares[index], read, stream, known) }
      // A read ends with the bytes that descriptors came with (unix_stream_read_generic, net/unix/af_unix.c).
      let last = runs.last
      if runs[last].sent != 0 || runs[receiving].sent == 0 { receiving = last }
    }
    // Credentials are those of all bytes of a read.
    let ancillary = stream.queue.ancillary[read.ancillary]
    let isForAll = ancillary?.descriptors.isEmpty == true
    var offset = 0
    for run in runs.indices {
      let received = run == receiving || isForAll ? ancillary : nil
      appendEvent(of: run, at: offset, read, stream, received: received, &buffer)
      offset += runs[run].count
    }
    buffer.contents.release(read.content)
  }

  /// Adds a share to the last run, or begins one with it.
  ///
  /// - Parameter inference: What is concluded of all shares of the read.
  func add(_ share: Share, of stream: ByteStream, _ inference: Inference) {
    guard let index = share.write else {
      let likely = infersWriters ? stream.matcher.likelyWriter(of: share, in: stream) : nil
      return runs.extend(likely ?? .unknown) { run in
        run.count += share.count
        run.inference.formUnion(inference.union(share.inference))
      }
    }
    let sent = share.isFirst ? stream.queue.writes[index].ancillary : 0
    let doubts = inference.union(share.inference).union(stream.queue.writes[index].inference)
    let isInScope = stream.queue.writes[index].isInScope
    let written = stream.queue.writes[index].knownEnd
    runs.extend(stream.queue.writes[index].source) { run in
      run.count += share.count
      run.inference.formUnion(doubts)
      if isInScope { run.isInScope = true }
      if sent != 0 { run.sent = sent }
      if let written {
        run.written = min(written, run.written ?? .max)
        run.lastWritten = max(written, run.lastWritten ?? 0)
      }
    }
  }

  /// Adds the contents of a share to the last run.
  ///
  /// - Parameter known: What is known of a read without a buffer.
  private func addContent(
    of share: Share, _ read: StreamRead, _ stream: ByteStream, _ known: SplicedKnowledge
  ) {
    guard read.isSpliced else {
      runs.append(read.content.slice(from: share.offset, count: share.count), of: share.count)
      let wanted = min(read.count, captureLimit)
      if read.isShort, share.offset < wanted, share.offset + share.count > read.filled, read.filled < wanted {
        runs.setMissing(.unreadable)
      }
      return
    }
    // What lay in the pipe when the splice began is the read's, whoever wrote it.
    let received = known == .nothing ? 0 : min(max(read.filled - share.offset, 0), share.count)
    if received > 0 { runs.append(read.content.slice(from: share.offset, count: received), of: received) }
    if received < share.count {
      let rest = known == .all ? writtenContent(of: share, from: received, stream) : .none
      runs.append(rest, of: share.count - received)
    }
    let last = runs.last
    runs.setMissing(runs[last].length < min(runs[last].count, captureLimit) ? .spliced : nil)
  }

  /// Contents that a share's own write has brought, from some byte of the share on.
  private func writtenContent(of share: Share, from start: Int, _ stream: ByteStream) -> ContentArena.Piece {
    // Of writes at the same time, the guess which one it was would be a guess of the bytes, too.
    guard share.inference.isEmpty, stream.matcher.inference.isEmpty, let index = share.write,
      stream.queue.writes[index].inference.isEmpty
    else { return .none }
    return stream.queue.writes[index].content.piece.slice(
      from: share.start + start, count: share.count - start)
  }

  // MARK: - Events

  func makeEvent(
    time: UInt64, source: Endpoint, destination: Endpoint, count: Int, traits: Event.Traits
  ) -> Event {
    Event(
      time: time, kind: kind, source: source, destination: destination, count: UInt64(count),
      traits: traits)
  }

  /// Stages the event of one run of a read.
  ///
  /// - Parameter offset: Where in the read it begins.
  private func appendEvent(
    of run: Int, at offset: Int, _ read: StreamRead, _ stream: ByteStream, received: AncillaryData?,
    _ buffer: inout ReorderBuffer
  ) {
    var traits = runs[run].inference.traits(of: runs[run].source)
    if runs[run].isInScope || read.isInScope { traits.insert(.inScope) }
    var event = makeEvent(
      time: read.time, source: runs[run].source, destination: read.reader, count: runs[run].count,
      traits: traits)
    if let written = runs[run].written {
      event.setDelay(written: written, lastWritten: runs[run].lastWritten, read: read.time)
    }
    event.place = read.place.advanced(by: offset)
    var content = ContentArena.Piece.none
    if let missing = runs[run].missing {
      setMissing(missing, of: &event, &buffer.texts)
      if runs[run].length > 0 {
        event.traits.insert(.incomplete)
        content = runs.content(of: run, &buffer.contents)
      }
    } else if showsContents {
      content = runs.content(of: run, &buffer.contents)
    }
    appendEvent(
      &event, of: stream, sent: stream.queue.ancillary[runs[run].sent], received: received,
      content: content, &buffer)
  }

  /// Sets why bytes of an event are missing.
  func setMissing(_ reason: MissingBytes, of event: inout Event, _ texts: inout TextTable) {
    event.set(transport.missingField, to: words.id(of: reason, in: &texts))
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
