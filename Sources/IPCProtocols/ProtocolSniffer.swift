import IPCModel

/// Tells which protocol a channel speaks: by the first bytes of an event, else as the channel's before,
/// else by port. A unix socket's path may tell it, too.
public struct ProtocolSniffer: Sendable {
  /// A protocol with what of its row is asked for every event.
  private struct Recognized {
    let known: ChannelProtocol
    let lasts: Bool
    let begins: @Sendable (UnsafeRawBufferPointer) -> Bool
  }

  /// Where the events of a kind have what tells their channel, of what the kind has.
  private struct ChannelPositions {
    let sender, receiver: Int?
    let sourcePort, destinationPort: Int?

    init(_ fields: ChannelFields) {
      if case .textOrInodes(_, let inode, _) = fields.name {
        sender = inode.field.position
      } else {
        sender = nil
      }
      receiver = fields.receiver?.field.position
      sourcePort = fields.ports?.source.number.field.position
      destinationPort = fields.ports?.destination.number.field.position
    }
  }

  private var memory = ProtocolMemory()
  /// Of each kind, in one list: what is asked for every event is not looked for in its row.
  private let positions = KindRow.registry.map { ChannelPositions($0.channel) }
  /// Protocols whose messages can be known by how they begin.
  private let recognized: [Recognized]
  /// Of each byte, which of these can begin with it, as bits: most bytes begin none.
  private let candidates: [UInt32]
  private let tcpPorts: [(port: UInt64, known: ChannelProtocol)]
  private let udpPorts: [(port: UInt64, known: ChannelProtocol)]
  private let socketNames:
    [(isSocketName: @Sendable (Slice<UnsafeBufferPointer<UInt8>>) -> Bool, known: ChannelProtocol)]

  /// Knows all protocols and no channel.
  public init() {
    let all = ChannelProtocol.allCases
    recognized = all.compactMap { known in
      let row = known.row
      return row.beginning.map { Recognized(known: known, lasts: row.lasts, begins: $0.begins) }
    }
    var candidates = [UInt32](repeating: 0, count: 256)
    for (index, beginning) in all.compactMap(\.row.beginning).enumerated() {
      for byte in beginning.firstBytes { candidates[Int(byte)] |= 1 << UInt32(index) }
    }
    self.candidates = candidates
    tcpPorts = all.flatMap { known in known.row.tcpPorts.map { (UInt64($0), known) } }
    socketNames = all.compactMap { known in known.row.isSocketName.map { ($0, known) } }
    udpPorts = all.flatMap { known in known.row.udpPorts.map { (UInt64($0), known) } }
  }

  /// The protocol of an event's bytes; nil if nothing tells it.
  public mutating func sniff(
    _ event: borrowing Event, content: UnsafeRawBufferPointer
  ) -> ChannelProtocol? {
    let positions = positions[Int(event.kind.rawValue)]
    let channel = Self.key(of: event, positions)
    if let index = recognize(content) {
      if recognized[index].lasts {
        memory[channel] = recognized[index].known
        // What is answered may look like anything, too.
        memory[Self.oppositeKey(of: event, positions)] = recognized[index].known
      }
      return recognized[index].known
    }
    if let known = memory[channel] { return known }
    return byPort(event, positions)
  }

  /// The first protocol that bytes begin a message of.
  private func recognize(_ content: UnsafeRawBufferPointer) -> Int? {
    guard let first = content.first else { return nil }
    var left = candidates[Int(first)]
    while left != 0 {
      let index = left.trailingZeroBitCount
      if recognized[index].begins(content) { return index }
      left &= left - 1
    }
    return nil
  }

  /// One direction of a channel; 0 if there is nothing to tell it by.
  private static func key(of event: borrowing Event, _ positions: ChannelPositions) -> UInt64 {
    guard let receiver = positions.receiver, var key = event.bits(at: receiver), key != 0 else { return 0 }
    if let source = positions.sourcePort, let destination = positions.destinationPort {
      if let port = event.bits(at: source) { key = key &* 65_537 &+ port }
      if let port = event.bits(at: destination) { key = key &* 65_537 &+ port }
    }
    return key &* 16 &+ UInt64(event.kind.rawValue)
  }

  /// The other direction of a channel whose ends have inodes; 0 if there is nothing to tell it by.
  private static func oppositeKey(of event: borrowing Event, _ positions: ChannelPositions) -> UInt64 {
    guard let sender = positions.sender, let key = event.bits(at: sender) else { return 0 }
    return key &* 16 &+ UInt64(event.kind.rawValue)
  }

  /// The protocol that a unix socket of this path usually speaks; nil if that is not known.
  public func usual(atSocket path: UnsafeBufferPointer<UInt8>) -> ChannelProtocol? {
    let start = path.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? path.startIndex
    return socketNames.first { $0.isSocketName(path[start...]) }?.known
  }

  private func byPort(_ event: borrowing Event, _ positions: ChannelPositions) -> ChannelProtocol? {
    guard let sourcePort = positions.sourcePort, let destinationPort = positions.destinationPort,
      let source = event.bits(at: sourcePort), let destination = event.bits(at: destinationPort)
    else { return nil }
    let ports = event.kind == .loopbackTCP ? tcpPorts : udpPorts
    return ports.first { $0.port == destination }?.known ?? ports.first { $0.port == source }?.known
  }
}

/// What channels have turned out to speak. A channel that is forgotten for another one only looks plainer.
private struct ProtocolMemory {
  private var channels: [UInt64]
  private var protocols: [ChannelProtocol]

  private static let capacity = 4096

  init() {
    channels = Array(repeating: 0, count: Self.capacity)
    protocols = Array(repeating: .http, count: Self.capacity)
  }

  /// The protocol of a channel, by its key; 0 is none.
  subscript(channel: UInt64) -> ChannelProtocol? {
    get {
      let slot = Self.slot(of: channel)
      return channels[slot] == channel && channel != 0 ? protocols[slot] : nil
    }
    set {
      guard let newValue else { return }
      let slot = Self.slot(of: channel)
      channels[slot] = channel
      protocols[slot] = newValue
    }
  }

  private static func slot(of channel: UInt64) -> Int {
    Int(Hashing.spread(channel) >> 52)
  }
}
