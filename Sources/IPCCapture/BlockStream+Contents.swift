import ByteOutput
import IPCModel

extension BlockStream {
  /// What the section header in memory says of the capture.
  func sectionSchema() throws(Failure) -> CaptureSchema {
    do throws(Malformed) {
      if let schema = try readSchema() { return schema }
    } catch {
      throw refused(error.reason)
    }
    throw Failure(
      .system,
      "\(name) is no capture of ipcdump: another program wrote the section at byte \(blockOffset)",
      advice: "open it with Wireshark, and give -r what ipcdump -w has written")
  }

  private func readSchema() throws(Malformed) -> CaptureSchema? {
    var cursor = ByteCursor(body)
    // Byte order, version and length of the section.
    _ = try cursor.take(16)
    while let (code, value) = try nextOption(from: &cursor) {
      if let own = try ownBytes(code, value), CaptureSchema.isSchema(own) { return try CaptureSchema(own) }
    }
    return nil
  }

  /// The payload of the packet in memory, behind what says to Wireshark how to show it.
  ///
  /// - Parameter record: Where its record is appended.
  func readPacket(record: inout OutputBuffer) throws(Malformed) -> UnsafeRawBufferPointer {
    var cursor = ByteCursor(body)
    // Interface and time.
    _ = try cursor.take(12)
    let captured = Int(native(try cursor.integer(UInt32.self)))
    _ = try cursor.take(4)
    let data = try cursor.take(captured)
    _ = try cursor.take(padded(captured) - captured)
    while let (code, value) = try nextOption(from: &cursor) {
      if let own = try ownBytes(code, value) { record.append(own) }
    }
    return try record.isEmpty ? data : ExportedTags.payload(of: data)
  }

  /// Appends the record of the journal entry in memory, if it is ipcdump's.
  func readJournalEntry(record: inout OutputBuffer) throws(Malformed) {
    if let own = try JournalEntry.record(in: body) { record.append(own) }
  }

  /// The next option of a block; nil behind the last.
  private func nextOption(from cursor: inout ByteCursor) throws(Malformed) -> (
    UInt16, UnsafeRawBufferPointer
  )? {
    guard cursor.remaining > 0 else { return nil }
    let code = native(try cursor.integer(UInt16.self))
    let length = Int(native(try cursor.integer(UInt16.self)))
    if code == OptionCode.end { return nil }
    let value = try cursor.take(length)
    _ = try cursor.take(padded(length) - length)
    return (code, value)
  }

  /// What of an option is ipcdump's own.
  private func ownBytes(_ code: UInt16, _ value: UnsafeRawBufferPointer) throws(Malformed)
    -> UnsafeRawBufferPointer?
  {
    guard code == OptionCode.customBytes else { return nil }
    var cursor = ByteCursor(value)
    let enterprise = native(try cursor.integer(UInt32.self))
    return enterprise == OptionCode.enterprise ? try cursor.take(cursor.remaining) : nil
  }
}
