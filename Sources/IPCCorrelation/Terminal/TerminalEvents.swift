import IPCModel

/// Makes the events of terminals.
struct TerminalEvents {
  /// Who got what was written.
  struct Destination {
    var endpoint: Endpoint
    var isInScope = false
    var isInferred = true
    /// When the read that got the first of it ended; nil if it was not seen.
    var readTime: UInt64?
  }

  private let showsContents: Bool
  private var vocabulary: TerminalVocabulary?
  private var words = MissingBytes.Words()

  init(showsContents: Bool) { self.showsContents = showsContents }

  /// Tells a write. Takes over its content.
  mutating func append(
    _ write: TerminalWrite, to destination: Destination, in direction: TerminalDirection,
    _ buffer: inout ReorderBuffer
  ) {
    let vocabulary = self.vocabulary ?? TerminalVocabulary(in: &buffer.texts)
    self.vocabulary = vocabulary
    var traits = Event.Traits()
    if write.isInScope || destination.isInScope { traits.insert(.inScope) }
    if destination.isInferred, destination.endpoint != .unknown { traits.insert(.inferredDestination) }
    var event = Event(
      time: write.time, kind: .pty, source: write.source, destination: destination.endpoint,
      count: write.count, traits: traits)
    if let read = destination.readTime { event.setDelay(written: write.time, read: read) }
    if let name = direction.shownName { event.set(Kind.Terminal.name, to: name) }
    if write.session != 0 { event.set(Kind.Terminal.session, to: UInt64(write.session)) }
    event.set(Kind.Terminal.count, to: write.count)
    event.set(Kind.Terminal.direction, to: direction.isOutput ? vocabulary.output : vocabulary.input)
    var content = write.content
    // What was lost on the way here is reported as a loss.
    let isMissing = showsContents && write.filled < write.wanted && (write.isSpliced || write.isShort)
    if isMissing {
      let reason: MissingBytes = write.isSpliced ? .spliced : .unreadable
      event.set(Kind.Terminal.bytesMissing, to: words.id(of: reason, in: &buffer.texts))
      if write.filled > 0 {
        event.traits.insert(.incomplete)
      } else {
        buffer.contents.release(content)
        content = .none
      }
    }
    buffer.append(event, content: content)
  }
}
