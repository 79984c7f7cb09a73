import ByteOutput
import IPCModel

/// One line an event for people, with its contents indented below.
public struct TextFormat: EventFormat {
  private let byteLimit: Int?
  private let details: EndDetails
  private let contentStyle: ContentStyle
  private let palette: Palette
  private var time: TextTimeWriter
  private var ends = EndTexts(1)
  private let keys: FieldKeys

  /// Creates a format.
  public init(_ options: FormatOptions) {
    byteLimit = options.byteLimit
    details = options.details
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

  /// Clock by which kernel times become times of day.
  public var clock: WallClock {
    get { time.clock }
    set { time.clock = newValue }
  }

  /// Name of the protocol that the next event's channel speaks, if it is known and shown.
  public var protocolName: StaticString?

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
    if !details.isEmpty {
      EndDetailValues(details, of: event, texts: texts).forEach { key, value in
        guard let value else { return }
        output.append(separator)
        separator = ", "
        output.append(palette.key)
        output.append(key)
        output.append(palette.reset)
        output.append(" ")
        switch value {
        case .number(let number): output.appendDecimal(number)
        case .text(let text): text.withUnsafeBufferPointer { output.append($0, .terminal) }
        case .line(let text): text.withUnsafeBufferPointer { output.appendQuotedTerminalText($0) }
        }
      }
    }
    if let protocolName {
      output.append(separator)
      output.append(palette.key)
      output.append("protocol")
      output.append(palette.reset)
      output.append(" ")
      output.append(protocolName)
      separator = ", "
    }
    func remark(_ word: StaticString, _ detail: Event.Traits = []) {
      output.append(separator)
      output.append(palette.caution)
      output.append(word)
      output.appendInferred(detail)
      output.append(palette.reset)
      separator = ", "
    }
    if event.traits.hasInferred { remark("inferred ", event.traits) }
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
    output.append(loss, palette)
  }
}

extension OutputBuffer {
  /// Appends the line of a loss behind its time.
  mutating func append(_ loss: Loss, _ palette: Palette) {
    append(palette.loss)
    append("lost ")
    appendDecimal(loss.count)
    if loss.kind != nil {
      append(" ")
      append(loss.typeName)
    }
    append(loss.count == 1 ? " record" : " records")
    // Kinds without bytes, and losses of unknown size, have none to show.
    if loss.bytes > 0 {
      append(" (")
      appendDecimal(loss.bytes)
      append(loss.bytes == 1 ? " byte)" : " bytes)")
    }
    append(palette.reset)
    append("\n")
  }

  /// Appends a word in a colour.
  mutating func append(_ text: StaticString, in color: StaticString, _ palette: Palette) {
    append(color)
    append(text)
    append(palette.reset)
  }

  /// Appends who was at one end, in a colour.
  mutating func append(_ end: Endpoint, in color: StaticString, _ palette: Palette) {
    append(color)
    append(end)
    append(palette.reset)
  }
}

/// Writes what a line of text begins with, in the style that the user asked for.
struct TextTimeWriter: Sendable {
  private let style: TimeStyle
  private var stamps: TimestampWriter
  private var previous: UInt64?

  init(_ style: TimeStyle, clock: WallClock) {
    self.style = style
    stamps = TimestampWriter(style == .date ? .date : .wall, clock: clock)
  }

  var clock: WallClock {
    get { stamps.clock }
    set { stamps.clock = newValue }
  }

  /// Appends a time of `CLOCK_MONOTONIC` and a space, or nothing if the style is none.
  mutating func append(_ time: UInt64, to output: inout OutputBuffer) {
    switch style {
    case .wall, .date: stamps.append(time, to: &output)
    case .epoch: output.appendSeconds(nanoseconds: clock.epochNanoseconds(of: time))
    case .delta:
      output.appendSeconds(nanoseconds: Int64(bitPattern: time &- (previous ?? time)))
      previous = time
    case .relative: output.appendSeconds(nanoseconds: Int64(bitPattern: time &- clock.start))
    case .none: return
    }
    output.append(" ")
  }
}

/// Escape sequences (SGR) that colour a line of text, all empty where colours are off.
struct Palette: Sendable {
  let type: StaticString
  let source: StaticString
  let destination: StaticString
  let key: StaticString
  /// For what must not be overlooked about an event.
  let caution: StaticString
  let loss: StaticString
  let reset: StaticString

  /// No colours.
  static let plain = Palette(
    type: "", source: "", destination: "", key: "", caution: "", loss: "", reset: "")

  /// Colours of the basic eight only, which every terminal and theme knows.
  static let colored = Palette(
    type: "\u{1b}[1m",
    source: "\u{1b}[32m",
    destination: "\u{1b}[36m",
    key: "\u{1b}[2m",
    caution: "\u{1b}[33m",
    loss: "\u{1b}[1;31m",
    reset: "\u{1b}[0m"
  )
}
