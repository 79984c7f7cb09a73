import ByteOutput
import IPCFormats
import IPCModel

extension OutputBuffer {
  /// Where a packet's block begins, and its bytes.
  struct PacketStart {
    let block: Int
    let data: Int
  }

  /// Begins a packet; its bytes are to be appended.
  ///
  /// - Parameter time: Time of day in nanoseconds.
  mutating func beginPacket(at time: UInt64) -> PacketStart {
    let block = count
    let (high, low) = (UInt32(truncatingIfNeeded: time >> 32), UInt32(truncatingIfNeeded: time))
    // The block's type and length, the interface, the time, and the lengths of what was captured and of all.
    append(words: [BlockType.enhancedPacket, 0, 0, high, low, 0, 0])
    return PacketStart(block: block, data: count - 8)
  }

  /// Ends a packet's bytes; its options are to be appended.
  ///
  /// - Parameter missing: How many bytes the packet had that were not captured.
  mutating func endPacketData(_ start: PacketStart, missing: Int = 0) {
    let length = count - start.data - 8
    set(integer: UInt32(length), at: start.data)
    set(integer: UInt32(length + missing), at: start.data + 4)
    appendPadding(after: length)
  }

  /// Begins a comment; its text is to be appended.
  mutating func beginComment() -> Int {
    append(integer: OptionCode.comment)
    append(integer: UInt16(0))
    return count - 4
  }

  /// Ends a comment, cut to what an option takes.
  mutating func endComment(at start: Int) {
    truncate(to: min(count, start + 4 + OptionCode.limit))
    set(integer: UInt16(count - start - 4), at: start + 2)
    appendPadding(after: count - start)
  }

  /// Appends the option that tells which thread sent a packet.
  mutating func appendProcessAndThread(of end: Endpoint) {
    append(integer: OptionCode.processAndThread)
    append(integer: UInt16(8))
    append(integer: end.pid)
    append(integer: end.tid)
  }

  /// Appends the option that says that a packet is none of an event's.
  mutating func appendControlRecord() {
    withUnsafeBytes(of: RecordType.control.rawValue) { appendOwnOptions($0) }
  }

  /// Appends a time of day in nanoseconds as blocks have it: the upper half first.
  mutating func append(time: UInt64) {
    append(integer: UInt32(truncatingIfNeeded: time >> 32))
    append(integer: UInt32(truncatingIfNeeded: time))
  }

  /// Appends an option that is a time of day.
  mutating func appendOption(_ code: UInt16, time: UInt64) {
    append(integer: code)
    append(integer: UInt16(8))
    append(time: time)
  }
}

extension CaptureWriter {
  /// Ends a packet of an event whose bytes are complete, with the record that lies ready.
  ///
  /// - Parameter missing: How many of its bytes were not captured.
  mutating func endPacket(
    _ start: OutputBuffer.PacketStart, missing: Int = 0, of event: borrowing Event, _ fields: ChannelFields,
    _ found: EndTexts.Found, texts: borrowing TextTable, to output: inout OutputBuffer
  ) {
    output.endPacketData(start, missing: missing)
    let comment = output.beginComment()
    ends.append(EndText.words.rawValue, of: found, to: &output)
    output.appendChannelWords(of: event, fields, texts: texts)
    endPacket(start, comment: comment, of: event, to: &output)
  }

  /// Ends a packet whose comment has the words of its event, with the record that lies ready.
  mutating func endPacket(
    _ start: OutputBuffer.PacketStart, comment: Int, of event: borrowing Event, to output: inout OutputBuffer
  ) {
    output.appendRemarks(on: event)
    output.endComment(at: comment)
    if unreportedLosses > 0 { output.appendOption(OptionCode.dropCount, number: unreportedLosses) }
    unreportedLosses = 0
    output.appendOption(OptionCode.packetID, number: events)
    output.appendProcessAndThread(of: event.source.isKnown ? event.source : event.destination)
    output.appendOwnOptions(record.bytes)
    output.appendEndOfOptions()
    output.endBlock(at: start.block)
  }
}
