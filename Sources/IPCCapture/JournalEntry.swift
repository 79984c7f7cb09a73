import IPCFormats

/// Entries of systemd's journal in its export format, in which Wireshark shows what has no bytes of its own.
enum JournalEntry {
  /// Field that holds the record.
  static let recordField: StaticString = "IPCDUMP_RECORD"

  /// The bytes of the field with the record; nil if the entry has none.
  static func record(in entry: UnsafeRawBufferPointer) throws(Malformed) -> UnsafeRawBufferPointer? {
    var rest = entry[...]
    // What pads the block comes behind the last line.
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      let line = rest[..<end]
      rest = rest[(end + 1)...]
      // A line without `=` is the name of a field of any bytes, which follow their number.
      if line.contains(UInt8(ascii: "=")) { continue }
      var cursor = ByteCursor(UnsafeRawBufferPointer(rebasing: rest))
      let count = UInt64(littleEndian: try cursor.integer(UInt64.self))
      guard count < UInt64(cursor.remaining) else {
        throw Malformed("a field is longer than its journal entry")
      }
      let value = try cursor.take(Int(count))
      if recordField.withUTF8Buffer({ line.elementsEqual($0) }) { return value }
      rest = rest[(rest.startIndex + 8 + Int(count) + 1)...]
    }
    return nil
  }
}

extension OutputBuffer {
  /// Appends the bytes of a field that may hold any.
  mutating func appendJournalField(_ name: StaticString, bytes: UnsafeRawBufferPointer) {
    append(name)
    append(UInt8(ascii: "\n"))
    append(integer: UInt64(bytes.count).littleEndian)
    append(bytes)
    append(UInt8(ascii: "\n"))
  }
}
