/// Kind of IPC channel. Its raw value is the `kind` of kernel records (`enum ipc_kind`, records.h).
///
/// What there is to know of a kind (its name, meta fields, channel, colour) stands in its file in `Kinds/`.
public struct Kind: RawRepresentable, Sendable, Hashable {
  /// Position in the registry.
  public let rawValue: UInt8

  /// Names a kind by its position in the registry.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// What the registry says about this kind; records of an unknown kind never get this far.
  public var row: KindRow { KindRow.registry[Int(rawValue)] }

  /// Every kind, in the order of the registry.
  public static let all: [Kind] = KindRow.registry.map(\.kind)
}
