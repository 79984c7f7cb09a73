import IPCModel

/// Who talks to whom: one row for all transfers from one process to another by channels of one kind and name.
struct Talk: Sendable {
  /// What the transfers of a row have in common.
  struct Key: Hashable, Sendable {
    /// Process ids, −1 for an unknown one.
    var source: Int32
    var destination: Int32
    var kind: Kind
    /// Number of the channel's name.
    var name: UInt32
  }

  let key: Key
  /// Number of transfers.
  var events: UInt64 = 0
  /// What they carried.
  var bytes: UInt64 = 0
}
