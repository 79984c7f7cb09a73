/// Kind of IPC channel. Its raw value is the `kind` of kernel records (`enum ipc_kind`, records.h).
public struct Kind: RawRepresentable, Sendable, Hashable {
  /// Position in the registry.
  public let rawValue: UInt8

  /// Names a kind by its position in the registry.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// What the registry says about this kind; records of an unknown kind never get this far.
  public var row: KindRow { KindRow.registry[Int(rawValue)] }
}
