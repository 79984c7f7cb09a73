import ByteOutput
import IPCFormats
import IPCModel
import IPCTraffic

/// Sees the events of a sequence come out, and says what is wrong with them.
struct Witness {
  private let alphabet: Alphabet?
  private let isOrdered: Bool
  private var text: [TextFormat]
  private var json: JSONFormat
  private var csv: CSVFormat
  private var summary = ConversationTable()
  private var last: UInt64 = 0
  /// What is wrong.
  private(set) var problems: [String] = []
  /// Events so far.
  private(set) var count = 0
  /// Those of them that a summary adds up.
  private var transfers = 0

  /// - Parameters:
  ///   - alphabet: What contents consist of; nil if anything may be taken for contents.
  ///   - isOrdered: Whether the records come nearly in the order of time, so that the events must.
  init(alphabet: Alphabet?, isOrdered: Bool) {
    self.alphabet = alphabet
    self.isOrdered = isOrdered
    let clock = WallClock(offset: 1_795_187_045_000_000_000, start: 0, zone: TimeZoneOffset(secondsEast: 0))
    let styles: [(ContentStyle, TimeStyle)] = [(.hexDump, .wall), (.ascii, .delta), (.lines, .relative)]
    text = styles.map { content, time in
      TextFormat(FormatOptions(timeStyle: time, clock: clock, contentStyle: content))
    }
    json = JSONFormat(FormatOptions(clock: clock))
    csv = CSVFormat(FormatOptions(clock: clock))
  }

  mutating func note(_ problem: String) {
    // One fault often shows in every event.
    if problems.count < 5 { problems.append(problem) }
  }

  mutating func see(
    _ event: borrowing Event, _ content: UnsafeRawBufferPointer?, _ texts: borrowing TextTable
  ) {
    count += 1
    if !event.isLifecycle, !Self.isRefused(event) { transfers += 1 }
    if isOrdered, event.time < last { note("event \(count) of \(event.time) comes behind \(last)") }
    last = event.time
    if let content {
      if UInt64(content.count) > event.count { note("\(content.count) bytes of \(event.count) are shown") }
      if let alphabet, let stray = alphabet.stranger(in: content) {
        note("event \(count), \(event.kind.row.name), shows byte \(stray) that no record brought")
      }
    }
    show(event, content, texts)
    summary.take(event, texts: texts)
  }

  private static func isRefused(_ event: borrowing Event) -> Bool {
    event.kind == .signal ? event[Kind.Signal.error] != nil : false
  }

  /// Lets the summary be shown; it must have every event and be valid UTF-8.
  mutating func end() {
    let report = summary.report(top: nil, at: Snapshot(duration: last))
    let messages = report.conversations.reduce(report.others.messages) { $0 + $1.messages }
    if messages != transfers { note("the summary has \(messages) of \(transfers) transfers") }
    var output = OutputBuffer(capacity: 256)
    report.appendTable(to: &output)
    report.appendJSON(to: &output)
    let isText = output.withBytes { String(validating: $0, as: UTF8.self) } != nil
    if !isText { note("the summary is shown as what is not UTF-8") }
  }

  /// Lets every format show it; each must give valid UTF-8.
  private mutating func show(
    _ event: borrowing Event, _ content: UnsafeRawBufferPointer?, _ texts: borrowing TextTable
  ) {
    var output = OutputBuffer(capacity: 256)
    // The formats are as slow as they are tested elsewhere: the first bytes are enough here.
    let content = content.map { UnsafeRawBufferPointer(rebasing: $0.prefix(200)) }
    for index in text.indices { text[index].append(event, content: content, texts: texts, to: &output) }
    json.append(event, content: content, texts: texts, to: &output)
    csv.append(event, content: content, texts: texts, to: &output)
    let isText = output.withBytes { String(validating: $0, as: UTF8.self) } != nil
    if !isText { note("event \(count) is shown as what is not UTF-8") }
  }
}
