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

  /// The link type of the interface in memory.
  func readLinkType() throws(Malformed) -> UInt16 {
    var cursor = ByteCursor(body)
    return native(try cursor.integer(UInt16.self))
  }

  /// The payload of the packet in memory, behind what says to Wireshark how to show it.
  ///
  /// - Parameters:
  ///   - linkTypes: Link types of the section's interfaces.
  ///   - record: Where its record is appended.
  func readPacket(
    _ linkTypes: [UInt16], record: inout OutputBuffer
  ) throws(Malformed) -> UnsafeRawBufferPointer {
    var cursor = ByteCursor(body)
    let interface = Int(native(try cursor.integer(UInt32.self)))
    // The time.
    _ = try cursor.take(8)
    let captured = Int(native(try cursor.integer(UInt32.self)))
    _ = try cursor.take(4)
    let data = try cursor.take(captured)
    _ = try cursor.take(padded(captured) - captured)
    while let (code, value) = try nextOption(from: &cursor) {
      if let own = try ownBytes(code, value) { record.append(own) }
    }
    if record.isEmpty { return data }
    let isSynthetic = interface < linkTypes.count && linkTypes[interface] == InternetPacket.linkType
    return try isSynthetic ? InternetPacket.content(of: data) : ExportedTags.payload(of: data)
  }

  /// Appends the record of the journal entry in memory, if it is ipcdump's.
  func readJournalEntry(record: inout OutputBuffer) throws(Malformed) {
    if let own = try JournalEntry.bytes(of: JournalEntry.recordField, in: body) { record.append(own) }
  }

  /// Who waits for whom, if the journal entry in memory says that.
  func readWaits() throws(Malformed) -> CapturedWaits? {
    guard let own = try JournalEntry.bytes(of: JournalEntry.waitsField, in: body) else { return nil }
    return try CapturedWaits(own)
  }

  /// How ipcdump fared, if the journal entry in memory says that.
  func readHealth() throws(Malformed) -> CapturedHealth? {
    guard let own = try JournalEntry.bytes(of: JournalEntry.healthField, in: body) else { return nil }
    return try CapturedHealth(own)
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
