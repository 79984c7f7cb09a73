import IPCModel

/// What channels are known by here.
struct ChannelID: Hashable {
  var kind: UInt8
  var first: UInt64
  var second: UInt64
}

/// Where an event's bytes are of: a channel and one of its directions.
struct ChannelPlace {
  var id: ChannelID
  var side: Side
  /// Whether the channel has one direction only.
  var isOneWay = false

  /// Finds an event's channel; nil if there is nothing to tell it by.
  init?(of event: borrowing Event, texts: borrowing TextTable) {
    let fields = event.kind.row.channel
    var (source, destination): (UInt64, UInt64)
    switch fields.name {
    case .textOrInodes(_, let sourceKey, let destinationKey):
      isOneWay = sourceKey.field.position == destinationKey.field.position
      (source, destination) = (event[sourceKey] ?? 0, event[destinationKey] ?? 0)
    case .ports(let sourcePort, let destinationPort):
      (source, destination) = (event[sourcePort.number] ?? 0, event[destinationPort.number] ?? 0)
    case .contexts(let sourceEnd, let destinationEnd):
      (source, destination) = (event[sourceEnd.port] ?? 0, event[destinationEnd.port] ?? 0)
    case .processes: return nil
    case .text, .number:
      // A queue, or whatever has a name: who writes there does not read there.
      isOneWay = true
      source = ChannelName(of: event, texts: texts).number
      destination = source
    }
    if source == 0, destination == 0 { return nil }
    side = source <= destination ? .first : .second
    id = ChannelID(
      kind: event.kind.rawValue, first: min(source, destination),
      second: isOneWay ? 0 : max(source, destination))
  }
}

/// One channel, and what is known of either direction.
final class MessageChannel {
  let id: ChannelID
  /// Its place in the order in which channels were seen.
  let number: UInt64
  let isOneWay: Bool
  let hints: ChannelHints
  private let label: ChannelLabel
  private let memory: MessageMemory
  var lanes: [Lane?] = [nil, nil]
  var lastTime: UInt64 = 0
  /// Of TCP, the inodes of both receiving sockets: ports are used again.
  private var receivers: [UInt64] = [0, 0]

  init(
    _ number: UInt64, _ label: ChannelLabel, _ hints: ChannelHints, _ place: ChannelPlace,
    _ memory: MessageMemory
  ) {
    id = place.id
    self.number = number
    self.label = label
    self.hints = hints
    self.memory = memory
    isOneWay = place.isOneWay
  }

  /// The direction of a side, made if it is new.
  func lane(_ side: Side) -> Lane {
    let side = isOneWay ? .first : side
    if let lane = lanes[side.rawValue] { return lane }
    let keepsBounds = [.unixDatagram, .unixSeqpacket, .loopbackUDP, .netlink].contains(label.kind)
    let lane = Lane(ByteFlow(side, channel: label, keepsBounds: keepsBounds, memory: memory), hints)
    lanes[side.rawValue] = lane
    return lane
  }

  /// Whether an event is of the connection that the earlier ones were of.
  func isSame(as event: borrowing Event, _ side: Side) -> Bool {
    guard event.kind == .loopbackTCP, let inode = event[Kind.LoopbackSocket.destinationInode], inode != 0
    else {
      return true
    }
    defer { receivers[side.rawValue] = inode }
    return receivers[side.rawValue] == 0 || receivers[side.rawValue] == inode
  }
}

/// One direction of a channel, with the search for its protocol.
final class Lane {
  let flow: ByteFlow
  var conversation: Conversation?
  /// Whether the user's rules still hold: behind an upgrade, what comes is another protocol.
  var isRuled = true
  /// Where in the unread bytes the protocol was found.
  private(set) var found = 0

  private var hints: ChannelHints
  /// The first place in the unread bytes at which a frame may begin.
  private var candidate = 0
  /// Where the last transfer begins in the unread bytes.
  private var pieceStart = 0
  /// Bytes in which nothing was found.
  private var vain = 0
  private var writers: [Int32] = []
  private var readers: [Int32] = []

  /// Bytes that are remembered before a protocol is found, as noise that may come before its first frame.
  private static let noiseLimit = 64 << 10
  /// Bytes in which nothing is found, behind which none are remembered any more.
  private static let vainLimit = 256 << 10
  /// Ends of a pipe that are told apart.
  private static let endLimit = 8

  init(_ flow: ByteFlow, _ hints: ChannelHints) {
    self.flow = flow
    self.hints = hints
    flow.lane = self
  }

  /// Learns who uses it.
  func note(_ event: borrowing Event) {
    Self.add(event.source.pid, to: &writers)
    Self.add(event.destination.pid, to: &readers)
  }

  private static func add(_ pid: Int32, to ends: inout [Int32]) {
    guard pid >= 0, ends.count < endLimit, !ends.contains(pid) else { return }
    ends.append(pid)
  }

  /// Whether what is written here is read by those who write there, and the other way round.
  func isOpposite(of other: Lane) -> Bool {
    writers.contains { other.readers.contains($0) } && readers.contains { other.writers.contains($0) }
  }

  /// Looks for the first frame of a protocol.
  ///
  /// - Parameter half: The other direction, if this is a pipe whose requests may go through another one.
  func recognise(_ definitions: [ProtocolDefinition], answering half: Lane?) -> ProtocolDefinition? {
    let definition = search(definitions, answering: half)
    if definition == nil, conversation == nil { trim() }
    return definition
  }

  private func search(_ definitions: [ProtocolDefinition], answering half: Lane?) -> ProtocolDefinition? {
    let unread = flow.unread
    while candidate < unread.count {
      let rest = UnsafeRawBufferPointer(rebasing: unread[candidate...])
      var isUndecided = false
      for definition in definitions {
        hints.isAnswer = half?.conversation?.definition == definition
        switch definition.recognise(rest, hints) {
        case .certain:
          found = candidate
          return definition
        case .undecided: isUndecided = true
        case .no: break
        }
      }
      if isUndecided, rest.count < Conversation.headLimit { break }
      candidate = next(behind: candidate, in: unread)
    }
    return nil
  }

  /// The next place at which a frame may begin: where a transfer does, or a line.
  private func next(behind offset: Int, in unread: UnsafeRawBufferPointer) -> Int {
    let end = offset < pieceStart ? pieceStart : unread.count
    let newline = unread[offset..<end].firstIndex(of: UInt8(ascii: "\n"))
    return newline.map { $0 + 1 } ?? end
  }

  /// Forgets noise that is too old, or that is of no protocol at all.
  private func trim() {
    let count = flow.unread.count
    if candidate >= count, vain < Self.vainLimit { vain += count - pieceStart }
    let isVain = flow.keepsBounds || (candidate >= count && vain >= Self.vainLimit)
    let excess = isVain ? count : candidate - Self.noiseLimit
    if excess > 0 {
      flow.take(excess)
      _ = flow.finishFrame()
      candidate = max(0, candidate - excess)
    }
    pieceStart = flow.unread.count
  }

  /// Forgets all that has come.
  func forget() {
    flow.take(flow.unread.count)
    _ = flow.finishFrame()
    restart()
  }

  /// Looks for a protocol from the first unread byte on.
  func restart() { (candidate, pieceStart, vain, found) = (0, 0, 0, 0) }
}

extension Piece {
  /// What an event carried.
  init(of event: borrowing Event) {
    let written = event.delay == Event.unknownDelay ? nil : event.time - min(event.delay, event.time)
    let span = event.writeSpan
    self.init(
      source: event.source, destination: event.destination, time: event.time, firstWritten: written,
      written: written.map { $0 + span }, count: Int(clamping: event.count), traits: event.traits,
      isOmitted: event.place.isOmitted)
  }

  /// What lies behind the bytes that were captured.
  func rest(behind captured: Int) -> Piece {
    var rest = self
    rest.count -= captured
    return rest
  }
}

extension ChannelHints {
  /// Where an event's channel is.
  init(of event: borrowing Event, _ label: ChannelLabel) {
    self.init(kind: event.kind, name: label.name)
    guard let ends = event.kind.row.channel.ports else { return }
    ports = (
      UInt16(truncatingIfNeeded: event[ends.source.number] ?? 0),
      UInt16(truncatingIfNeeded: event[ends.destination.number] ?? 0)
    )
  }
}
