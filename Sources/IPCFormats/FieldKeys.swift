import IPCModel

/// What a format writes before the value of each meta field, put together once.
package struct FieldKeys: Sendable {
  /// Where each key begins, by kind and position.
  private var starts: [Int] = []
  private var bytes: [UInt8] = []

  /// Makes the keys of all kinds.
  ///
  /// - Parameter write: Appends what comes before the value of a field.
  package init(_ write: (MetaField, inout OutputBuffer) -> Void) {
    var buffer = OutputBuffer(capacity: 1 << 10)
    for row in KindRow.registry {
      for position in 0...Event.fieldLimit {
        starts.append(buffer.count)
        if position < row.fields.count { write(row.fields[position], &buffer) }
      }
    }
    bytes = buffer.withBytes { Array($0) }
  }

  /// Appends the key of a kind's field.
  ///
  /// - Parameter skipped: Bytes at its beginning that are left out, as what separates it from others.
  @inline(__always)
  package func append(
    _ position: Int, of kind: Kind, dropFirst skipped: Int = 0, to output: inout OutputBuffer
  ) {
    let index = Int(kind.rawValue) * (Event.fieldLimit + 1) + position
    bytes.withUnsafeBufferPointer {
      output.append(UnsafeBufferPointer(rebasing: $0[(starts[index] + skipped)..<starts[index + 1]]))
    }
  }
}
