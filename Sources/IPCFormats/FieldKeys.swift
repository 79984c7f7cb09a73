import IPCModel

/// What a format writes before the value of each meta field, put together once.
package struct FieldKeys: Sendable {
  private struct Key: Sendable {
    let range: Range<Int>
    let form: MetaField.Form
  }

  /// Of each kind, ``Event/fieldLimit`` keys, by position.
  private var keys: [Key] = []
  private var bytes: [UInt8] = []

  /// Makes the keys of all kinds.
  ///
  /// - Parameter write: Appends what comes before the value of a field.
  package init(_ write: (MetaField, inout OutputBuffer) -> Void) {
    var buffer = OutputBuffer(capacity: 1 << 10)
    for row in KindRow.registry {
      for position in 0..<Event.fieldLimit {
        let start = buffer.count
        let field = position < row.fields.count ? row.fields[position] : nil
        if let field { write(field, &buffer) }
        keys.append(Key(range: start..<buffer.count, form: field?.form ?? .number))
      }
    }
    bytes = buffer.withBytes { Array($0) }
  }

  /// Appends all meta fields of an event, each behind its key.
  ///
  /// - Parameter skipped: Bytes at the beginning of the first key that are left out, such as those which separate it from
  ///   the field before.
  @inline(__always)
  package func appendFields(
    of event: borrowing Event, texts: borrowing TextTable, _ escape: TextEscape, dropFirst skipped: Int = 0,
    to output: inout OutputBuffer
  ) {
    var left = event.fields
    var skipped = skipped
    while let position = left.popFirst() {
      let key = keys[Int(event.kind.rawValue) * Event.fieldLimit + position]
      bytes.withUnsafeBufferPointer {
        output.append(UnsafeBufferPointer(rebasing: $0[key.range].dropFirst(skipped)))
      }
      skipped = 0
      if let value = event.bits(at: position) { output.append(value, key.form, texts: texts, escape) }
    }
  }
}
