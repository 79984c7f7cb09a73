import IPCModel

/// One line an event for people, with its contents indented below.
public struct TextFormat: EventFormat {
  private let byteLimit: Int?
  private let contentStyle: ContentStyle
  private let palette: Palette
  private var time: TextTimeWriter

  /// Creates a format.
  public init(_ options: FormatOptions) {
    byteLimit = options.byteLimit
    contentStyle = options.contentStyle
    palette = options.color ? .colored : .plain
    time = TextTimeWriter(options.timeStyle, clock: options.clock)
  }

  /// Clock that times are told by.
  public var clock: WallClock {
    get { time.clock }
    set { time.clock = newValue }
  }

  /// Appends the line of an event, and its contents.
  public mutating func append(
    _ event: borrowing Event, content: UnsafeRawBufferPointer?, texts: borrowing TextTable,
    to output: inout OutputBuffer
  ) {
    let row = event.kind.row
    let shown = ShownContent(of: event, content: content, limit: byteLimit)
    time.append(event.time, to: &output)
    append(row.name, in: palette.type, to: &output)
    output.append(" ")
    append(event.source, in: palette.source, to: &output)
    output.append(" > ")
    append(event.destination, in: palette.destination, to: &output)

    var separator: StaticString = ": "
    for position in row.fields.indices {
      guard let value = event.value(at: position) else { continue }
      let field = row.fields[position]
      output.append(separator)
      append(field.name, in: palette.key, to: &output)
      output.append(" ")
      output.append(value, of: field, texts: texts, .terminal)
      separator = ", "
    }
    func remark(_ word: StaticString, _ detail: StaticString = "") {
      output.append(separator)
      output.append(palette.caution)
      output.append(word)
      output.append(detail)
      output.append(palette.reset)
      separator = ", "
    }
    if let ends = event.traits.inferredEnds { remark("inferred ", ends) }
    if event.traits.contains(.undelivered) { remark("undelivered") }
    if shown.isTruncated { remark("truncated") }
    output.append("\n")
    guard let bytes = shown.bytes else { return }
    switch contentStyle {
    case .hexDump: output.appendHexDump(bytes)
    case .ascii: output.appendASCII(bytes)
    case .lines: output.appendTextLines(bytes)
    }
  }

  /// Appends the line of a loss.
  public mutating func append(_ loss: Loss, to output: inout OutputBuffer) {
    time.append(loss.time, to: &output)
    output.append(palette.loss)
    output.append("lost ")
    output.appendDecimal(loss.count)
    if loss.kind != nil {
      output.append(" ")
      output.append(loss.typeName)
    }
    output.append(loss.count == 1 ? " record" : " records")
    // Kinds without bytes, and losses of unknown size, have none to tell of.
    if loss.bytes > 0 {
      output.append(" (")
      output.appendDecimal(loss.bytes)
      output.append(loss.bytes == 1 ? " byte)" : " bytes)")
    }
    output.append(palette.reset)
    output.append("\n")
  }

  private func append(_ text: StaticString, in color: StaticString, to output: inout OutputBuffer) {
    output.append(color)
    output.append(text)
    output.append(palette.reset)
  }

  private func append(_ end: Endpoint, in color: StaticString, to output: inout OutputBuffer) {
    output.append(color)
    if end.isKnown { output.appendDecimal(Int64(end.pid)) } else { output.append("<unknown>") }
    output.append("(")
    output.append(end.comm, .terminal)
    output.append(")")
    output.append(palette.reset)
  }
}
