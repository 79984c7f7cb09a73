import IPCModel

/// One line an event for people, with its contents indented below.
public struct TextFormat: EventFormat {
  private let byteLimit: Int?
  private let contentStyle: ContentStyle
  private let palette: Palette
  private var time: TextTimeWriter
  private var ends = EndTexts(1)
  private let keys: FieldKeys

  /// Creates a format.
  public init(_ options: FormatOptions) {
    byteLimit = options.byteLimit
    contentStyle = options.contentStyle
    let palette: Palette = options.color ? .colored : .plain
    self.palette = palette
    keys = FieldKeys { field, output in
      output.append(", ")
      output.append(palette.key)
      output.append(field.name)
      output.append(palette.reset)
      output.append(" ")
    }
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
    let shown = ShownContent(of: event, content: content, limit: byteLimit)
    time.append(event.time, to: &output)
    let found = ends.find(for: event, with: &output) { [palette] _, event, output in
      output.append(event.kind.row.name, in: palette.type, palette)
      output.append(" ")
      output.append(event.source, in: palette.source, palette)
      output.append(" > ")
      output.append(event.destination, in: palette.destination, palette)
    }
    ends.append(0, of: found, to: &output)

    var separator: StaticString = ": "
    if !event.fields.isEmpty {
      output.append(separator)
      keys.appendFields(of: event, texts: texts, .terminal, dropFirst: 2, to: &output)
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
}

extension OutputBuffer {
  fileprivate mutating func append(_ text: StaticString, in color: StaticString, _ palette: Palette) {
    append(color)
    append(text)
    append(palette.reset)
  }

  fileprivate mutating func append(_ end: Endpoint, in color: StaticString, _ palette: Palette) {
    append(color)
    if end.isKnown { appendDecimal(Int64(end.pid)) } else { append("<unknown>") }
    append("(")
    append(end.comm, .terminal)
    append(")")
    append(palette.reset)
  }
}
