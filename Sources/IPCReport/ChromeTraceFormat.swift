import ByteOutput
import IPCFormats
import IPCModel

/// Timeline for Perfetto and chrome://tracing: Trace Event Format, a JSON array with one object a line.
///
/// Every object but the first has its comma before it, so that a file that ends after any line lacks the last bracket
/// only, which readers of the format do not ask for.
public struct ChromeTraceFormat: EventFormat {
  /// Names of threads that are remembered, so that each is written once.
  private static let rememberedThreads = 65_536

  /// Clock of the trace; only its start matters here.
  public var clock: WallClock
  private let byteLimit: Int?
  /// Names that threads were given, by thread id.
  private var threads: [Int32: Comm] = [:]
  /// Names that processes were given.
  private var processes: [Int32: Comm] = [:]
  /// When a run of slices began that a thread has without a gap, and the first time behind them.
  private var runs: [Int32: Range<UInt64>] = [:]
  /// Number of the last arrow.
  private var flow: UInt64 = 0

  /// Creates a format.
  public init(_ options: FormatOptions) {
    clock = options.clock
    byteLimit = options.byteLimit
  }

  /// Appends the array's beginning, and the process that stands for unknown ones.
  public mutating func appendHeader(to output: inout OutputBuffer) {
    output.append(
      """
      [
      {"name":"process_name","ph":"M","pid":0,"tid":0,"args":{"name":"<unknown>"}}

      """)
  }

  /// Appends a slice for each end of an event, and an arrow between them.
  public mutating func append(
    _ event: borrowing Event, content: UnsafeRawBufferPointer?, texts: borrowing TextTable,
    to output: inout OutputBuffer
  ) {
    if event.hasOneSlice { return appendSlice(of: event, texts: texts, to: &output) }
    name(event.source, to: &output)
    name(event.destination, to: &output)
    let shown = ShownContent(of: event, content: content, limit: byteLimit)
    let start = freeTime(of: event.source, at: event.time)
    appendSlice(
      of: event, at: event.source, start, "→ ", event.destination, shown, texts: texts, to: &output)
    if event.traits.contains(.undelivered) { return }
    let end = freeTime(of: event.destination, at: event.time)
    appendSlice(of: event, at: event.destination, end, "← ", event.source, nil, texts: texts, to: &output)
    flow += 1
    appendArrow("s", of: event, at: event.source, start, to: &output)
    appendArrow("f", of: event, at: event.destination, end, to: &output)
  }

  /// Appends the slice of what is about one end, or comes from no process.
  private mutating func appendSlice(
    of event: borrowing Event, texts: borrowing TextTable, to output: inout OutputBuffer
  ) {
    let isReceived = event.isReceived(texts)
    let end = isReceived ? event.destination : event.source
    let other = isReceived ? event.source : event.destination
    name(end, to: &output)
    appendSlice(
      of: event, at: end, freeTime(of: end, at: event.time), isReceived ? "← " : "→ ", other, nil,
      texts: texts,
      to: &output)
  }

  /// The first time from a given one on at which a thread has no slice, and takes it.
  ///
  /// One read of what several have written is several events at one time. An arrow is bound to the innermost slice that
  /// its time is in, so each has a nanosecond of its own.
  private mutating func freeTime(of end: Endpoint, at time: UInt64) -> UInt64 {
    guard let run = runs[end.place], run.contains(time) else {
      runs[end.place] = time..<time + 1
      return time
    }
    runs[end.place] = run.lowerBound..<run.upperBound + 1
    return run.upperBound
  }

  /// Appends a mark through all tracks.
  public mutating func append(_ loss: Loss, to output: inout OutputBuffer) {
    var json = beginObject(output)
    json.field("name", "lost")
    json.field("ph", "i")
    json.field("s", "g")
    json.field("cat", loss.typeName)
    appendPlace(.unknown, time: loss.time, to: &json)
    json.key("args")
    json.beginObject()
    json.field("count", loss.count)
    json.field("bytes", loss.bytes)
    json.endObject()
    output = endObject(json)
  }

  /// Appends the array's end.
  public mutating func appendFooter(to output: inout OutputBuffer) { output.append("]\n") }

  /// Writes the names of a thread and its process, where they are new.
  private mutating func name(_ end: Endpoint, to output: inout OutputBuffer) {
    guard end.isKnown else { return }
    let isNew = (process: processes[end.pid] != end.comm, thread: threads[end.track] != end.thread)
    guard isNew.process || isNew.thread else { return }
    if threads.count >= Self.rememberedThreads {
      threads.removeAll(keepingCapacity: true)
      runs.removeAll(keepingCapacity: true)
      processes.removeAll(keepingCapacity: true)
    }
    processes[end.pid] = end.comm
    threads[end.track] = end.thread
    if isNew.process { appendName("process_name", end.comm, of: end, to: &output) }
    if isNew.thread { appendName("thread_name", end.thread, of: end, to: &output) }
  }

  private func appendName(
    _ what: StaticString, _ name: Comm, of end: Endpoint, to output: inout OutputBuffer
  ) {
    var json = beginObject(output)
    json.field("name", what)
    json.field("ph", "M")
    appendThread(end, to: &json)
    json.key("args")
    json.beginObject()
    json.field("name", name)
    json.endObject()
    output = endObject(json)
  }

  /// A transfer has one time, so a slice lasts 1 ns, the shortest that an arrow can be bound to.
  private func appendSlice(
    of event: borrowing Event, at end: Endpoint, _ time: UInt64, _ direction: StaticString, _ other: Endpoint,
    _ shown: ShownContent?, texts: borrowing TextTable, to output: inout OutputBuffer
  ) {
    let row = event.kind.row
    var json = beginObject(output)
    json.key("name")
    json.beginString()
    json.output.append(row.name)
    json.output.append(" ")
    json.output.append(direction)
    if other.isKnown { json.output.appendDecimal(Int64(other.pid)) } else { json.output.append("unknown") }
    json.endString()
    json.field("ph", "X")
    json.key("dur")
    json.output.append("0.001")
    json.endValue()
    json.field("cat", row.name)
    appendPlace(end, time: time, to: &json)
    json.key("args")
    json.beginObject()
    json.field("comm", end.comm)
    json.field("peer", other.comm)
    for field in row.fields {
      guard let value = event.bits(at: field.position) else { continue }
      json.key(field.name)
      json.output.append(value, field.form, texts: texts, .json)
      json.endValue()
    }
    if event.delay != Event.unknownDelay { json.field("delay_ns", event.delay) }
    if event.traits.hasInferred {
      json.key("inferred")
      json.beginString()
      json.output.appendInferred(event.traits)
      json.endString()
    }
    if event.traits.contains(.undelivered) { json.field("delivered", false) }
    if let bytes = shown?.bytes {
      json.key("bytes")
      json.value(base64: bytes)
    }
    if shown?.isTruncated == true { json.field("truncated", true) }
    json.endObject()
    output = endObject(json)
  }

  private func appendArrow(
    _ phase: StaticString, of event: borrowing Event, at end: Endpoint, _ time: UInt64,
    to output: inout OutputBuffer
  ) {
    var json = beginObject(output)
    json.field("name", "transfer")
    json.field("ph", phase)
    json.field("bp", "e")
    json.field("id", flow)
    json.field("cat", event.kind.row.name)
    appendPlace(end, time: time, to: &json)
    output = endObject(json)
  }

  /// Begins the object of a line; see ``ChromeTraceFormat`` for its comma.
  private func beginObject(_ output: consuming OutputBuffer) -> JSONWriter {
    var json = JSONWriter(output, isContinued: true)
    json.beginObject()
    return json
  }

  /// Ends the object of a line.
  private func endObject(_ json: consuming JSONWriter) -> OutputBuffer {
    json.endObject()
    json.output.append("\n")
    return json.finish()
  }

  /// Writes when and where something was.
  private func appendPlace(_ end: Endpoint, time: UInt64, to json: inout JSONWriter) {
    json.key("ts")
    // Microseconds since the start, which a reader's double has room for.
    let elapsed = time - min(clock.start, time)
    json.output.appendDecimal(elapsed / 1000)
    json.output.append(".")
    json.output.appendDecimal(elapsed % 1000, width: 3)
    json.endValue()
    appendThread(end, to: &json)
  }

  private func appendThread(_ end: Endpoint, to json: inout JSONWriter) {
    json.field("pid", UInt64(max(end.pid, 0)))
    json.field("tid", UInt64(end.place))
  }
}

extension Event {
  /// Whether nothing goes from one thread to another.
  fileprivate var hasOneSlice: Bool { isLifecycle || source.pid == 0 }

  /// Whether it is the destination that has acted, or that it befell: of the end of a stream, and of the kernel's signals.
  fileprivate func isReceived(_ texts: borrowing TextTable) -> Bool {
    guard let fields = kind.row.lifecycle, let operation = self[fields.operation] else { return true }
    return texts.withBytes(of: operation) { bytes in "eof".utf8.elementsEqual(bytes) }
  }
}

extension Endpoint {
  /// Thread that its slices are shown at: the first one if it is not known.
  fileprivate var track: Int32 { tid >= 0 ? tid : pid }
  /// Number of the track; 0 for unknown ones.
  fileprivate var place: Int32 { max(track, 0) }
}
