import ByteOutput
import IPCFormats

extension CaptureWriter {
  /// Appends an entry of the journal about something else than an event; `record` has what is read back of it.
  ///
  /// - Parameters:
  ///   - time: When it was, in nanoseconds of `CLOCK_MONOTONIC`.
  ///   - offset: Nanoseconds to add to that for the time of day.
  ///   - priority: How much it matters, as syslog(3) has it.
  ///   - field: The name under which `record` stands in the entry.
  ///   - output: What the block is appended to.
  ///   - message: Appends what people read of it.
  mutating func appendOwnEntry(
    at time: UInt64, offset: Int64, priority: StaticString = "6", _ field: StaticString,
    to output: inout OutputBuffer, message: (inout OutputBuffer) -> Void
  ) {
    let block = output.beginBlock(BlockType.journalExport)
    output.appendJournalTimes(UInt64(bitPattern: Int64(truncatingIfNeeded: time) &+ offset), time)
    output.appendJournalHead(priority: priority)
    output.append("MESSAGE=")
    message(&output)
    output.appendJournalEnd(field, record.bytes)
    output.endBlock(at: block)
  }
}
