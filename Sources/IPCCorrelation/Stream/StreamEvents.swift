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
    let inference = isInStep ? stream.matcher.inference : .process
    // Credentials are those of all bytes of a read.
    let ancillary = stream.queue.ancillary[read.ancillary]
    if shares.count == 1, !read.isSpliced {
      // Nearly all reads are of one write: their one run takes no room among others.
      var run = StreamRun(source: source(of: shares[0], in: stream))
      extend(&run, by: shares[0], of: stream, inference)
      if showsContents {
        _ = run.append(read.content.slice(from: 0, count: run.count), of: run.count)
        if isUnreadable(shares[0], in: read) { run.missing = .unreadable }
      }
      appendEvent(of: run, others: [], at: 0, read, stream, received: ancillary, &buffer)
      return buffer.contents.release(read.content)
    }
    runs.removeAll()
    var known = SplicedKnowledge.all
    if read.isSpliced {
      known = stream.matcher.knowledge(
        of: read, dividedAs: shares, of: stream, content: buffer.contents.bytes(of: read.content))
      if known == .all, !isInStep { known = .backlog }
    }
    var receiving = 0
    for index in shares.indices {
      add(shares[index], of: stream, inference)
      if showsContents { addContent(of: shares[index], read, stream, known) }
      // A read ends with the bytes that descriptors came with (unix_stream_read_generic, net/unix/af_unix.c).
      let last = runs.last
      if runs[last].sent != 0 || runs[receiving].sent == 0 { receiving = last }
    }
    let isForAll = ancillary?.descriptors.isEmpty == true
    var offset = 0
    for run in runs.indices {
      let received = run == receiving || isForAll ? ancillary : nil
      appendEvent(
        of: runs[run], others: runs.others(of: run), at: offset, read, stream, received: received, &buffer)
      offset += runs[run].count
    }
    buffer.contents.release(read.content)
  }

  /// Adds a share to the last run, or begins one with it.
  ///
  /// - Parameter inference: What is concluded of all shares of the read.
  func add(_ share: Share, of stream: ByteStream, _ inference: Inference) {
    runs.extend(source(of: share, in: stream)) { extend(&$0, by: share, of: stream, inference) }
  }

  /// Who wrote a share, as far as that is known or can be concluded.
  private func source(of share: Share, in stream: ByteStream) -> Endpoint {
    if let index = share.write { return stream.queue.writes[index].source }
    return (infersWriters ? stream.matcher.likelyWriter(of: share, in: stream) : nil) ?? .unknown
  }

  /// Adds a share to a run of the same source.
  private func extend(
    _ run: inout StreamRun, by share: Share, of stream: ByteStream, _ inference: Inference
  ) {
    run.count += share.count
    run.inference.formUnion(inference.union(share.inference))
    guard let index = share.write else { return }
    run.inference.formUnion(stream.queue.writes[index].inference)
    if stream.queue.writes[index].isInScope { run.isInScope = true }
    let sent = share.isFirst ? stream.queue.writes[index].ancillary : 0
    if sent != 0 { run.sent = sent }
    if let written = stream.queue.writes[index].knownEnd {
      run.written = min(written, run.written ?? .max)
      run.lastWritten = max(written, run.lastWritten ?? 0)
    }
  }

  /// Whether a share's contents are not whole because the reader's memory could not be read.
  private func isUnreadable(_ share: Share, in read: StreamRead) -> Bool {
    let wanted = min(read.count, captureLimit)
    return read.isShort && share.offset < wanted && share.offset + share.count > read.filled
      && read.filled < wanted
  }

  /// Adds the contents of a share to the last run.
  ///
  /// - Parameter known: What is known of a read without a buffer.
  private func addContent(
    of share: Share, _ read: StreamRead, _ stream: ByteStream, _ known: SplicedKnowledge
  ) {
    guard read.isSpliced else {
      runs.append(read.content.slice(from: share.offset, count: share.count), of: share.count)
      if isUnreadable(share, in: read) { runs.setMissing(.unreadable) }
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
  /// - Parameters:
  ///   - others: Contents that the run does not hold itself.
  ///   - offset: Where in the read it begins.
  private func appendEvent(
    of run: borrowing StreamRun, others: ArraySlice<ContentArena.Piece>, at offset: Int, _ read: StreamRead,
    _ stream: ByteStream, received: AncillaryData?, _ buffer: inout ReorderBuffer
  ) {
    var traits = run.inference.traits(of: run.source)
    if run.isInScope || read.isInScope { traits.insert(.inScope) }
    var event = makeEvent(
      time: read.time, source: run.source, destination: read.reader, count: run.count, traits: traits)
    if let written = run.written {
      event.setDelay(written: written, lastWritten: run.lastWritten, read: read.time)
    }
    event.place = read.place.advanced(by: offset)
    var content = ContentArena.Piece.none
    if let missing = run.missing {
      setMissing(missing, of: &event, &buffer.texts)
      if run.length > 0 {
        event.traits.insert(.incomplete)
        content = run.joined(with: others, &buffer.contents)
      }
    } else if showsContents {
      content = run.joined(with: others, &buffer.contents)
    }
    appendEvent(
      &event, of: stream, sent: stream.queue.ancillary[run.sent], received: received, content: content,
      &buffer)
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
