import IPCModel

/// Numbers by which the ends of a channel are known; 0 for one that is not.
struct ChannelEnds {
  let source: UInt64
  let destination: UInt64

  /// The ends of an event's channel.
  init(of event: borrowing Event, _ fields: ChannelFields, texts: borrowing TextTable) {
    let kind = UInt64(event.kind.rawValue) + 1
    switch fields.name {
    case .text(let key):
      let name = event[key].map { Self.number(of: $0, texts) } ?? 0
      // A terminal has a master and a slave; which of them sends, its field says.
      let isBackward = event.isTerminalOutput(texts)
      source = Self.number(kind, name, isBackward ? 2 : 1)
      destination = Self.number(kind, name, isBackward ? 1 : 2)
    case .textOrInodes(let key, let first, let second) where first.field.position == second.field.position:
      // One object for both ends. A FIFO's inode is of its own file system; the path tells it from others.
      let name = event[key].map { Self.number(of: $0, texts) } ?? 0
      let object = Self.number(kind, event[first] ?? 0, name)
      source = Self.number(object, 1)
      destination = Self.number(object, 2)
    case .textOrInodes(_, let first, let second):
      let sender = event[first] ?? 0, receiver = event[second] ?? 0
      if event.kind.isDatagrams {
        // Any socket may send to any other, so that both make the channel.
        source = Self.number(kind, sender, receiver)
        destination = Self.number(kind, receiver, sender)
      } else {
        source = sender == 0 ? 0 : Self.number(kind, sender)
        destination = receiver == 0 ? 0 : Self.number(kind, receiver)
      }
    case .ports(let first, let second):
      let sender = Self.number(of: event, first, texts), receiver = Self.number(of: event, second, texts)
      source = Self.number(kind, sender, receiver)
      destination = Self.number(kind, receiver, sender)
    case .contexts(let first, let second):
      let sender = Self.number(event[first.number] ?? 0, event[first.port] ?? 0)
      let receiver = Self.number(event[second.number] ?? 0, event[second.port] ?? 0)
      source = Self.number(kind, sender, receiver)
      destination = Self.number(kind, receiver, sender)
    case .number(let key):
      let number = Self.number(kind, event[key] ?? 0)
      source = Self.number(number, 1)
      destination = Self.number(number, 2)
    case .processes:
      let sender = UInt64(UInt32(bitPattern: event.source.pid))
      let receiver = UInt64(UInt32(bitPattern: event.destination.pid))
      source = Self.number(kind, sender, receiver)
      destination = Self.number(kind, receiver, sender)
    }
  }

  /// A number for several others, which is not 0.
  private static func number(_ first: UInt64, _ second: UInt64, _ third: UInt64 = 0) -> UInt64 {
    max(mix(mix(mix(0, first), second), third), 1)
  }

  private static func mix(_ number: UInt64, _ part: UInt64) -> UInt64 {
    Hashing.spread(number ^ part) ^ (number >> 29)
  }

  private static func number(
    of event: borrowing Event, _ port: ChannelFields.Port, _ texts: borrowing TextTable
  ) -> UInt64 {
    number(event[port.number] ?? 0, event[port.address].map { number(of: $0, texts) } ?? 0)
  }

  private static func number(of text: TextID, _ texts: borrowing TextTable) -> UInt64 {
    texts.withBytes(of: text) { bytes in
      let raw = UnsafeRawBufferPointer(bytes)
      var number = UInt64(raw.count)
      var start = 0
      while start + 8 <= raw.count {
        number = mix(number, raw.loadUnaligned(fromByteOffset: start, as: UInt64.self))
        start += 8
      }
      for byte in raw[start...] { number = mix(number, UInt64(byte)) }
      return number
    }
  }
}

extension Kind {
  /// Whether messages go from any sender to any receiver, and there is no connection between them.
  var isDatagrams: Bool { self == .unixDatagram || self == .loopbackUDP }
}

/// The connections that channels are written as, found by either end.
struct ChannelTable {
  /// Where a connection is, and which of its ends sends.
  struct Found {
    let index: Int
    let sender: Int
  }

  private struct Place {
    /// Number of an end; 0 if the place is empty.
    var end: UInt64 = 0
    var connection: Int32 = 0
    var side: Int8 = 0
  }

  /// The connections.
  var connections: [Connection] = []
  /// A power of 2, of which at most half is filled.
  private var places: [Place] = Array(repeating: Place(), count: 128)
  private var count = 0

  /// How many times an end has become another connection's, or connections were forgotten: what is remembered of them holds
  /// as long as it stays the same.
  private(set) var changes: UInt64 = 0

  /// Most connections that are remembered. A channel that is forgotten goes on as another connection.
  private static let limit = 1 << 16

  /// The connection of an event's channel; nil if there is none yet.
  func find(_ ends: ChannelEnds) -> Found? {
    if let place = place(of: ends.destination) {
      return Found(index: Int(place.connection), sender: 1 - Int(place.side))
    }
    return place(of: ends.source).map { Found(index: Int($0.connection), sender: Int($0.side)) }
  }

  /// Adds a connection whose first end is the source of an event.
  mutating func add(_ connection: Connection, _ ends: ChannelEnds) -> Found {
    if connections.count >= Self.limit {
      changes += 1
      connections.removeAll(keepingCapacity: true)
      places = Array(repeating: Place(), count: places.count)
      count = 0
    }
    connections.append(connection)
    let index = connections.count - 1
    register(ends.source, Int32(truncatingIfNeeded: index), 0)
    register(ends.destination, Int32(truncatingIfNeeded: index), 1)
    return Found(index: index, sender: 0)
  }

  private func place(of end: UInt64) -> Place? {
    guard end != 0 else { return nil }
    var index = Self.first(of: end, in: places.count)
    while places[index].end != end {
      if places[index].end == 0 { return nil }
      index = (index + 1) & (places.count - 1)
    }
    return places[index]
  }

  private mutating func register(_ end: UInt64, _ connection: Int32, _ side: Int8) {
    guard end != 0 else { return }
    if 2 * count >= places.count { grow() }
    insert(Place(end: end, connection: connection, side: side))
  }

  private mutating func insert(_ place: Place) {
    var index = Self.first(of: place.end, in: places.count)
    while places[index].end != 0, places[index].end != place.end { index = (index + 1) & (places.count - 1) }
    if places[index].end == 0 { count += 1 } else { changes += 1 }
    places[index] = place
  }

  private mutating func grow() {
    let before = places
    places = Array(repeating: Place(), count: 2 * before.count)
    count = 0
    for place in before where place.end != 0 { insert(place) }
  }

  private static func first(of end: UInt64, in count: Int) -> Int {
    Int(truncatingIfNeeded: end >> 20) & (count - 1)
  }
}
