import IPCModel
import RecordLayout

/// Makes the events of messages.
struct MessageEvents {
  private let kind: Kind
  private let captureLimit: Int
  private let internet: InternetNames
  private var anonymous: TextID?
  private var families = NetlinkFamilies()
  private var words = MissingBytes.Words()

  init(_ kind: Kind, _ settings: CorrelatorSettings, internet: InternetNames) {
    self.kind = kind
    captureLimit = Int(clamping: settings.captureLimit)
    self.internet = internet
    (missingField, receivedField) =
      switch kind {
      case .loopbackUDP: (Kind.LoopbackSocket.bytesMissing, Kind.LoopbackSocket.received)
      case .netlink: (Kind.Netlink.bytesMissing, Kind.Netlink.received)
      default: (Kind.UnixSocket.bytesMissing, Kind.UnixSocket.received)
      }
  }

  private var showsContents: Bool { captureLimit > 0 }
  private let missingField: MetaKey<TextID>
  private let receivedField: MetaKey<UInt64>

  /// Tells a received message. Takes over its content.
  ///
  /// - Parameters:
  ///   - count: Its real length.
  ///   - source: Who sent it.
  ///   - isInScope: Whether the sender is in the scope of the trace.
  ///   - message: What was sent, if that is known.
  mutating func append(
    _ read: ReceivedMessage, count: Int, from source: Endpoint, isInScope: Bool, isInferred: Bool,
    message: SentMessage?,
    _ buffer: inout ReorderBuffer
  ) {
    var traits = Event.Traits()
    if isInferred, source.isKnown { traits.insert(.inferredSource) }
    if isInScope || read.isInScope { traits.insert(.inScope) }
    if showsContents, read.kept < count { traits.insert(.incomplete) }
    var event = Event(
      time: read.time, kind: kind, source: source, destination: read.reader, count: UInt64(count),
      traits: traits)
    if let message { event.setDelay(written: message.time, read: read.time) }
    setMeta(
      of: &event, read.route, message?.route,
      path: SocketEndNames.text(of: read.names, sent: message?.names), &buffer)
    let own = AncillaryData.describe(from: message?.ancillary, to: read.ancillary, in: &event, &buffer.texts)
    if read.kept < count { event.set(receivedField, to: UInt64(read.kept)) }
    append(event, with: read, ownTexts: own, &buffer)
  }

  /// Tells a netlink message to or from the kernel, or lets go of it.
  mutating func append(ofKernel read: ReceivedMessage, isWanted: Bool, _ buffer: inout ReorderBuffer) {
    guard isWanted else { return buffer.contents.release(read.content) }
    let isSent = read.route.has(IPC_SOCKET_TO_KERNEL)
    var traits = Event.Traits()
    if read.isInScope { traits.insert(.inScope) }
    if showsContents, read.kept < read.count { traits.insert(.incomplete) }
    var event = Event(
      time: read.time, kind: kind, source: isSent ? read.reader : .kernel,
      destination: isSent ? .kernel : read.reader,
      count: UInt64(read.count), traits: traits)
    setNetlinkMeta(of: &event, read.route, &buffer.texts)
    if read.kept < read.count { event.set(receivedField, to: UInt64(read.kept)) }
    append(event, with: read, ownTexts: MetaFieldSet(), &buffer)
  }

  /// Tells an event with the contents that were received.
  private mutating func append(
    _ event: Event, with read: ReceivedMessage, ownTexts: MetaFieldSet, _ buffer: inout ReorderBuffer
  ) {
    var event = event
    var content = ContentArena.Piece.none
    if showsContents, !read.content.isNone {
      content = read.content.slice(from: 0, count: min(read.filled, captureLimit))
    }
    if showsContents, let missing = read.missing, read.filled < min(read.kept, captureLimit) {
      event.set(missingField, to: words.id(of: missing, in: &buffer.texts))
      if read.filled == 0 { content = .none } else { event.traits.insert(.incomplete) }
    }
    if content.isNone { buffer.contents.release(read.content) }
    buffer.append(event, content: content, ownTexts: ownTexts)
  }

  /// Tells a message that nobody will receive.
  ///
  /// - Parameters:
  ///   - unread: Its contents, if they were recorded; taken over.
  ///   - isConcluded: Whether somebody may have received it unseen.
  mutating func appendUndelivered(
    _ message: SentMessage, at time: UInt64, _ unread: UnreadContents?, isConcluded: Bool = false,
    _ buffer: inout ReorderBuffer
  ) {
    var traits: Event.Traits = .undelivered
    if message.isInferred, message.source.isKnown { traits.insert(.inferredSource) }
    if message.isInScope { traits.insert(.inScope) }
    if isConcluded { traits.insert(.inferredDestination) }
    let count = message.remaining
    var event = Event(
      time: time, kind: kind, source: message.source, destination: .unknown, count: UInt64(count),
      traits: traits)
    setMeta(
      of: &event, message.route, nil, path: SocketEndNames.text(of: message.names), &buffer)
    let own = AncillaryData.describe(from: message.ancillary, to: nil, in: &event, &buffer.texts)
    var content = ContentArena.Piece.none
    if showsContents {
      let wanted = min(count, captureLimit)
      content = Self.content(of: message, unread, &buffer.contents).slice(from: 0, count: wanted)
      if content.length < wanted {
        event.set(missingField, to: words.id(of: unread?.missing ?? .gone, in: &buffer.texts))
        if content.length > 0 { event.traits.insert(.incomplete) }
      }
    }
    buffer.append(event, content: content, ownTexts: own)
  }

  /// What is known of a message that nobody has received, retained once: its contents, or the first bytes of the send
  /// itself; `none` if it is nothing.
  private static func content(
    of message: SentMessage, _ unread: UnreadContents?, _ arena: inout ContentArena
  ) -> ContentArena.Piece {
    if var unread {
      defer { unread.release(&arena) }
      if unread.filled > 0 { return unread.content(&arena) }
    }
    guard message.isWhole else { return .none }
    return message.fingerprint.withPrefix { prefix in
      prefix.isEmpty && message.remaining > 0 ? .none : arena.store(prefix)
    }
  }

  // MARK: - Meta fields

  /// - Parameters:
  ///   - route: As the end tells it that the event is of.
  ///   - sent: As the sender tells it, for what the receiver does not know.
  ///   - path: Unix: the name of either end.
  private mutating func setMeta(
    of event: inout Event, _ route: MessageRoute, _ sent: MessageRoute?, path: TextID?,
    _ buffer: inout ReorderBuffer
  ) {
    switch kind {
    case .loopbackUDP: setInternetMeta(of: &event, route, sent, &buffer)
    case .netlink: setNetlinkMeta(of: &event, route, &buffer.texts)
    default: setUnixMeta(of: &event, route, sent, path: path, &buffer)
    }
  }

  private mutating func setNetlinkMeta(
    of event: inout Event, _ route: MessageRoute, _ texts: inout TextTable
  ) {
    let destination = route.netlinkDestination
    event.set(Kind.Netlink.family, to: families.name(of: destination.family, in: &texts))
    if destination.group != 0 { event.set(Kind.Netlink.group, to: UInt64(destination.group)) }
    event.set(Kind.Netlink.count, to: event.count)
  }

  private mutating func setUnixMeta(
    of event: inout Event, _ route: MessageRoute, _ sent: MessageRoute?, path: TextID?,
    _ buffer: inout ReorderBuffer
  ) {
    let anonymous = self.anonymous ?? buffer.texts.add("<anonymous>")
    self.anonymous = anonymous
    let targetInode = route.targetInode != 0 ? route.targetInode : sent?.targetInode ?? 0
    // What the sender said, because a socket has no inode any more when it is closed.
    let sender = sent?.key ?? route.key
    let sourceInode = sender.address == 0 ? 0 : sender.identity
    event.set(Kind.UnixSocket.path, to: path ?? anonymous)
    event.set(Kind.UnixSocket.count, to: event.count)
    if sourceInode != 0 { event.set(Kind.UnixSocket.sourceInode, to: sourceInode) }
    if targetInode != 0 { event.set(Kind.UnixSocket.destinationInode, to: targetInode) }
  }

  private func setInternetMeta(
    of event: inout Event, _ route: MessageRoute, _ sent: MessageRoute?, _ buffer: inout ReorderBuffer
  ) {
    event.set(Kind.LoopbackSocket.count, to: event.count)
    // The sender knows its own port; the receiver may know only whom it is connected to.
    if let from = sent ?? (route.sourcePort != 0 ? route : nil), from.sourcePort != 0 {
      event.set(Kind.LoopbackSocket.sourcePort, to: UInt64(from.sourcePort))
      if let service = internet.service(from.sourcePort, kind: kind, &buffer.texts) {
        event.set(Kind.LoopbackSocket.sourceService, to: service)
      }
      event.set(Kind.LoopbackSocket.sourceAddress, to: internet.address(from.sourceAddress, &buffer.texts))
    }
    // The sender knows the very address; the receiver may know only the one that it listens on.
    let to = sent ?? route
    event.set(Kind.LoopbackSocket.destinationPort, to: UInt64(to.destinationPort))
    if let service = internet.service(to.destinationPort, kind: kind, &buffer.texts) {
      event.set(Kind.LoopbackSocket.destinationService, to: service)
    }
    event.set(
      Kind.LoopbackSocket.destinationAddress, to: internet.address(to.destinationAddress, &buffer.texts))
    let inode = route.targetInode != 0 ? route.targetInode : sent?.targetInode ?? 0
    if inode != 0 { event.set(Kind.LoopbackSocket.destinationInode, to: inode) }
  }
}
