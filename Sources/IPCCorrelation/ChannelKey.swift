/// Name of one kernel object for its whole life.
struct ChannelKey: Hashable, Sendable {
  /// Its address.
  let address: UInt64
  /// Its inode number, which tells a new object at a used address.
  let inode: UInt64

  /// Feeds the address alone: few objects share one, and equality tells those apart.
  func hash(into hasher: inout Hasher) { hasher.combine(address) }
}
