/// A set of ports.
public struct PortSet: Sendable, Equatable {
  /// A bit for each, the lowest one first.
  public private(set) var words: [UInt64]

  /// No port.
  public init() { words = [UInt64](repeating: 0, count: 1024) }

  /// Ports by their numbers; what is none is left out.
  init(_ numbers: some Sequence<Int64>) {
    self.init()
    for number in numbers {
      guard let port = UInt16(exactly: number) else { continue }
      words[Int(port) / 64] |= 1 << UInt64(port % 64)
    }
  }

  /// All ports.
  public static let all = PortSet(0...Int64(UInt16.max))

  /// How many there are.
  public var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  /// Whether a port is one of them.
  public func contains(_ port: UInt16) -> Bool { words[Int(port) / 64] & 1 << UInt64(port % 64) != 0 }

  func union(_ other: PortSet) -> PortSet { combined(other) { $0 | $1 } }

  func intersection(_ other: PortSet) -> PortSet { combined(other) { $0 & $1 } }

  private func combined(_ other: PortSet, _ combine: (UInt64, UInt64) -> UInt64) -> PortSet {
    var result = self
    for index in words.indices { result.words[index] = combine(words[index], other.words[index]) }
    return result
  }
}

/// What of a transfer's two ports is known if it passes the exact filter.
public struct PortScope: Sendable, Equatable {
  /// A set for each end.
  public struct Ends: Sendable, Equatable {
    /// Ports of the sender's end.
    public var source = PortSet()
    /// Ports of the receiver's end.
    public var destination = PortSet()

    /// Names ports.
    public init(source: PortSet = PortSet(), destination: PortSet = PortSet()) {
      self.source = source
      self.destination = destination
    }

    var count: Int { source.count + destination.count }

    func combined(_ other: Ends, _ combine: (PortSet, PortSet) -> PortSet) -> Ends {
      Ends(source: combine(source, other.source), destination: combine(destination, other.destination))
    }
  }

  /// One of the ends has one of these; nil if that is not asked.
  public var wanted: Ends?
  /// Neither end has one of these.
  public var unwanted = Ends()

  /// Any ports.
  public init() {}

  init(wanted: Ends?, unwanted: Ends) {
    self.wanted = wanted
    self.unwanted = unwanted
  }

  /// Whether the kernel lets a transfer through. A port that is 0 is not known.
  public func admits(source: UInt16, destination: UInt16) -> Bool {
    if source == 0 || destination == 0 { return true }
    if unwanted.source.contains(source) || unwanted.destination.contains(destination) { return false }
    return wanted.map { $0.source.contains(source) || $0.destination.contains(destination) } ?? true
  }

  /// What lets through whatever both do. Of two that are wanted, the narrower one: each may be met by another end.
  func both(_ other: PortScope) -> PortScope {
    PortScope(
      wanted: [wanted, other.wanted].compactMap { $0 }.min { $0.count < $1.count },
      unwanted: unwanted.combined(other.unwanted) { $0.union($1) })
  }

  /// What lets through whatever one of them does.
  func either(_ other: PortScope) -> PortScope {
    var wanted: Ends?
    if let own = self.wanted, let more = other.wanted { wanted = own.combined(more) { $0.union($1) } }
    return PortScope(
      wanted: wanted, unwanted: unwanted.combined(other.unwanted) { $0.intersection($1) })
  }

  /// The same for both directions of a channel.
  var ofBothDirections: PortScope {
    func both(_ ends: Ends, _ combine: (PortSet, PortSet) -> PortSet) -> Ends {
      let ports = combine(ends.source, ends.destination)
      return Ends(source: ports, destination: ports)
    }
    return PortScope(
      wanted: wanted.map { both($0) { $0.union($1) } }, unwanted: both(unwanted) { $0.intersection($1) })
  }
}
