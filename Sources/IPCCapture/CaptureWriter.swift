import ByteOutput
import IPCFormats
import IPCModel

/// What a capture says about itself, and how its payloads are shown.
public struct CaptureSettings: Sendable {
  /// Program that writes it, with its version.
  public var application: String
  /// System that it was written on.
  public var system: String
  /// Start of the trace, in nanoseconds of `CLOCK_MONOTONIC`.
  public var start: UInt64
  /// What the user says about channels; the first that applies is used.
  public var rules: [DissectionRule]
  /// Most bytes that are written of an event's contents; nil if all are.
  public var byteLimit: Int?

  /// Creates settings.
  public init(
    application: String, system: String, start: UInt64, rules: [DissectionRule] = [], byteLimit: Int? = nil
  ) {
    self.application = application
    self.system = system
    self.start = start
    self.rules = rules
    self.byteLimit = byteLimit
  }
}

/// Writes events as a pcapng file, from which ``CaptureReader`` gets them back without loss and which Wireshark opens as
/// it is.
///
/// An event with contents is a packet of link type 252, whose dissector is chosen by ``CaptureSettings/rules`` and its
/// first bytes; one without is an entry of systemd's journal, and so is a loss. Each has all that ipcdump knows beside in
/// a record of its own: of a packet in a custom option, of an entry in the field `IPCDUMP_RECORD`. Contents are stored
/// once, as the packet's bytes.
public struct CaptureWriter: ~Copyable {
  private let settings: CaptureSettings
  private var choice: DissectorChoice
  private var counts = CaptureCounts()
  /// Events since the first file.
  private var events: UInt64 = 0
  private var unreportedLosses: UInt64 = 0

  private var ends = EndTexts(EndText.allCases.count)
  private let keys = FieldKeys { field, output in
    output.append(", ")
    output.append(field.name)
    output.append(" ")
  }
  /// What ipcdump adds to a block; reused from event to event.
  private var record = OutputBuffer(capacity: 1 << 10)

  /// What is remembered of an event's ends.
  private enum EndText: Int, CaseIterable {
    /// Fields of a journal entry, from its priority up to its message.
    case journal
    /// The beginning of a message or comment.
    case words
    /// Part of the record.
    case record
  }

  /// Most bytes of contents in a packet: Wireshark refuses packets of more than 256 KiB (`WTAP_MAX_PACKET_SIZE_STANDARD`,
  /// wiretap/wtap.h), and the tags are packet too.
  static let packetLimit = 255 << 10

  /// Creates a writer.
  public init(_ settings: CaptureSettings) {
    self.settings = settings
    choice = DissectorChoice(rules: settings.rules)
  }

  /// Appends what a file begins with.
  ///
  /// - Parameters:
  ///   - offset: Nanoseconds to add to `CLOCK_MONOTONIC` for the time of day.
  ///   - output: What the blocks are appended to.
  public mutating func begin(offset: Int64, to output: inout OutputBuffer) {
    counts = CaptureCounts()
    record.removeAll()
    CaptureSchema.append(start: settings.start, offset: offset, to: &record)
    let header = output.beginBlock(BlockType.sectionHeader)
    output.append(integer: BlockType.byteOrderMagic)
    output.append(integer: UInt16(1))
    output.append(integer: UInt16(0))
    // The section's length is not known.
    output.append(integer: Int64(-1))
    output.appendOption(OptionCode.system, text: settings.system)
    output.appendOption(OptionCode.application, text: settings.application)
    output.appendOwnOptions(record.bytes)
    output.appendEndOfOptions()
    output.endBlock(at: header)
    let interface = output.beginBlock(BlockType.interfaceDescription)
    output.append(integer: ExportedTags.linkType)
    output.append(integer: UInt16(0))
    // Packets have no greatest length.
    output.append(integer: UInt32(0))
    output.appendOption(OptionCode.interfaceName, text: "ipc")
    output.appendOption(OptionCode.interfaceDescription, text: "interprocess communication of this host")
    withUnsafeBytes(of: UInt8(9)) { output.appendOption(OptionCode.timeResolution, $0) }
    output.appendEndOfOptions()
    output.endBlock(at: interface)
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
    counts.add(time)
    var captured = event.kind.row.carriesBytes ? content : nil
    if let all = captured, let limit = settings.byteLimit {
      captured = UnsafeRawBufferPointer(rebasing: all.prefix(max(limit, 0)))
    }
    let found = ends.find(for: event, with: &output, Self.appendEnds)
    record.removeAll()
    record.appendRecordHead(of: event, offset: offset)
    ends.append(EndText.record.rawValue, of: found, to: &record)
    record.appendRecordRest(
      of: event, captured.map { .bytes(UInt64($0.count)) } ?? .none, texts: texts)
    if let captured, !captured.isEmpty {
      appendPackets(of: event, fields, found, time, captured, texts: texts, to: &output)
    } else {
      let block = output.beginBlock(BlockType.journalExport)
      output.appendJournalTimes(time, event.time)
      ends.append(EndText.journal.rawValue, of: found, to: &output)
      ends.append(EndText.words.rawValue, of: found, to: &output)
      output.appendChannelWords(of: event, fields, texts: texts)
      keys.appendFields(of: event, texts: texts, .terminal, to: &output)
      output.appendRemarks(on: event)
      output.appendJournalEnd(record: record.bytes)
      output.endBlock(at: block)
    }
  }

  private static func appendEnds(_ text: Int, of event: borrowing Event, to output: inout OutputBuffer) {
    switch EndText(rawValue: text) {
    case .journal:
      output.appendJournalHead(priority: "6")
      output.appendJournalFields(of: event.source, "_PID=", "_COMM=")
      output.appendJournalFields(of: event.destination, "OBJECT_PID=", "OBJECT_COMM=")
      output.append("MESSAGE=")
    case .words: output.appendEndWords(of: event)
    case .record: output.appendEnds(of: event)
    case nil: break
    }
  }

  /// Appends a loss.
  public mutating func append(_ loss: Loss, offset: Int64, to output: inout OutputBuffer) {
    let time = UInt64(bitPattern: Int64(truncatingIfNeeded: loss.time) &+ offset)
    counts.lost &+= loss.count
    unreportedLosses &+= loss.count
    record.removeAll()
    record.appendRecord(of: loss, offset: offset)
    let block = output.beginBlock(BlockType.journalExport)
    output.appendJournalTimes(time, loss.time)
    output.appendJournalHead(priority: "4")
    output.append("MESSAGE=")
    output.appendWords(of: loss)
    output.appendJournalEnd(record: record.bytes)
    output.endBlock(at: block)
  }

  /// Appends what a file ends with: how many events there were in it, and how many were lost.
  public mutating func end(to output: inout OutputBuffer) {
    let block = output.beginBlock(BlockType.interfaceStatistics)
    output.append(integer: UInt32(0))
    output.append(time: counts.last)
    output.appendOption(OptionCode.startTime, time: counts.first)
    output.appendOption(OptionCode.endTime, time: counts.last)
    output.appendOption(OptionCode.received, number: counts.events)
    output.appendOption(OptionCode.dropped, number: counts.lost)
    output.appendEndOfOptions()
    output.endBlock(at: block)
  }

  // MARK: - Packets

  /// Appends contents in as many packets as they need; the record of the first lies ready.
  private mutating func appendPackets(
    of event: borrowing Event, _ fields: ChannelFields, _ found: EndTexts.Found, _ time: UInt64,
    _ content: UnsafeRawBufferPointer, texts: borrowing TextTable, to output: inout OutputBuffer
  ) {
    let outcome = choice.dissector(of: event, fields, content: content, texts: texts)
    let end = event.source.isKnown ? event.source : event.destination
    var start = 0
    while start < content.count {
      let piece = UnsafeRawBufferPointer(
        rebasing: content[start..<min(start + Self.packetLimit, content.count)])
      if start > 0 {
        record.removeAll()
        record.appendContinuation(at: start)
      }
      start += piece.count
      let drops = unreportedLosses
      unreportedLosses = 0
      let block = output.beginBlock(BlockType.enhancedPacket)
      output.append(integer: UInt32(0))
      output.append(time: time)
      let data = output.beginPacketData()
      output.appendTags(of: event, fields, outcome, rules: choice.rules, texts: texts)
      output.append(piece)
      output.endPacketData(at: data)
      let comment = output.beginComment()
      ends.append(EndText.words.rawValue, of: found, to: &output)
      output.appendChannelWords(of: event, fields, texts: texts)
      output.appendRemarks(on: event)
      output.endComment(at: comment)
      if drops > 0 { output.appendOption(OptionCode.dropCount, number: drops) }
      output.appendOption(OptionCode.packetID, number: events)
      output.append(integer: OptionCode.processAndThread)
      output.append(integer: UInt16(8))
      output.append(integer: end.pid)
      output.append(integer: end.tid)
      output.appendOwnOptions(record.bytes)
      output.appendEndOfOptions()
      output.endBlock(at: block)
    }
  }
}

extension OutputBuffer {
  /// Makes room for two lengths of a packet's bytes: of those that were captured, and of all.
  fileprivate mutating func beginPacketData() -> Int {
    append(integer: UInt64(0))
    return count - 8
  }

  fileprivate mutating func endPacketData(at start: Int) {
    let length = UInt32(count - start - 8)
    set(integer: length, at: start)
    set(integer: length, at: start + 4)
    appendPadding(after: count - start)
  }

  fileprivate mutating func beginComment() -> Int {
    append(integer: OptionCode.comment)
    append(integer: UInt16(0))
    return count - 4
  }

  /// Ends a comment, cut to what an option takes.
  fileprivate mutating func endComment(at start: Int) {
    truncate(to: min(count, start + 4 + OptionCode.limit))
    set(integer: UInt16(count - start - 4), at: start + 2)
    appendPadding(after: count - start)
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
}

/// What one file of a capture contains.
struct CaptureCounts {
  var events: UInt64 = 0
  var lost: UInt64 = 0
  /// Times of day of the first and the last event, in nanoseconds since 1970; 0 without any.
  var first: UInt64 = 0
  var last: UInt64 = 0

  /// Counts an event.
  mutating func add(_ time: UInt64) {
    if events == 0 { first = time }
    events += 1
    last = time
  }
}
