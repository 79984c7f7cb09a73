import ByteOutput
import IPCModel

/// What a section begins with: whose it is, and what its kinds and their fields are called, so that an ipcdump whose
/// registry has grown still reads it.
struct CaptureSchema {
  /// A kind as the section's writer knew it.
  struct RecordedKind {
    let name: String
    /// The kind of that name; nil if there is none here.
    let kind: Kind?
    let fields: [RecordedField]
  }

  /// A meta field as the section's writer knew it.
  struct RecordedField {
    let form: MetaField.Form
    /// Where the field is here; nil if there is none of that name and form.
    let position: Int?
  }

  /// Start of the trace, in nanoseconds of `CLOCK_MONOTONIC`.
  let start: UInt64
  /// What there was to add to that for the time of day when the section began.
  let offset: Int64
  let kinds: [RecordedKind]

  private static let magic: StaticString = "ipcdump capture"
  private static let version: UInt8 = 1

  /// Appends the schema of this ipcdump.
  static func append(start: UInt64, offset: Int64, to output: inout OutputBuffer) {
    output.append(magic)
    output.append(version)
    output.append(integer: start.littleEndian)
    output.appendSignedVarint(offset)
    output.append(UInt8(KindRow.registry.count))
    for row in KindRow.registry {
      row.name.withUTF8Buffer { output.appendCounted($0) }
      output.append(UInt8(row.fields.count))
      for field in row.fields {
        output.append(code(of: field.form))
        field.name.withUTF8Buffer { output.appendCounted($0) }
      }
    }
  }

  /// Whether bytes are a schema at all, of whichever version.
  static func isSchema(_ bytes: UnsafeRawBufferPointer) -> Bool {
    magic.withUTF8Buffer { bytes.count > $0.count && bytes.starts(with: $0) }
  }

  /// Reads what ``append(start:offset:to:)`` has written, perhaps of another version of ipcdump.
  init(_ bytes: UnsafeRawBufferPointer) throws(Malformed) {
    var cursor = ByteCursor(bytes)
    _ = try cursor.take(Self.magic.utf8CodeUnitCount)
    let version = try cursor.byte()
    guard version == Self.version else {
      throw Malformed("it is of version \(version), which needs a later ipcdump")
    }
    start = UInt64(littleEndian: try cursor.integer(UInt64.self))
    offset = try cursor.signedVarint()
    var kinds: [RecordedKind] = []
    for _ in 0..<(try cursor.byte()) { kinds.append(try Self.kind(from: &cursor)) }
    self.kinds = kinds
  }

  private static func kind(from cursor: inout ByteCursor) throws(Malformed) -> RecordedKind {
    let name = String(decoding: try cursor.counted(), as: UTF8.self)
    let kind = Kind.all.first { "\($0.row.name)" == name }
    let fieldCount = try cursor.byte()
    guard fieldCount <= 64 else { throw Malformed("a kind has more than 64 fields") }
    var fields: [RecordedField] = []
    for _ in 0..<fieldCount {
      let form = try form(of: cursor.byte())
      let name = String(decoding: try cursor.counted(), as: UTF8.self)
      let position = kind?.row.fields.firstIndex { "\($0.name)" == name && $0.form == form }
      fields.append(RecordedField(form: form, position: position))
    }
    return RecordedKind(name: name, kind: kind, fields: fields)
  }

  private static func code(of form: MetaField.Form) -> UInt8 {
    switch form {
    case .number: 0
    case .integer: 1
    case .text: 2
    }
  }

  private static func form(of code: UInt8) throws(Malformed) -> MetaField.Form {
    switch code {
    case 0: .number
    case 1: .integer
    case 2: .text
    default: throw Malformed("a field has the unknown form \(code)")
    }
  }
}
