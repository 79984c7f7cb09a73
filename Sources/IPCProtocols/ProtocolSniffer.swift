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

  private var memory = ProtocolMemory()
  /// Protocols whose messages can be known by how they begin.
  private let recognized: [Recognized]
  private let tcpPorts: [(port: UInt64, known: ChannelProtocol)]
  private let udpPorts: [(port: UInt64, known: ChannelProtocol)]
  private let socketNames:
    [(isSocketName: @Sendable (Slice<UnsafeBufferPointer<UInt8>>) -> Bool, known: ChannelProtocol)]

  /// Knows all protocols and no channel.
  public init() {
    let all = ChannelProtocol.allCases
    recognized = all.compactMap { known in
      let row = known.row
      return row.begins.map { Recognized(known: known, lasts: row.lasts, begins: $0) }
    }
    tcpPorts = all.flatMap { known in known.row.tcpPorts.map { (UInt64($0), known) } }
    socketNames = all.compactMap { known in known.row.isSocketName.map { ($0, known) } }
    udpPorts = all.flatMap { known in known.row.udpPorts.map { (UInt64($0), known) } }
  }

  /// The protocol of an event's bytes; nil if nothing tells it.
  public mutating func sniff(
    _ event: borrowing Event, content: UnsafeRawBufferPointer
  ) -> ChannelProtocol? {
    let fields = event.kind.row.channel
    let channel = Self.key(of: event, fields)
    if !content.isEmpty {
      for index in recognized.indices where recognized[index].begins(content) {
        if recognized[index].lasts {
          memory[channel] = recognized[index].known
          // What is answered may look like anything, too.
          memory[Self.oppositeKey(of: event, fields)] = recognized[index].known
        }
        return recognized[index].known
      }
    }
    if let known = memory[channel] { return known }
    return byPort(event, fields)
  }

  /// One direction of a channel; 0 if there is nothing to tell it by.
  private static func key(of event: borrowing Event, _ fields: ChannelFields) -> UInt64 {
    guard let receiver = fields.receiver, var key = event[receiver], key != 0 else { return 0 }
    if let ports = fields.ports {
      if let port = event[ports.source.number] { key = key &* 65_537 &+ port }
      if let port = event[ports.destination.number] { key = key &* 65_537 &+ port }
    }
    return key &* 16 &+ UInt64(event.kind.rawValue)
  }

  /// The other direction of a channel whose ends have inodes; 0 if there is nothing to tell it by.
  private static func oppositeKey(of event: borrowing Event, _ fields: ChannelFields) -> UInt64 {
    guard case .textOrInodes(_, let sender, _) = fields.name, let key = event[sender] else { return 0 }
    return key &* 16 &+ UInt64(event.kind.rawValue)
  }

  /// The protocol that a unix socket of this path usually speaks; nil if that is not known.
  public func usual(atSocket path: UnsafeBufferPointer<UInt8>) -> ChannelProtocol? {
    let start = path.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? path.startIndex
    return socketNames.first { $0.isSocketName(path[start...]) }?.known
  }

  private func byPort(_ event: borrowing Event, _ fields: ChannelFields) -> ChannelProtocol? {
    guard let ends = fields.ports, let source = event[ends.source.number],
      let destination = event[ends.destination.number]
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
