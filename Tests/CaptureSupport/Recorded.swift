import ByteOutput
import IPCCapture
import IPCFormats
import IPCModel

/// A capture in memory, and what should come out of it: the JSON that its events give when they happen.
public struct Recorded: ~Copyable {
  /// Nanoseconds to add to times for those of day, at first.
  public static let offset: Int64 = 1_795_187_000_000_000_000
  /// Start of the trace.
  public static let start: UInt64 = 49_000_000_000
  /// Zone that times are told in.
  public static let utc = TimeZoneOffset(secondsEast: 0)

  /// Table of the events' texts.
  public var texts = TextTable()
  /// The capture.
  public private(set) var file = OutputBuffer()
  /// What is told when the events happen.
  public private(set) var live = OutputBuffer()
  private var writer: CaptureWriter
  private var format: JSONFormat

  /// Begins a capture.
  public init(
    rules: [DissectionRule] = [], byteLimit: Int? = nil, form: CaptureForm = .payloads,
    describesProcesses: Bool = false
  ) {
    writer = CaptureWriter(
      CaptureSettings(
        application: "ipcdump test", system: "Linux", start: Self.start, rules: rules, byteLimit: byteLimit,
        form: form, describesProcesses: describesProcesses))
    format = JSONFormat(
      FormatOptions(
        byteLimit: byteLimit, clock: WallClock(offset: Self.offset, start: Self.start, zone: Self.utc),
        details: .all))
    writer.begin(offset: Self.offset, to: &file)
  }

  /// Nanoseconds to add to times for those of day; to be set as the clock is.
  public var offset: Int64 {
    get { format.clock.offset }
    set { format.clock.offset = newValue }
  }

  /// Adds an event.
  public mutating func add(_ event: Event, _ content: [UInt8]?) {
    guard let content else {
      writer.append(event, content: nil, texts: texts, offset: offset, to: &file)
      return format.append(event, content: nil, texts: texts, to: &live)
    }
    content.withUnsafeBytes { bytes in
      writer.append(event, content: bytes, texts: texts, offset: offset, to: &file)
      format.append(event, content: bytes, texts: texts, to: &live)
    }
  }

  /// Learns what a process runs.
  public mutating func describe(_ end: Endpoint, _ description: ProcessDescription) {
    texts.processes.add(description, for: KnownProcesses.Image(pid: end.pid, image: end.image))
  }

  /// Begins another file behind this one.
  public mutating func beginAnother() {
    writer.end(to: &file)
    writer.begin(offset: offset, to: &file)
  }

  /// Adds a loss.
  public mutating func add(_ loss: Loss) {
    writer.append(loss, offset: offset, to: &file)
    format.append(loss, to: &live)
  }

  /// Adds who waits for whom, of which nothing is told.
  public mutating func add(_ waits: CapturedWaits) { writer.append(waits, offset: offset, to: &file) }

  /// Adds how ipcdump fares, of which nothing is told.
  public mutating func add(_ health: CapturedHealth) { writer.append(health, offset: offset, to: &file) }

  /// Ends this file, and begins another one, which is all that ``bytes`` gives from now on.
  public mutating func rotate() {
    file.removeAll()
    writer.begin(offset: offset, to: &file)
  }

  /// Adds what a file ends with.
  public mutating func end() { writer.end(to: &file) }

  /// Bytes of the capture.
  public var bytes: [UInt8] { file.withBytes { Array($0) } }
  /// What was told when the events happened, as text.
  public var liveText: String { live.withBytes { String(decoding: $0, as: UTF8.self) } }
}
