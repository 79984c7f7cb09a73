/// One transfer that happened: bytes or a signal that went from one process to another, reported once.
///
/// Plain data, so that it can be queued and copied without allocation. Contents travel beside it. Its properties stand in an
/// order that leaves few gaps in memory: up to 256 bytes are copied in half the instructions that a few more take.
public struct Event: Sendable {
  /// Room for the meta fields of any kind.
  @usableFromInline typealias Values = InlineArray<13, UInt64>

  /// Most meta fields that a kind may have.
  public static var fieldLimit: Int { Values.count }

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
    /// Which thread of the source sent was inferred; the process was observed.
    public static let inferredSourceThread = Traits(rawValue: 1 << 5)
    /// Where in the channel the bytes lie among others of the same read was inferred; who sent them was observed.
    public static let inferredOrder = Traits(rawValue: 1 << 6)
    /// A process in the scope of the trace took part: with a command, one of its tree.
    public static let inScope = Traits(rawValue: 1 << 4)
  }

  /// Time of the transfer, in nanoseconds of `CLOCK_MONOTONIC`.
  public var time: UInt64
  /// Who sent.
  public var source: Endpoint
  /// Kind of channel.
  public var kind: Kind
  /// See ``Traits``.
  public var traits: Traits
  /// Which meta fields this event has.
  @usableFromInline var present: MetaFieldSet
  /// Who received.
  public var destination: Endpoint
  /// Where a read's bytes lie among others of its end.
  public var place = ReadPlace.unknown
  /// Nanoseconds from the end of the write, of its earliest one if there are several, to the end of the read, whichever
  /// of them ``time`` is; 0 if the read ended first, ``unknownDelay`` if one of them was not observed.
  public var delay = unknownDelay
  /// Nanoseconds from the end of the earliest to that of the last of the writes that ``delay`` is about.
  public var writeSpan: UInt64 = 0
  /// Bytes transferred; 0 where the kind has none.
  public var count: UInt64
  /// Values of the kind's meta fields, by ``MetaField/position``.
  @usableFromInline var values: Values

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
    present = MetaFieldSet()
  }

  /// Sets ``delay`` by when a write and the read of its bytes ended, in nanoseconds of `CLOCK_MONOTONIC`.
  ///
  /// - Parameters:
  ///   - written: End of the write; `UInt64.max` if it went on when the read had ended.
  ///   - read: End of the read.
  ///   - lastWritten: End of the last one of several writes; nil if there is one.
  public mutating func setDelay(written: UInt64, lastWritten: UInt64? = nil, read: UInt64) {
    let first = min(written, read)
    delay = read - first
    writeSpan = max(min(lastWritten ?? first, read), first) - first
  }

  /// Sets a meta field of this event's kind.
  @inlinable
  public mutating func set<Value>(_ key: MetaKey<Value>, to value: Value) {
    assert(has(key.field), "\(key.field.name) is no field of \(kind.row.name)")
    setBits(value.metaBits, at: key.field.position)
  }

  /// Value of a meta field of this event's kind; nil if this event does not have it.
  @inlinable
  public subscript<Value>(key: MetaKey<Value>) -> Value? {
    assert(has(key.field), "\(key.field.name) is no field of \(kind.row.name)")
    return bits(at: key.field.position).map(Value.init(metaBits:))
  }

  /// The event as it would be if its contents had not been asked for.
  public func withoutContents() -> Event {
    var event = self
    event.traits.remove(.incomplete)
    for field in kind.row.fields where field.role == .bytesMissing { event.present.remove(field.position) }
    return event
  }

  // MARK: - All fields alike

  /// The meta fields that this event has.
  public var fields: MetaFieldSet { present }

  /// Sets the field at a ``MetaField/position``, of whatever form.
  @inlinable
  public mutating func setBits(_ bits: UInt64, at position: Int) {
    values[position] = bits
    present.insert(position)
  }

  /// Value of the field at a ``MetaField/position`` as 64 bits, which are read by its ``MetaField/form``; nil if
  /// this event does not have it.
  @inlinable
  public func bits(at position: Int) -> UInt64? {
    present.contains(position) ? values[position] : nil
  }

  /// Whether a field is of this event's kind.
  @usableFromInline
  func has(_ field: MetaField) -> Bool {
    let fields = kind.row.fields
    return field.position < fields.count && fields[field.position].name.isEqual(to: field.name)
  }
}

extension StaticString {
  fileprivate func isEqual(to other: StaticString) -> Bool {
    withUTF8Buffer { bytes in other.withUTF8Buffer { bytes.elementsEqual($0) } }
  }
}

/// Operations that happened but could not be recorded, since the last report.
public struct Loss: Sendable, Equatable {
  /// Kind of what was lost; nil where it is unknown (a hook that serves every kind was skipped).
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
