import IPCModel

/// How a kind is watched, as a ``Trial`` has shown.
public struct Watch: Sendable {
  /// The kind.
  public let kind: Kind
  /// Type of the programs at the syscalls; nil if the kernel refuses them.
  public let hook: Hook?
  /// Tracepoints that programs of the kind were attached to.
  public let tracepoints: [String]
  /// Tracepoints that would tell more and are missing here.
  public let missing: [String]
  /// Why the kind cannot be watched; nil if it can.
  public let failure: Failure?
}
