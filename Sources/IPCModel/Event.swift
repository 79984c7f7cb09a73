/// One transfer that happened: bytes or a signal that went from one process to another, told once.
///
/// Plain data, so that it can be queued and copied without allocation. Contents travel beside it.
public struct Event: Sendable {
  /// Most meta fields that a kind may have.
  public static let fieldLimit = 12

  /// ``delay`` where it is not known.
  public static let unknownDelay = UInt64.max

  /// Facts about an event that are neither ends nor meta fields.
  public struct Traits: OptionSet, Sendable {
    /// The traits as bits.
    public let rawValue: UInt8

    /// Traits from bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The source was inferred, not observed.
    public static let inferredSource = Traits(rawValue: 1 << 0)
    /// The destination was inferred, not observed.
    public static let inferredDestination = Traits(rawValue: 1 << 1)
    /// The bytes were never received.
    public static let undelivered = Traits(rawValue: 1 << 2)
    /// Fewer bytes were captured than were transferred, although contents were asked for.
    public static let incomplete = Traits(rawValue: 1 << 3)
    /// A process in the scope of the trace took part: with a command, one of its tree.
    public static let inScope = Traits(rawValue: 1 << 4)
  }

  /// Time of the transfer, in nanoseconds of `CLOCK_MONOTONIC`.
  public var time: UInt64
  /// Kind of channel.
  public var kind: Kind
  /// Who sent.
  public var source: Endpoint
  /// Who received.
  public var destination: Endpoint
  /// Nanoseconds from the end of the write, of its earliest one if there are several, to the end of the read, whichever
  /// of them ``time`` is; 0 if the read ended first, ``unknownDelay`` if one of them was not observed.
  public var delay = unknownDelay
  /// Bytes transferred; 0 where the kind has none.
  public var count: UInt64
  /// See ``Traits``.
  public var traits: Traits

  /// Values of the kind's meta fields, by position in ``KindRow/fields``; read them by ``value(at:)``.
  @usableFromInline var values: InlineArray<12, UInt64>
  @usableFromInline var present: UInt16

  /// Creates an event without meta fields.
  public init(
    time: UInt64, kind: Kind, source: Endpoint, destination: Endpoint, count: UInt64, traits: Traits = []
  ) {
    self.time = time
    self.kind = kind
    self.source = source
    self.destination = destination
    self.count = count
    self.traits = traits
    values = .init(repeating: 0)
    present = 0
  }

  /// Sets ``delay`` by when a write and the read of its bytes ended, in nanoseconds of `CLOCK_MONOTONIC`.
  ///
  /// - Parameters:
  ///   - written: End of the write; `UInt64.max` if it went on when the read had ended.
  ///   - read: End of the read.
  public mutating func setDelay(written: UInt64, read: UInt64) {
    delay = read - min(written, read)
  }

  /// Sets the meta field at `position` of the kind's ``KindRow/fields``.
  @inlinable
  public mutating func set(_ position: Int, to value: UInt64) {
    values[position] = value
    present |= 1 << UInt16(position)
  }

  /// Sets a field of ``MetaField/Form/text`` form.
  public mutating func set(_ position: Int, to text: TextID) {
    set(position, to: UInt64(text.rawValue))
  }

  /// Sets a field of ``MetaField/Form/integer`` form.
  public mutating func set(_ position: Int, to value: Int64) {
    set(position, to: UInt64(bitPattern: value))
  }

  /// The event as it would be told if its contents had not been asked for.
  public func withoutContents() -> Event {
    var event = self
    event.traits.remove(.incomplete)
    for (position, field) in kind.row.fields.enumerated() where field.isAboutContents {
      event.present &= ~(1 << UInt16(position))
    }
    return event
  }

  /// The meta fields that this event has, as bits by position.
  package var fieldBits: UInt16 { present }

  /// Raw value of a meta field, nil if this event does not have it.
  @inlinable
  public func value(at position: Int) -> UInt64? {
    present & (1 << UInt16(position)) == 0 ? nil : values[position]
  }
}
