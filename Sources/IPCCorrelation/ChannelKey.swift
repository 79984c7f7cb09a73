import RecordLayout

/// Name of one kernel object for its whole life.
struct ChannelKey: Hashable, Sendable {
  /// Its address.
  let address: UInt64
  /// What tells it from an earlier object at the same address: of pipes and unix sockets their inode number.
  let identity: UInt64

  /// Feeds both, folded into one word: sockets that are made where others were closed share one address by the thousands.
  func hash(into hasher: inout Hasher) { hasher.combine(address ^ (identity &* IPC_HASH_FACTOR)) }
}
