import ByteOutput
import IPCFormats
import IPCModel

/// Writes events as a pcapng file, from which ``CaptureReader`` gets them back without loss and which Wireshark opens as
/// it is.
///
/// An event with contents is a packet, of link type 252, whose dissector is chosen by ``CaptureSettings/rules`` and its
/// first bytes, or of a connection that is made up (``CaptureForm``); one without is an entry of systemd's journal, and so
/// is a loss. Each has all that ipcdump knows beside in a record of its own: of a packet in a custom option, of an entry
/// in the field `IPCDUMP_RECORD`. Contents are stored once, as the packet's bytes.
public struct CaptureWriter: ~Copyable {
  let settings: CaptureSettings
  var choice: DissectorChoice
  /// What the file, or the part of it, contains.
  private(set) var counts = CaptureCounts()
  /// Number of the file, from 1.
  var file: UInt32 = 0
  /// Events since the first file.
  var events: UInt64 = 0
  var unreportedLosses: UInt64 = 0

  var processes = ProcessAddresses()
  var channels = ChannelTable()
  var lost = LostBytes()
  /// Port that the next connection's client has.
  var clientPort = ServerPort.firstOfClients

  var ends = EndTexts(EndText.allCases.count)
  var heads = PayloadHeads()
  private let keys = FieldKeys { field, output in
    output.append(", ")
    output.append(field.name)
    output.append(" ")
  }
  /// What the file says of processes so far.
  private var described = DescribedProcesses()
  /// What ipcdump adds to a block; reused from event to event.
  var record = OutputBuffer(capacity: 1 << 10)

  /// What is remembered of an event's ends.
  enum EndText: Int, CaseIterable {
    /// Fields of a journal entry, from its priority up to its message.
    case journal
    /// The beginning of a message or comment.
    case words
    /// Part of the record.
    case record
  }

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
    beginPart()
    appendHead(offset: offset, comment: nil, to: &output)
  }

  /// Begins a part of a file: what is appended from here on can be read without what comes before it, behind the head of
  /// any file.
  mutating func beginPart() {
    counts = CaptureCounts()
    file += 1
    described = DescribedProcesses()
  }

  /// Appends the head of a file.
  ///
  /// - Parameters:
  ///   - offset: Nanoseconds to add to `CLOCK_MONOTONIC` for the time of day.
  ///   - comment: What is to be said of the file, for those who open it with Wireshark.
  ///   - output: What the blocks are appended to.
  mutating func appendHead(offset: Int64, comment: String?, to output: inout OutputBuffer) {
    record.removeAll()
    CaptureSchema.append(start: settings.start, offset: offset, to: &record)
    let header = output.beginBlock(BlockType.sectionHeader)
    output.append(integer: BlockType.byteOrderMagic)
    output.append(integer: UInt16(1))
    output.append(integer: UInt16(0))
    // The section's length is not known.
    output.append(integer: Int64(-1))
    if let comment { output.appendOption(OptionCode.comment, text: comment) }
    output.appendOption(OptionCode.system, text: settings.system)
    output.appendOption(OptionCode.application, text: settings.application)
    output.appendOwnOptions(record.bytes)
    output.appendEndOfOptions()
    output.endBlock(at: header)
    let interface = output.beginBlock(BlockType.interfaceDescription)
    output.append(
      integer: settings.form == .streams ? InternetPacket.linkType : ExportedTags.linkType)
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
    let isTransfer = event.isLifecycle ? false : event.kind.row.carriesBytes
    var captured = isTransfer ? content : nil
    if let all = captured, let limit = settings.byteLimit {
      captured = UnsafeRawBufferPointer(rebasing: all.prefix(max(limit, 0)))
    }
    let found = ends.find(for: event, with: &output, Self.appendEnds)
    record.removeAll()
    record.appendRecordHead(of: event, offset: offset)
    ends.append(EndText.record.rawValue, of: found, to: &record)
    record.appendRecordRest(
      of: event, captured.map { .bytes(UInt64($0.count)) } ?? .none, texts: texts)
    described.append(.sourceProcess, event.source, texts.processes, to: &record)
    described.append(.destinationProcess, event.destination, texts.processes, to: &record)
    if settings.form == .streams, isTransfer {
      appendToStream(event, fields, found, time, captured, texts: texts, to: &output)
    } else if let captured, !captured.isEmpty {
      appendPayloads(of: event, fields, found, time, captured, texts: texts, to: &output)
    } else {
      let block = output.beginBlock(BlockType.journalExport)
      output.appendJournalTimes(time, event.time)
      ends.append(EndText.journal.rawValue...EndText.words.rawValue, of: found, to: &output)
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
    lost.add(loss)
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
  public mutating func end(to output: inout OutputBuffer) { output.append(counts) }
}

extension OutputBuffer {
  /// Appends what a file ends with.
  mutating func append(_ counts: CaptureCounts) {
    let block = beginBlock(BlockType.interfaceStatistics)
    append(integer: UInt32(0))
    append(time: counts.last)
    appendOption(OptionCode.startTime, time: counts.first)
    appendOption(OptionCode.endTime, time: counts.last)
    appendOption(OptionCode.received, number: counts.events)
    appendOption(OptionCode.dropped, number: counts.lost)
    appendEndOfOptions()
    endBlock(at: block)
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

  /// Counts what comes behind it in one file.
  mutating func add(_ next: CaptureCounts) {
    if events == 0 { first = next.first }
    if next.events > 0 { last = next.last }
    events += next.events
    lost &+= next.lost
  }
}

/// Which processes a file says something of, so that it is said once.
struct DescribedProcesses {
  private struct Entry {
    var pid: Int32 = -1
    var image: UInt64 = 0
    var number: UInt64 = 0
  }

  /// By the lowest bits of the processes' numbers; one that has lost its place is described once more.
  private var entries = [Entry](repeating: Entry(), count: 1024)

  /// Appends to an event's record which process is at an end, and what is known of it.
  mutating func append(
    _ detail: EndDetail, _ end: Endpoint, _ processes: borrowing KnownProcesses, to record: inout OutputBuffer
  ) {
    if end.pid < 0 { return }
    let place = Int(end.pid) % entries.count
    if entries[place].pid != end.pid || entries[place].image != end.image || end.image == 0 {
      guard let process = processes.description(of: end) else { return }
      if entries[place].number != UInt64(process.number) { record.append(process, pid: end.pid) }
      entries[place] = Entry(pid: end.pid, image: end.image, number: UInt64(process.number))
    }
    record.append(detail, number: entries[place].number)
  }
}
