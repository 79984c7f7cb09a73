import ByteOutput
import IPCModel

/// One JSON object a line (NDJSON) for programs; keys never change, new ones are only added.
public struct JSONFormat: EventFormat {
  private let byteLimit: Int?
  private let details: EndDetails
  private var time: TimestampWriter
  private var ends = EndTexts(3)
  private let keys = FieldKeys { field, output in
    var json = JSONWriter(output, isContinued: true)
    json.key(field.name)
    output = json.finish()
  }

  /// Creates a format.
  public init(_ options: FormatOptions) {
    byteLimit = options.byteLimit
    details = options.details
    time = TimestampWriter(.rfc3339, clock: options.clock)
  }

  /// Clock by which kernel times become times of day.
  public var clock: WallClock {
    get { time.clock }
    set { time.clock = newValue }
  }

  /// Name of the protocol that the next event's channel speaks, if it is known and shown.
  public var protocolName: StaticString?

  /// Appends the object of an event.
  public mutating func append(
    _ event: borrowing Event, content: UnsafeRawBufferPointer?, texts: borrowing TextTable,
    to output: inout OutputBuffer
  ) {
    let shown = ShownContent(of: event, content: content, limit: byteLimit)
    let found = ends.find(for: event, with: &output, Self.appendEnds)
    ends.append(0, of: found, to: &output)
    time.append(event.time, to: &output)
    // In one piece: what is written of every event is not put together of keys, quotes and commas each time.
    output.append(#"","meta":{"#)
    var json = JSONWriter(output)
    // Of the first one, without the comma.
    keys.appendFields(of: event, texts: texts, .json, dropFirst: 1, to: &json.output)
    if let protocolName {
      if !event.fields.isEmpty { json.endValue() }
      json.field("protocol", protocolName)
    }
    json.endObject()
    if let bytes = shown.bytes {
      json.key("bytes")
      json.value(base64: bytes)
    }
    ends.append(1, of: found, to: &json.output)
    if shown.isTruncated { json.field("truncated", true) }
    json.appendInferred(event.traits)
    if event.traits.contains(.undelivered) { json.field("delivered", false) }
    ends.append(2, of: found, to: &json.output)
    if !details.isEmpty { append(EndDetailValues(details, of: event, texts: texts), to: &json) }
    output = json.finish()
    output.append("}\n")
  }

  /// Appends the object of a loss.
  public mutating func append(_ loss: Loss, to output: inout OutputBuffer) {
    var json = JSONWriter(output)
    json.append(loss, at: &time)
    output = json.finish()
  }

  /// What comes before the time, up to its quotation mark, what behind the contents, and what behind all.
  private static func appendEnds(_ text: Int, of event: borrowing Event, to output: inout OutputBuffer) {
    var json = JSONWriter(output, isContinued: text != 0)
    switch text {
    case 0:
      json.beginObject()
      json.envelope(of: event.kind, from: event.source, to: event.destination)
      json.key("time")
      json.beginString()
    case 1:
      json.field("src_tid", Int64(event.source.tid))
      json.field("dst_tid", Int64(event.destination.tid))
    default:
      if let thread = event.source.ownThread { json.field("src_thread", thread) }
      if let thread = event.destination.ownThread { json.field("dst_thread", thread) }
    }
    output = json.finish()
  }

  private func append(_ details: EndDetailValues, to json: inout JSONWriter) {
    details.forEach { key, value in
      switch value {
      case .number(let number): json.field(key, number)
      case .text(let text), .line(let text): text.withUnsafeBufferPointer { json.field(key, $0) }
      case nil: break
      }
    }
  }
}
