import IPCModel

/// What makes two transfers count as of one edge: the processes at both ends, and the channel.
struct EdgeKey: Hashable {
  /// Destination of what nobody received; −1 is one that is not known.
  static let nobody: Int32 = -2

  let kind: Kind
  let source: Int32
  let destination: Int32
  /// A number for the channel; see ``ChannelName``.
  let channel: UInt64

  /// Feeds two words, which is cheaper than four fields.
  func hash(into hasher: inout Hasher) {
    hasher.combine(UInt64(UInt32(bitPattern: source)) << 32 | UInt64(UInt32(bitPattern: destination)))
    hasher.combine(channel ^ UInt64(kind.rawValue))
  }
}
