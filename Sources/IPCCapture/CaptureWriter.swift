import IPCFormats
import IPCModel

/// Writes events as a pcapng file, from which ``CaptureReader`` gets them back without loss and which Wireshark opens as
/// it is.
///
/// An event with contents is a packet of link type 252, whose dissector is chosen by ``DissectorChoice``; one without is
/// an entry of systemd's journal, and so is a loss. Each has all that ipcdump knows beside in a record of its own: of a
/// packet in a custom option, of an entry in the field `IPCDUMP_RECORD`. Contents are stored once, as the packet's bytes.
public struct CaptureWriter: ~Copyable {
  private let settings: CaptureSettings
  private var choice: DissectorChoice
  private var counts = CaptureCounts()
  /// Events since the first file.
  private var events: UInt64 = 0
  private var unreportedLosses: UInt64 = 0

  // Reused from event to event.
  private var record = OutputBuffer(capacity: 1 << 10)
  private var tags = OutputBuffer(capacity: 256)
  private var words = OutputBuffer(capacity: 1 << 10)

  /// Most bytes of contents in a packet: Wireshark refuses packets of more than 256 KiB (`WTAP_MAX_PACKET_SIZE_STANDARD`,
  /// wiretap/wtap.h), and the tags are packet too.
  static let packetLimit = 255 << 10
  private static let headerLength = 28

  /// Creates a writer.
  public init(_ settings: CaptureSettings) {
    self.settings = settings
    choice = DissectorChoice(rules: settings.rules)
  }

  /// Appends what a file begins with.
  ///
  /// - Parameter offset: Nanoseconds to add to `CLOCK_MONOTONIC` for the time of day.
  public mutating func begin(offset: Int64, to output: inout OutputBuffer) {
    counts = CaptureCounts()
    words.removeAll()
    words.append(integer: BlockType.byteOrderMagic)
    words.append(integer: UInt16(1))
    words.append(integer: UInt16(0))
    // The section's length is not known.
    words.append(integer: Int64(-1))
    words.appendOption(OptionCode.system, text: settings.system)
    words.appendOption(OptionCode.application, text: settings.application)
    record.removeAll()
    CaptureSchema.append(start: settings.start, offset: offset, to: &record)
    words.appendOwnOptions(record.bytes)
    words.appendEndOfOptions()
    output.appendBlock(BlockType.sectionHeader, words)

    words.removeAll()
    words.append(integer: ExportedTags.linkType)
    words.append(integer: UInt16(0))
    // Packets have no greatest length.
    words.append(integer: UInt32(0))
    words.appendOption(OptionCode.interfaceName, text: "ipc")
    words.appendOption(OptionCode.interfaceDescription, text: "interprocess communication of this host")
    withUnsafeBytes(of: UInt8(9)) { words.appendOption(OptionCode.timeResolution, $0) }
    words.appendEndOfOptions()
    output.appendBlock(BlockType.interfaceDescription, words)
  }

  /// Appends an event.
  ///
  /// - Parameters:
  ///   - event: What happened.
  ///   - content: Bytes that were captured of it; nil if there are none to show.
  ///   - texts: Table that the event's texts are in.
  ///   - offset: Nanoseconds to add to its time for that of day.
  ///   - output: Where it goes, in whole blocks.
  public mutating func append(
    _ event: borrowing Event, content: UnsafeRawBufferPointer?, texts: borrowing TextTable, offset: Int64,
    to output: inout OutputBuffer
  ) {
    let fields = event.kind.row.channel
    let time = UInt64(bitPattern: Int64(truncatingIfNeeded: event.time) &+ offset)
    events += 1
    counts.note(time)
    var kept = event.kind.row.carriesBytes ? content : nil
    if let all = kept, let limit = settings.byteLimit {
      kept = UnsafeRawBufferPointer(rebasing: all.prefix(max(limit, 0)))
    }
    record.removeAll()
    record.appendRecord(
      of: event, kept.map { .bytes(UInt64($0.count)) } ?? .none, texts: texts, offset: offset)
    words.removeAll()
    words.appendWords(of: event, fields, texts: texts)
    if let kept, !kept.isEmpty {
      words.appendRemarks(on: event)
      appendPackets(of: event, fields, time, kept, texts: texts, to: &output)
    } else {
      words.appendFieldWords(of: event, texts: texts)
      words.appendRemarks(on: event)
      appendEntry(event.source, event.destination, time, event.time, priority: "6", to: &output)
    }
  }

  /// Appends a loss.
  public mutating func append(_ loss: Loss, offset: Int64, to output: inout OutputBuffer) {
    let time = UInt64(bitPattern: Int64(truncatingIfNeeded: loss.time) &+ offset)
    counts.lost &+= loss.count
    unreportedLosses &+= loss.count
    record.removeAll()
    record.appendRecord(of: loss, offset: offset)
    words.removeAll()
    words.appendWords(of: loss)
    appendEntry(.unknown, .unknown, time, loss.time, priority: "4", to: &output)
  }

  /// Appends what a file ends with: how many events there were in it, and how many were lost.
  public mutating func end(to output: inout OutputBuffer) {
    words.removeAll()
    words.append(integer: UInt32(0))
    words.append(time: counts.last)
    words.appendOption(OptionCode.startTime, time: counts.first)
    words.appendOption(OptionCode.endTime, time: counts.last)
    words.appendOption(OptionCode.received, number: counts.events)
    words.appendOption(OptionCode.dropped, number: counts.lost)
    words.appendEndOfOptions()
    output.appendBlock(BlockType.interfaceStatistics, words)
  }

  // MARK: - Packets

  private mutating func appendPackets(
    of event: borrowing Event, _ fields: ChannelFields, _ time: UInt64, _ content: UnsafeRawBufferPointer,
    texts: borrowing TextTable, to output: inout OutputBuffer
  ) {
    let outcome = choice.dissector(of: event, fields, content: content, texts: texts)
    tags.removeAll()
    tags.appendTags(of: event, fields, outcome, rules: choice.rules, texts: texts)
    let end = event.source.isKnown ? event.source : event.destination
    var start = 0
    while start < content.count {
      let piece = UnsafeRawBufferPointer(
        rebasing: content[start..<min(start + Self.packetLimit, content.count)])
      if start > 0 {
        record.removeAll()
        record.appendContinuation(at: start)
      }
      appendPacket(piece, time, of: end, to: &output)
      start += piece.count
    }
  }

  /// Appends a packet; its tags, comment and record lie ready.
  private mutating func appendPacket(
    _ payload: UnsafeRawBufferPointer, _ time: UInt64, of end: Endpoint, to output: inout OutputBuffer
  ) {
    let comment = words.bytes.prefix(OptionCode.limit)
    let captured = tags.count + payload.count
    let ownOptions = (record.count + OptionCode.limit - 1) / OptionCode.limit
    let drops = unreportedLosses
    var length = Self.headerLength + padded(captured) + 4 + padded(comment.count)
    length += (drops > 0 ? 12 : 0) + 12 + 12 + 8 * ownOptions + padded(record.count) + 4 + 4

    output.append(integer: BlockType.enhancedPacket)
    output.append(integer: UInt32(length))
    output.append(integer: UInt32(0))
    output.append(time: time)
    output.append(integer: UInt32(captured))
    output.append(integer: UInt32(captured))
    output.append(contentsOf: tags)
    output.append(payload)
    output.appendPadding(after: captured)
    output.appendOption(OptionCode.comment, UnsafeRawBufferPointer(rebasing: comment))
    if drops > 0 { output.appendOption(OptionCode.dropCount, number: drops) }
    unreportedLosses = 0
    output.appendOption(OptionCode.packetID, number: events)
    output.append(integer: OptionCode.processAndThread)
    output.append(integer: UInt16(8))
    output.append(integer: end.pid)
    output.append(integer: end.tid)
    output.appendOwnOptions(record.bytes)
    output.appendEndOfOptions()
    output.append(integer: UInt32(length))
  }

  // MARK: - Journal entries

  /// Appends an entry; its message and record lie ready.
  private mutating func appendEntry(
    _ source: Endpoint, _ destination: Endpoint, _ time: UInt64, _ monotonic: UInt64, priority: StaticString,
    to output: inout OutputBuffer
  ) {
    tags.removeAll()
    tags.append("__REALTIME_TIMESTAMP=")
    tags.appendDecimal(time / 1000)
    tags.append("\n__MONOTONIC_TIMESTAMP=")
    tags.appendDecimal(monotonic / 1000)
    tags.append("\nPRIORITY=")
    tags.append(priority)
    tags.append("\nSYSLOG_IDENTIFIER=ipcdump\n")
    tags.appendJournalEnd(source, "_PID=", "_COMM=")
    tags.appendJournalEnd(destination, "OBJECT_PID=", "OBJECT_COMM=")
    tags.append("MESSAGE=")
    tags.append(contentsOf: words)
    tags.append("\n")
    tags.appendJournalField(JournalEntry.recordField, bytes: record.bytes)
    output.appendBlock(BlockType.journalExport, tags)
  }
}

extension OutputBuffer {
  /// Appends a block whose body is ready.
  fileprivate mutating func appendBlock(_ type: UInt32, _ body: borrowing OutputBuffer) {
    let length = UInt32(BlockType.frame + padded(body.count))
    append(integer: type)
    append(integer: length)
    append(contentsOf: body)
    appendPadding(after: body.count)
    append(integer: length)
  }

  /// Appends a time of day in nanoseconds as blocks have it: the upper half first.
  fileprivate mutating func append(time: UInt64) {
    append(integer: UInt32(truncatingIfNeeded: time >> 32))
    append(integer: UInt32(truncatingIfNeeded: time))
  }

  fileprivate mutating func appendOption(_ code: UInt16, time: UInt64) {
    append(integer: code)
    append(integer: UInt16(8))
    append(time: time)
  }

  fileprivate mutating func appendJournalEnd(_ end: Endpoint, _ pid: StaticString, _ comm: StaticString) {
    guard end.isKnown else { return }
    append(pid)
    appendDecimal(Int64(end.pid))
    append("\n")
    append(comm)
    append(end.comm, .terminal)
    append("\n")
  }
}
