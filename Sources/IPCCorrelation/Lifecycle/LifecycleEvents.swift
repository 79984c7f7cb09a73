import IPCModel
import RecordLayout

/// Makes the events of channels' ends.
final class LifecycleEvents {
  private let internet: InternetNames
  /// Names of unix sockets, and paths of FIFOs by their address; the kernel tells each once.
  private let sockets = SocketNames()
  private var fifos: [UInt64: TextID] = [:]
  private var retired = RetiredTexts()
  private var words: [String: TextID] = [:]

  init(_ internet: InternetNames) { self.internet = internet }

  // MARK: - Names

  /// Takes the name of a channel.
  func takeName(_ record: UnsafeRawBufferPointer, _ kind: Kind, _ texts: inout TextTable) {
    if Kind.unix.contains(kind) { return sockets.take(record, &texts) }
    guard kind == .pipe, let (raw, rest) = record.record(ipc_channel.self) else { return }
    if let known = fifos[raw.channel] { retired.append(known) }
    fifos[raw.channel] = texts.add(SocketNames.path(fromComponents: rest.prefix(Int(raw.length))))
  }

  /// Lets go of the names of ends that are forgotten.
  func forget(_ keys: [EndKey]) {
    for key in keys where key.kind == .pipe {
      if let path = fifos.removeValue(forKey: key.address) { retired.append(path) }
    }
  }

  /// Lets go of texts that nobody can refer to any more.
  func tidy(at time: UInt64, _ live: OpenChannels?, _ buffer: inout ReorderBuffer) {
    sockets.tidy(at: time, live, &buffer)
    internet.tidy(at: time, &buffer)
    retired.tidy(at: time, &buffer)
  }

  // MARK: - Events

  /// Adds an event.
  ///
  /// - Parameters:
  ///   - time: When it was, if that is not when the record says.
  ///   - inferred: Whether the one who is not the record's actor was concluded.
  func append(
    _ record: LifecycleRecord, at time: UInt64? = nil, other: EndUser?, inferred: Bool, inode: UInt64,
    _ buffer: inout ReorderBuffer
  ) {
    let actor = record.actor
    let isReceived = record.operation == .endOfFile
    let there = other ?? EndUser(endpoint: .unknown, isInScope: false)
    var event = Event(
      time: time ?? record.time, kind: record.kind, source: isReceived ? there.endpoint : actor.endpoint,
      destination: isReceived ? actor.endpoint : there.endpoint, count: 0)
    if actor.isInScope || there.isInScope { event.traits.insert(.inScope) }
    if inferred, there.endpoint.isKnown {
      event.traits.insert(isReceived ? .inferredSource : .inferredDestination)
    }
    let ownTexts = setChannel(of: &event, record, isReceived: isReceived, otherInode: inode, &buffer.texts)
    setOperation(of: &event, record, &buffer.texts)
    buffer.append(event, content: .none, ownTexts: ownTexts)
  }

  private func setOperation(of event: inout Event, _ record: LifecycleRecord, _ texts: inout TextTable) {
    guard let fields = record.kind.row.lifecycle else { return }
    event.set(fields.operation, to: word(Self.word(for: record.operation), &texts))
    let ways = (record.ends(IPC_WAY_READ), record.ends(IPC_WAY_WRITE))
    if ways != (false, false) {
      event.set(fields.way, to: word(ways == (true, true) ? "both" : ways.0 ? "read" : "write", &texts))
    }
    if record.raw.error != 0 {
      event.set(fields.error, to: word(ErrorName.of(Int32(record.raw.error)), &texts))
    }
  }

  private static func word(for operation: LifecycleRecord.Operation) -> String {
    switch operation {
    case .connect: "connect"
    case .accept: "accept"
    case .close: "close"
    case .shutdown: "shutdown"
    case .endOfFile: "eof"
    case .brokenPipe: "epipe"
    case .exec: "exec"
    }
  }

  /// A word, entered once into the table of texts.
  private func word(_ word: String, _ texts: inout TextTable) -> TextID {
    if let known = words[word] { return known }
    let text = texts.add(word)
    words[word] = text
    return text
  }

  // MARK: - Channels

  /// Sets the fields of the channel, from the source's end to the destination's.
  ///
  /// - Returns: Those whose texts are of this event alone.
  private func setChannel(
    of event: inout Event, _ record: LifecycleRecord, isReceived: Bool, otherInode: UInt64,
    _ texts: inout TextTable
  ) -> MetaFieldSet {
    let raw = record.raw
    switch record.kind {
    case .pipe:
      event.set(Kind.Pipe.name, to: fifos[raw.own & ~1] ?? word("<anonymous>", &texts))
      event.set(Kind.Pipe.inode, to: raw.own_inode)
    case .pty: setTerminal(of: &event, record, &texts)
    case .loopbackTCP, .loopbackUDP:
      let ends = (
        own: InternetEnd(port: raw.own_port, address: raw.own_address, inode: raw.own_inode),
        other: InternetEnd(port: raw.other_port, address: raw.other_address, inode: otherInode)
      )
      set(&event, from: isReceived ? ends.other : ends.own, to: isReceived ? ends.own : ends.other, &texts)
    default: return setUnix(of: &event, record, isReceived: isReceived, otherInode: otherInode, &texts)
    }
    return MetaFieldSet()
  }

  private func setTerminal(of event: inout Event, _ record: LifecycleRecord, _ texts: inout TextTable) {
    let name = String(decoding: TerminalName(record.raw.terminal).shown, as: UTF8.self)
    event.set(Kind.Terminal.name, to: word(name, &texts))
    if record.raw.session != 0 { event.set(Kind.Terminal.session, to: UInt64(record.raw.session)) }
    if record.operation == .endOfFile {
      event.set(Kind.Terminal.direction, to: word(record.has(IPC_LIFE_MASTER) ? "output" : "input", &texts))
    }
  }

  private func setUnix(
    of event: inout Event, _ record: LifecycleRecord, isReceived: Bool, otherInode: UInt64,
    _ texts: inout TextTable
  ) -> MetaFieldSet {
    typealias Key = Kind.UnixSocket
    let raw = record.raw
    let inodes = isReceived ? (otherInode, raw.own_inode) : (raw.own_inode, otherInode)
    if inodes.0 != 0 { event.set(Key.sourceInode, to: inodes.0) }
    if inodes.1 != 0 { event.set(Key.destinationInode, to: inodes.1) }
    if let path = record.refusedPath {
      event.set(Key.path, to: texts.add(path))
      var own = MetaFieldSet()
      own.insert(Key.path)
      return own
    }
    let name =
      record.has(IPC_LIFE_NAMED) ? sockets.name(of: raw.own, inode: raw.own_inode, at: record.time) : nil
    let otherName =
      record.has(IPC_LIFE_OTHER_NAMED) ? sockets.name(of: raw.other, inode: otherInode, at: record.time) : nil
    let shown = isReceived ? name ?? otherName : otherName ?? name
    event.set(Key.path, to: shown?.text ?? word("<anonymous>", &texts))
    return MetaFieldSet()
  }

  private struct InternetEnd {
    let port: UInt16
    let address: RecordedAddress
    let inode: UInt64
  }

  private func set(
    _ event: inout Event, from source: InternetEnd, to destination: InternetEnd, _ texts: inout TextTable
  ) {
    typealias Key = Kind.LoopbackSocket
    // An end without a port is not connected.
    if source.port != 0 {
      event.set(Key.sourcePort, to: UInt64(source.port))
      event.set(Key.sourceAddress, to: internet.address(source.address, &texts))
      if let service = internet.service(source.port, kind: event.kind, &texts) {
        event.set(Key.sourceService, to: service)
      }
    }
    if destination.port != 0 {
      event.set(Key.destinationPort, to: UInt64(destination.port))
      event.set(Key.destinationAddress, to: internet.address(destination.address, &texts))
      if let service = internet.service(destination.port, kind: event.kind, &texts) {
        event.set(Key.destinationService, to: service)
      }
    }
    if destination.inode != 0 { event.set(Key.destinationInode, to: destination.inode) }
  }
}
