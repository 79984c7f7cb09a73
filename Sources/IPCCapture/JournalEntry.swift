import ByteOutput
import IPCFormats
import IPCModel

/// Entries of systemd's journal in its export format, in which Wireshark shows what has no bytes of its own.
enum JournalEntry {
  /// Field with the record.
  static let recordField: StaticString = "IPCDUMP_RECORD"
  /// Field with who waits for whom.
  static let waitsField: StaticString = "IPCDUMP_WAITS"
  /// Field with how ipcdump fares.
  static let healthField: StaticString = "IPCDUMP_HEALTH"

  /// The bytes of a field of any bytes; nil if the entry has none of that name.
  static func bytes(
    of field: StaticString, in entry: UnsafeRawBufferPointer
  ) throws(Malformed) -> UnsafeRawBufferPointer? {
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
      if field.withUTF8Buffer({ line.elementsEqual($0) }) { return value }
      rest = rest[(rest.startIndex + 8 + Int(count) + 1)...]
    }
    return nil
  }
}

extension OutputBuffer {
  /// Appends the times that an entry begins with, of day and since the start, both in nanoseconds here.
  mutating func appendJournalTimes(_ time: UInt64, _ monotonic: UInt64) {
    append("__REALTIME_TIMESTAMP=")
    appendDecimal(time / 1000)
    append("\n__MONOTONIC_TIMESTAMP=")
    appendDecimal(monotonic / 1000)
  }

  /// Appends what comes behind the times.
  mutating func appendJournalHead(priority: StaticString) {
    append("\nPRIORITY=")
    append(priority)
    append("\nSYSLOG_IDENTIFIER=ipcdump\n")
  }

  /// Appends who was at one end, if that is known.
  mutating func appendJournalFields(of end: Endpoint, _ pid: StaticString, _ comm: StaticString) {
    guard end.isKnown else { return }
    append(pid)
    appendDecimal(Int64(end.pid))
    append("\n")
    append(comm)
    append(end.comm, .terminal)
    append("\n")
  }

  /// Appends what comes behind the message: the record, which may have any bytes.
  mutating func appendJournalEnd(record: UnsafeRawBufferPointer) {
    appendJournalEnd(JournalEntry.recordField, record)
  }

  /// Appends what comes behind the message: a field of any bytes.
  @inline(__always)
  mutating func appendJournalEnd(_ field: StaticString, _ record: UnsafeRawBufferPointer) {
    append("\n")
    append(field)
    append("\n")
    append(integer: UInt64(record.count).littleEndian)
    append(record)
    append("\n")
  }
}
