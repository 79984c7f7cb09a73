import IPCModel

/// What of an event of one kind is known if it passes the exact filter, as far as the kernel can tell.
struct KindScope: Equatable {
  /// One end is one of these processes.
  var processes = ProcessScope.all
  /// One end has one of these names; nil for any, and for channels without a name.
  var names: NameScope?
  var ports = PortScope()
  /// One end has one of these addresses; nil for any.
  var addresses: Set<InternetAddress>?

  /// Whatever there is.
  static let all = KindScope()

  /// What lets through whatever both do; nil, which stands for nothing, if either is.
  static func both(_ one: KindScope?, _ other: KindScope?) -> KindScope? {
    guard let one, let other else { return nil }
    return KindScope(
      processes: one.processes.both(other.processes), names: one.names.both(other.names),
      ports: one.ports.both(other.ports),
      addresses: [one.addresses, other.addresses].compactMap { $0 }.min { $0.count < $1.count })
  }

  /// What lets through whatever one of them does; nil if both stand for nothing.
  static func either(_ one: KindScope?, _ other: KindScope?) -> KindScope? {
    guard let one, let other else { return one ?? other }
    var addresses: Set<InternetAddress>?
    if let some = one.addresses, let more = other.addresses { addresses = some.union(more) }
    return KindScope(
      processes: one.processes.either(other.processes), names: one.names.either(other.names),
      ports: one.ports.either(other.ports), addresses: addresses)
  }

  /// The same for all by which messages can be answered: both directions of a channel, of pipes another channel.
  func ofBothDirections(_ kind: Kind) -> KindScope {
    var wide = self
    wide.ports = ports.ofBothDirections
    if !kind.isUnix { wide.names = nil }
    return wide
  }
}

/// An address of IPv6, or one of IPv4 mapped into it, in network byte order.
public struct InternetAddress: Sendable, Hashable {
  /// Its 16 bytes.
  public let bytes: [UInt8]
}
