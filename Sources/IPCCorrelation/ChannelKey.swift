/// Name of one kernel object for its whole life.
struct ChannelKey: Hashable, Sendable {
  /// Its address.
  let address: UInt64
  /// Its inode number, which tells a new object at a used address.
  let inode: UInt64

  /// Feeds both, folded into one word: sockets that are made where others were closed share one address by the thousands.
  func hash(into hasher: inout Hasher) { hasher.combine(address ^ (inode &* 0x9E37_79B9_7F4A_7C15)) }
}
