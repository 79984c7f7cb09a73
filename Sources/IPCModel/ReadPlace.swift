/// Where a read's bytes lie among all that were read at its end, if these are counted, and whether its contents were left
/// out because nobody looks at them.
public struct ReadPlace: Sendable, Equatable, BitwiseCopyable {
  /// As records have it (`enum ipc_read_place`); 0 if nothing is counted.
  private var bits: UInt32

  private static let countedBit: UInt32 = 1 << 31
  private static let omittedBit: UInt32 = 1 << 30

  /// Positions are told modulo this.
  public static let positionLimit: UInt32 = 1 << 30

  /// Where nothing is counted.
  public static let unknown = ReadPlace(bits: 0)

  /// A place as a record tells it.
  public init(bits: UInt32) { self.bits = bits }

  /// Whether reads are counted there.
  public var isCounted: Bool { bits & Self.countedBit != 0 }
  /// Whether contents were left out because nobody looks at them.
  public var isOmitted: Bool { bits & Self.omittedBit != 0 }
  /// Bytes that were read before, modulo ``positionLimit``.
  public var position: UInt32 { bits & (Self.positionLimit - 1) }

  /// The place of later bytes of the same read.
  public func advanced(by count: Int) -> ReadPlace {
    guard isCounted else { return self }
    let position = (position &+ UInt32(truncatingIfNeeded: count)) & (Self.positionLimit - 1)
    return ReadPlace(bits: bits & ~(Self.positionLimit - 1) | position)
  }
}
