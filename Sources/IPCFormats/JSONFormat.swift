import IPCModel

/// One JSON object a line (NDJSON) for programs; keys never change, new ones are only added.
public struct JSONFormat: EventFormat {
  private let byteLimit: Int?
  private var time: TimestampWriter
  private var ends = EndTexts(2)
  private let keys = FieldKeys { field, output in
    output.append(",\"")
    output.append(field.name)
    output.append("\":")
  }

  /// Creates a format.
  public init(_ options: FormatOptions) {
    byteLimit = options.byteLimit
    time = TimestampWriter(.rfc3339, clock: options.clock)
  }

  /// Clock that times are told by.
  public var clock: WallClock {
    get { time.clock }
    set { time.clock = newValue }
  }

  /// Appends the object of an event.
  public mutating func append(
    _ event: borrowing Event, content: UnsafeRawBufferPointer?, texts: borrowing TextTable,
    to output: inout OutputBuffer
  ) {
    let shown = ShownContent(of: event, content: content, limit: byteLimit)
    let found = ends.find(for: event, with: &output, Self.appendEnds)
    ends.append(0, of: found, to: &output)
    time.append(event.time, to: &output)
    output.append(#"","meta":{"#)
    // Of the first one, without the comma.
    keys.appendFields(of: event, texts: texts, .json, dropFirst: 1, to: &output)
    output.append("}")
    if let bytes = shown.bytes {
      output.append(#","bytes":""#)
      output.appendBase64(bytes)
      output.append("\"")
    }
    ends.append(1, of: found, to: &output)
    if shown.isTruncated { output.append(#","truncated":true"#) }
    appendInferred(event.traits, to: &output)
    if event.traits.contains(.undelivered) { output.append(#","delivered":false"#) }
    output.append("}\n")
  }

  /// Appends the object of a loss.
  public mutating func append(_ loss: Loss, to output: inout OutputBuffer) {
    output.append(#"{"lost_type":""#)
    output.append(loss.typeName)
    output.append(#"","count":"#)
    output.appendDecimal(loss.count)
    output.append(#","bytes":"#)
    output.appendDecimal(loss.bytes)
    output.append(#","time":""#)
    time.append(loss.time, to: &output)
    output.append("\"}\n")
  }

  /// What comes before the time, and what behind the contents.
  private static func appendEnds(_ text: Int, of event: borrowing Event, to output: inout OutputBuffer) {
    if text == 0 {
      output.append(#"{"src_pid":"#)
      output.appendDecimal(Int64(event.source.pid))
      output.append(#","src_comm":"#)
      output.append(event.source.comm, .json)
      output.append(#","dst_pid":"#)
      output.appendDecimal(Int64(event.destination.pid))
      output.append(#","dst_comm":"#)
      output.append(event.destination.comm, .json)
      output.append(#","type":""#)
      output.append(event.kind.row.name)
      output.append(#"","time":""#)
    } else {
      output.append(#","src_tid":"#)
      output.appendDecimal(Int64(event.source.tid))
      output.append(#","dst_tid":"#)
      output.appendDecimal(Int64(event.destination.tid))
    }
  }

  private func appendInferred(_ traits: Event.Traits, to output: inout OutputBuffer) {
    switch (traits.contains(.inferredSource), traits.contains(.inferredDestination)) {
    case (true, true): output.append(#","inferred":["src","dst"]"#)
    case (true, false): output.append(#","inferred":["src"]"#)
    case (false, true): output.append(#","inferred":["dst"]"#)
    case (false, false): break
    }
  }
}
