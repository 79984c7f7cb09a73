/// What the channel of an event is called wherever transfers are added up: the same for both ways, and for all connections
/// of a client to a port.
///
/// ``Kind``s say by ``ChannelFields`` which meta fields it is made of.
public struct ChannelName: Sendable {
  /// What names are compared by: equal for equal names; of different names, different but for one chance in 2⁶⁴.
  public typealias Number = UInt64

  /// What a channel is called that has no name.
  public static var anonymous: StaticString { "<anonymous>" }

  /// What is to be put into words.
  private enum Form: Sendable {
    case text(TextID)
    case inodes(UInt64, UInt64)
    case port(UInt16, address: TextID?)
    case context(UInt32, port: UInt32)
    case nothing
  }

  private let form: Form
  /// See ``Number``.
  public let number: Number

  /// Makes the name out of an event's meta fields; allocates nothing.
  public init(of event: borrowing Event, texts: borrowing TextTable) {
    switch event.kind.row.channel.name {
    case .text(let key):
      form = event[key].map { .text($0) } ?? .nothing
    case .textOrInodes(let key, let source, let destination):
      if let text = event[key], !texts.isEqual(text, to: Self.anonymous) {
        form = .text(text)
      } else {
        let ends = (event[source], event[destination])
        let first = ends.0 ?? ends.1 ?? 0, second = ends.1 ?? first
        form = .inodes(min(first, second), max(first, second))
      }
    case .ports(let source, let destination):
      // Of the two ends, the server's has the lower port nearly always. Both ways of a connection, and all connections
      // of a client, have one name then.
      let ports = (event[source.number], event[destination.number])
      let isSource = ports.0.map { $0 < ports.1 ?? .max } ?? false
      let port = UInt16(truncatingIfNeeded: (isSource ? ports.0 : ports.1) ?? 0)
      form = .port(port, address: event[(isSource ? source : destination).address])
    case .contexts(let source, let destination):
      // As with ports of the internet.
      let end = event[source.port] ?? .max < event[destination.port] ?? .max ? source : destination
      form = .context(
        UInt32(truncatingIfNeeded: event[end.number] ?? 0),
        port: UInt32(truncatingIfNeeded: event[end.port] ?? 0))
    case .number(let key):
      let number = event[key] ?? 0
      form = .inodes(number, number)
    case .processes: form = .nothing
    }
    number =
      switch form {
      case .text(let text): texts.withBytes(of: text) { Self.hash($0, from: 0) }
      case .inodes(let first, let second): Hashing.spread(first) ^ second
      case .port(let port, let address):
        address.map { texts.withBytes(of: $0) { Self.hash($0, from: UInt64(port)) } } ?? UInt64(port)
      case .context(let context, let port): Hashing.spread(UInt64(context) << 32 | UInt64(port))
      case .nothing: 0
      }
  }

  /// The name in words: as it is, `[inode]`, `[inode]-[inode]`, `address:port`, `cid:port`.
  public func words(_ texts: borrowing TextTable) -> [UInt8] {
    switch form {
    case .text(let text): texts.withBytes(of: text) { Array($0) }
    case .inodes(let first, let second): Array(Self.words(inodes: first, second).utf8)
    case .port(let port, let address):
      (address.map { texts.withBytes(of: $0) { Self.words($0) } } ?? Array("?".utf8)) + Array(":\(port)".utf8)
    case .context(let context, let port): Array("\(context):\(port)".utf8)
    case .nothing: []
    }
  }

  /// The name in words of a channel without a name, by the inodes of its ends.
  public static func words(inodes first: UInt64, _ second: UInt64) -> String {
    first == second ? "[\(first)]" : "[\(first)]-[\(second)]"
  }

  private static func words(_ address: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    let isIPv6 = address.contains(UInt8(ascii: ":"))
    return isIPv6 ? [UInt8(ascii: "[")] + address + [UInt8(ascii: "]")] : Array(address)
  }

  /// FNV-1a (Fowler, Noll, Vo; draft-eastlake-fnv).
  private static func hash(_ bytes: UnsafeBufferPointer<UInt8>, from start: UInt64) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ start
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return hash
  }
}

/// Which meta fields of a kind say what a transfer went through.
public struct ChannelFields: Sendable {
  /// What a channel is called.
  public enum Name: Sendable {
    /// It has a name for certain.
    case text(MetaKey<TextID>)
    /// It is called `<anonymous>` if it has no name, and then known by the inodes of its ends, which may be one.
    case textOrInodes(MetaKey<TextID>, source: MetaKey<UInt64>, destination: MetaKey<UInt64>)
    /// Ports and addresses of its ends.
    case ports(source: Port, destination: Port)
    /// Ports of its ends, and the numbers of the contexts that these are in.
    case contexts(source: Context, destination: Context)
    /// It is known by its number.
    case number(MetaKey<UInt64>)
    /// There is none but the two processes themselves.
    case processes
  }

  /// Where one end of a channel is.
  public struct Port: Sendable {
    /// Number of the port.
    public let number: MetaKey<UInt64>
    /// The address that it is of.
    public let address: MetaKey<TextID>
  }

  /// Where one end of a vsock connection is.
  public struct Context: Sendable {
    /// Number of the context.
    public let number: MetaKey<UInt64>
    /// Number of the port in it.
    public let port: MetaKey<UInt64>
  }

  /// See ``Name``.
  public let name: Name
  /// Inode of what the receiver reads from, by which its unread bytes are known; nil if they cannot be known.
  public let receiver: MetaKey<UInt64>?

  init(_ name: Name, receiver: MetaKey<UInt64>? = nil) {
    self.name = name
    self.receiver = receiver
  }

  /// Meta fields that all events of one direction of a channel have alike: what it is called, and where its ends are.
  public var all: [MetaField] {
    let names: [MetaField] =
      switch name {
      case .text(let key): [key.field]
      case .textOrInodes(let key, let source, let destination):
        source.field.position == destination.field.position
          ? [key.field, source.field] : [key.field, source.field, destination.field]
      case .ports(let source, let destination):
        [source.number.field, source.address.field, destination.number.field, destination.address.field]
      case .contexts(let source, let destination):
        [source.number.field, source.port.field, destination.number.field, destination.port.field]
      case .number(let key): [key.field]
      case .processes: []
      }
    guard let receiver, !names.contains(where: { $0.position == receiver.field.position }) else {
      return names
    }
    return names + [receiver.field]
  }

  /// The name; nil if a channel has none in words.
  public var text: MetaKey<TextID>? {
    switch name {
    case .text(let key), .textOrInodes(let key, _, _): key
    case .ports, .contexts, .number, .processes: nil
    }
  }

  /// The ports of both ends; nil if a channel has none.
  public var ports: (source: Port, destination: Port)? {
    guard case .ports(let source, let destination) = name else { return nil }
    return (source, destination)
  }
}
