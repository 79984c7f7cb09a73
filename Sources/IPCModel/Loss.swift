/// Operations that happened but could not be recorded, since the last report.
public struct Loss: Sendable, Equatable {
  /// Kind of what was lost; nil where it cannot be told (a hook that serves every kind was skipped).
  public var kind: Kind?
  /// Number of records.
  public var count: UInt64
  /// Bytes that those operations transferred, as far as it is known.
  public var bytes: UInt64
  /// When the loss was noticed, in nanoseconds of `CLOCK_MONOTONIC`.
  public var time: UInt64

  /// Creates a report.
  public init(kind: Kind?, count: UInt64, bytes: UInt64, time: UInt64) {
    self.kind = kind
    self.count = count
    self.bytes = bytes
    self.time = time
  }

  /// Name in output: the kind's, or `all`.
  public var typeName: StaticString { kind?.row.name ?? "all" }
}
