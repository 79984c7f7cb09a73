import ByteOutput
import IPCFormats
import IPCModel
import IPCTraffic

/// Events and calls in one HTML page that needs nothing but a browser: a graph, a timeline, tables and contents.
///
/// The page's text comes from `Page/`. The events are put into it as columns in base64, and what they share (names,
/// channels, fields) once as JSON.
public struct Report: ~Copyable {
  /// A process as the page names it.
  struct Process {
    let pid: Int32
    /// As it was called last.
    var comm: Comm
    /// What it ran last; nil if that is not known.
    var description: ProcessDescription?
  }

  let title: String
  let program: String
  /// What turns kernel times into times of day; the page has that of its first event.
  public var clock: WallClock
  /// What the reader of the page must know about all of it, such as that the capture is damaged.
  public var warning = ""
  let limits: ReportLimits
  /// Fields of the event that is taken.
  private var json = JSONWriter(OutputBuffer(), escape: .script)
  var numbers: [Int32: UInt32] = [:]
  private var channelNumbers: [ChannelName.Number: UInt32] = [:]

  var processes: [Process] = []
  var comms = NameTable()
  var channels = NameTable()
  /// Fields of events, each set of them as it stands in the page.
  private(set) var fields = NameTable()
  private(set) var losses: [Loss] = []
  private(set) var columns = ReportColumns()
  /// Where the contents of each event begin, or would.
  private(set) var contentStarts: [Int] = []
  /// Who waits for whom: in sentences, and as `ipcdump why --json` writes it.
  private(set) var waits: (sentences: [UInt8], json: [UInt8]) = ([], [])
  /// Calls, and how many of them are in the page.
  var calls = (columns: CallColumns(), count: 0)
  /// All calls by what they ask for, whether the page has room for them or not.
  var methods = CallTable()
  /// Time 0 of the page, in nanoseconds of `CLOCK_MONOTONIC`: that of the first event.
  private(set) var start: UInt64?
  /// Time of day of that, in nanoseconds since 1970.
  private(set) var startOfDay: Int64 = 0
  /// Number of events in the page.
  public private(set) var events = 0
  /// Events and calls that the page has no room for, and events of whose contents it has none.
  public internal(set) var omitted: (events: UInt64, contents: UInt64, calls: UInt64) = (0, 0, 0)

  /// Creates a report without events.
  ///
  /// - Parameters:
  ///   - title: What was traced, such as the capture's name.
  ///   - program: What made the report, with its version.
  ///   - clock: What turns kernel times into times of day.
  ///   - limits: What the page may contain.
  public init(title: String, program: String, clock: WallClock, limits: ReportLimits = ReportLimits()) {
    self.title = title
    self.program = program
    self.clock = clock
    self.limits = limits
  }

  /// Adds an event.
  ///
  /// - Parameters:
  ///   - event: What happened.
  ///   - content: Bytes that were captured of it, if any.
  ///   - texts: Table that the event's texts are in.
  public mutating func take(
    _ event: borrowing Event, content: UnsafeRawBufferPointer?, texts: borrowing TextTable
  ) {
    guard events < limits.events else {
      omitted.events += 1
      return
    }
    events += 1
    let time = event.time
    if start == nil { startOfDay = clock.epochNanoseconds(of: time) }
    let start = start ?? time
    self.start = start
    columns.time.append(double: Double(Int64(bitPattern: time &- start)))
    columns.count.append(double: Double(event.count))
    columns.delay.append(double: event.delay == Event.unknownDelay ? -1 : Double(event.delay))
    columns.kind.append(event.kind.rawValue)
    columns.source.append(number(of: event.source, texts.processes))
    columns.destination.append(number(of: event.destination, texts.processes))
    columns.sourceThread.append(event.source.tid)
    columns.destinationThread.append(event.destination.tid)
    columns.sourceComm.append(event.source.thread.withBytes { comms.number(of: UnsafeRawBufferPointer($0)) })
    columns.destinationComm.append(
      event.destination.thread.withBytes { comms.number(of: UnsafeRawBufferPointer($0)) })
    columns.channel.append(number(ofChannelOf: event, texts: texts))
    appendFields(of: event, texts: texts)
    columns.field.append(fields.number(of: json.output.bytes))
    json.removeAll()
    columns.traits.append(event.traits.rawValue | (appendContent(content, of: event) ? 0 : 128))
  }

  /// Adds who waits for whom; what was added before goes.
  ///
  /// - Parameters:
  ///   - sentences: What will never end, a line each.
  ///   - json: All of it, as `ipcdump why --json` writes it.
  public mutating func take(waits sentences: [UInt8], json: [UInt8]) { waits = (sentences, json) }

  /// Adds a loss.
  public mutating func take(_ loss: Loss) { losses.append(loss) }

  private mutating func number(of end: Endpoint, _ table: borrowing KnownProcesses) -> UInt32 {
    let description = table.description(of: end)
    if let number = numbers[end.pid] {
      processes[Int(number)].comm = end.comm
      if let description { processes[Int(number)].description = description }
      return number
    }
    let number = UInt32(processes.count)
    numbers[end.pid] = number
    processes.append(Process(pid: end.pid, comm: end.comm, description: description))
    return number
  }

  private mutating func number(ofChannelOf event: borrowing Event, texts: borrowing TextTable) -> UInt32 {
    let name = ChannelName(of: event, texts: texts)
    if let number = channelNumbers[name.number] { return number }
    let number = name.words(texts).withUnsafeBytes { channels.number(of: $0) }
    channelNumbers[name.number] = number
    return number
  }

  /// Writes `"key","value",…` of all fields but the count, which is a column. Values are strings, since scripts would
  /// round large numbers.
  private mutating func appendFields(of event: borrowing Event, texts: borrowing TextTable) {
    for field in event.kind.row.fields where field.role != .count {
      guard let value = event.bits(at: field.position) else { continue }
      json.value(field.name)
      if field.form == .text { json.beginValue() } else { json.beginString() }
      json.output.append(value, field.form, texts: texts, .script)
      if field.form == .text { json.endValue() } else { json.endString() }
    }
  }

  /// Adds contents as far as there is room; false if none is left.
  private mutating func appendContent(_ content: UnsafeRawBufferPointer?, of event: borrowing Event) -> Bool {
    contentStarts.append(columns.contents.bytes.count)
    guard let content, event.kind.row.carriesBytes, !event.isLifecycle else {
      columns.contentLength.append(ReportColumns.noContent)
      return true
    }
    let count = min(content.count, limits.contentOfEvent)
    let used = columns.contents.bytes.count + calls.columns.contents.bytes.count
    guard used + count <= limits.contents else {
      columns.contentLength.append(ReportColumns.noContent)
      omitted.contents += 1
      return false
    }
    columns.contentLength.append(UInt32(count))
    columns.contents.append(contentsOf: UnsafeRawBufferPointer(rebasing: content[..<count]))
    return true
  }

  /// Minutes that local time was ahead of UTC at the page's time 0.
  var zone: Int { clock.zone.minutes(at: startOfDay / 1_000_000_000) }
}

/// What a page may contain, so that a browser can show it.
public struct ReportLimits: Sendable {
  /// Most events; later ones are counted only.
  public var events = 1_000_000
  /// Most calls; later ones are only added up.
  public var calls = 200_000
  /// Most bytes of the contents of one event, and of one message of a call.
  public var contentOfEvent = 4096
  /// Most bytes of the contents of all events and calls together.
  public var contents = 64 << 20

  /// The limits that fit most captures.
  public init() {}
}
