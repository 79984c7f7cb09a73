/// One key of an event's `meta` object, for what treats all fields alike; what is about a certain one uses its ``MetaKey``.
public struct MetaField: Sendable {
  /// How a field's 64-bit value is to be read.
  public enum Form: Sendable {
    /// An unsigned number.
    case number
    /// A signed number, as its two's complement.
    case integer
    /// A ``TextID`` into the ``TextTable``.
    case text
  }

  /// What a field is about.
  public enum Role: Sendable {
    /// The channel or the transfer.
    case fact
    /// The bytes transferred, as ``Event/count`` says, too.
    case count
    /// Why contents that were asked for are missing; means nothing without.
    case bytesMissing
    /// What has become of an end, or why something failed, of which most events say nothing.
    case lifecycle
  }

  /// Key, as it appears in every format.
  public let name: StaticString
  /// See ``Form``.
  public let form: Form
  /// See ``Role``.
  public let role: Role
  /// Place in ``KindRow/fields``, and of the value in an ``Event``.
  public let position: Int

  /// Describes a field.
  public init(_ name: StaticString, _ form: Form, _ role: Role = .fact, at position: Int) {
    self.name = name
    self.form = form
    self.role = role
    self.position = position
  }
}

/// What a meta field's value is in Swift.
public protocol MetaValue: Sendable {
  /// Form of fields with such values.
  static var form: MetaField.Form { get }
  /// The value of 64 bits of an event.
  init(metaBits: UInt64)
  /// The value as 64 bits of an event.
  var metaBits: UInt64 { get }
}

extension UInt64: MetaValue {
  /// An unsigned number.
  public static var form: MetaField.Form { .number }
  /// The number itself.
  @inlinable public init(metaBits: UInt64) { self = metaBits }
  /// The number itself.
  @inlinable public var metaBits: UInt64 { self }
}

extension Int64: MetaValue {
  /// A signed number.
  public static var form: MetaField.Form { .integer }
  /// The number of its two's complement.
  @inlinable public init(metaBits: UInt64) { self.init(bitPattern: metaBits) }
  /// The number's two's complement.
  @inlinable public var metaBits: UInt64 { UInt64(bitPattern: self) }
}

extension TextID: MetaValue {
  /// A text.
  public static var form: MetaField.Form { .text }
  /// The text of that number.
  @inlinable public init(metaBits: UInt64) { self.init(rawValue: UInt32(truncatingIfNeeded: metaBits)) }
  /// The text's number.
  @inlinable public var metaBits: UInt64 { UInt64(rawValue) }
}

/// Key of one meta field of a kind, which knows what its values are: `event.set(Kind.Pipe.inode, to: 42)`.
public struct MetaKey<Value: MetaValue>: Sendable {
  /// The field.
  public let field: MetaField

  /// Names a field by its place among those of its kind, which ``KindRow`` checks.
  init(_ name: StaticString, _ role: MetaField.Role = .fact, at position: Int) {
    field = MetaField(name, Value.form, role, at: position)
  }
}

extension MetaKey<UInt64> {
  /// The bytes transferred.
  static func count(at position: Int) -> MetaKey { MetaKey("count", .count, at: position) }
}

extension MetaKey<TextID> {
  /// Why contents that were asked for are missing; every kind that carries bytes has it.
  static func bytesMissing(at position: Int) -> MetaKey {
    MetaKey("bytes_missing", .bytesMissing, at: position)
  }
}

extension MetaKey<TextID> {
  /// Name of the error by which something has failed.
  static func error(at position: Int) -> MetaKey { MetaKey("error", .lifecycle, at: position) }
}

/// A ``MetaKey`` of any value, to list those of a kind.
protocol MetaKeyProtocol: Sendable {
  var field: MetaField { get }
}

extension MetaKey: MetaKeyProtocol {}

/// Some of the meta fields of an event.
public struct MetaFieldSet: Sendable, Equatable {
  @usableFromInline var bits: UInt16

  /// No field.
  @inlinable public init() { bits = 0 }

  /// Some fields of a kind.
  public init(_ fields: some Sequence<MetaField>) { bits = fields.reduce(0) { $0 | Self.bit($1.position) } }

  /// How many fields are in it.
  @inlinable public var count: Int { bits.nonzeroBitCount }

  /// The fields that are in both.
  @inlinable
  public func intersection(_ other: MetaFieldSet) -> MetaFieldSet {
    var common = self
    common.bits &= other.bits
    return common
  }

  /// A bit each, by ``MetaField/position``.
  @inlinable public var rawValue: UInt16 { bits }

  /// Whether no field is in it.
  @inlinable public var isEmpty: Bool { bits == 0 }

  /// Adds a field.
  @inlinable
  public mutating func insert(_ key: MetaKey<some MetaValue>) { insert(key.field.position) }

  /// Takes the first field out of it; nil if there is none.
  ///
  /// - Returns: Its ``MetaField/position``.
  @inlinable
  public mutating func popFirst() -> Int? {
    if bits == 0 { return nil }
    defer { bits &= bits - 1 }
    return bits.trailingZeroBitCount
  }

  @inlinable mutating func insert(_ position: Int) { bits |= Self.bit(position) }

  @inlinable mutating func remove(_ position: Int) { bits &= ~Self.bit(position) }

  @inlinable func contains(_ position: Int) -> Bool { bits & Self.bit(position) != 0 }

  @inlinable static func bit(_ position: Int) -> UInt16 { 1 << UInt16(truncatingIfNeeded: position) }
}
