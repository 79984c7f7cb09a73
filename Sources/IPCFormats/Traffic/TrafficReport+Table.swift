import ByteOutput
import IPCModel
import IPCTraffic

extension TrafficReport {
  /// Appends a summary as a table for people, what waits below it.
  ///
  /// - Parameter width: Columns of the terminal that shows it, where no line may be longer; nil if none does.
  public func appendTable(to output: inout OutputBuffer, width: Int? = nil) {
    var table = TextTableLayout(headings: Self.nameHeadings + Self.figureHeadings, leftAligned: 4)
    for conversation in conversations { table.add(names(of: conversation) + figures(of: conversation)) }
    for total in totals { table.add([total.name, "", "", ""] + total.figures) }
    let lines = table.lines
    if let width, lines.contains(where: { TerminalText.width(of: $0) > width }) {
      appendInPairs(to: &output, width: width)
    } else {
      for line in lines { appendLine(line, &output) }
    }
    for line in remarks {
      let indentation = (line.prefix { $0 == " " }).count + Self.indentation
      let parts = width.map { TerminalText.wrapped(line, columns: $0, indentation: indentation) } ?? [line]
      for part in parts { appendLine(part, &output) }
    }
  }

  private static let nameHeadings = ["SOURCE", "DESTINATION", "TYPE", "CHANNEL"]
  private static let figureHeadings = ["MESSAGES", "BYTES", "BYTES/S", "MEDIAN", "P99", "UNREAD"]
  /// Columns before what belongs to the line above.
  private static let indentation = 4
  /// Columns that a process may take where its row would be too long: any pid and name, if nothing in it is escaped.
  private static let processWidth = 24

  /// Two lines a row: who talks through what, and below it the figures.
  private func appendInPairs(to output: inout OutputBuffer, width: Int) {
    var figures = TextTableLayout(headings: Self.figureHeadings, leftAligned: 0)
    for conversation in conversations { figures.add(self.figures(of: conversation)) }
    for total in totals { figures.add(total.figures) }
    let heads =
      [Self.pair(Self.nameHeadings, width)] + conversations.map { Self.pair(names(of: $0), width) }
      + totals.map(\.name)
    for (head, line) in zip(heads, figures.lines) {
      appendLine(TerminalText.shortened(head, to: width), &output)
      appendLine(String(repeating: " ", count: Self.indentation) + line, &output)
    }
  }

  /// Both ends and the channel in a line, of whose parts the channel is shortened first.
  private static func pair(_ names: [String], _ width: Int) -> String {
    let ends = names[..<2].map { TerminalText.shortened($0, to: processWidth) }
    let start = "\(ends.joined(separator: " > "))  \(names[2]) "
    let rest = max(width - TerminalText.width(of: start), 1)
    return start + TerminalText.shortened(names[3], to: rest)
  }

  private func names(of conversation: Conversation) -> [String] {
    [
      Self.words(conversation.source),
      conversation.isDelivered ? Self.words(conversation.destination) : "nobody",
      "\(conversation.kind.row.name)", Self.escaped(conversation.channel),
    ]
  }

  private func figures(of conversation: Conversation) -> [String] {
    [
      "\(conversation.messages)", "\(conversation.bytes)", Quantity.rate(rate(of: conversation.bytes)),
      Quantity.time(conversation.delays.quantile(permille: 500)),
      Quantity.time(conversation.delays.quantile(permille: 990)),
      unread(of: conversation).map { "\($0)" } ?? "-",
    ]
  }

  /// The rows below those of the conversations.
  private var totals: [(name: String, figures: [String])] {
    let all = ("all", ["\(events)", "\(bytes)", Quantity.rate(rate(of: bytes))])
    guard others.conversations > 0 else { return [all] }
    let figures = ["\(others.messages)", "\(others.bytes)", Quantity.rate(rate(of: others.bytes))]
    return [("others (\(others.conversations))", figures), all]
  }

  /// What stands below the table.
  private var remarks: [String] {
    var lines: [String] = []
    if ownEvents > events / 2 {
      lines.append(
        "\(ownEvents) of \(events) events are of processes with themselves; --where 'not self' leaves them out"
      )
    }
    if folded > 0 {
      lines.append(
        "\(folded) \(folded == 1 ? "edge was" : "edges were") added up in others while the trace went on, so that rows may lack what came before"
      )
    }
    if lost > 0 {
      lines.append(
        "\(lost) \(lost == 1 ? "operation was" : "operations were") lost, so that there was more than is shown here"
      )
    }
    if connections > 0 {
      lines.append(
        "connected: \(connections) \(connections == 1 ? "time" : "times"), and said nothing: \(silentConnections)"
      )
    }
    for object in sharedObjects {
      let mappers = object.mappers.map { Self.words($0) }.joined(separator: ", ")
      lines.append("shared: \(Self.escaped(object.name)), \(object.size) bytes, by \(mappers)")
    }
    return lines + (blocked ?? []).flatMap { self.lines(of: $0) }
  }

  /// Channels of a thread that have a line each.
  private static let shownWaits = 16
  /// Processes that are named of those that could end a wait.
  private static let shownProcesses = 8

  /// A line for what a thread waits for, or one for it and others for each of its channels.
  private func lines(of thread: BlockedThread) -> [String] {
    let duration = thread.duration.map { " for \(Quantity.time($0))" } ?? ""
    let isThread = thread.thread.tid != thread.thread.pid && thread.thread.tid >= 0
    let who =
      Self.words(thread.thread, thread.thread.ownThread) + (isThread ? ", thread \(thread.thread.tid)," : "")
    if thread.otherCount == 0, thread.waits.count == 1, let wait = thread.waits.first {
      let place = place(of: wait)
      let isReading = wait.operation == .read
      let predicate =
        thread.isPolling
        ? "polls \(place)\(duration), to \(isReading ? "read" : "write")"
        : "\(isReading ? "reads from" : "writes to") \(place)\(duration)"
      return ["blocked: \(who) \(predicate); \(outlook(of: wait))"]
    }
    var lines = [
      thread.isPolling
        ? "blocked: \(who) polls\(duration); any of these would end it:"
        : "blocked: \(who) splices\(duration); one of these holds it up:"
    ]
    for wait in thread.waits.prefix(Self.shownWaits) {
      let purpose = wait.operation == .read ? "to read from" : "to write to"
      lines.append("  \(purpose) \(place(of: wait)); \(outlook(of: wait))")
    }
    let more = thread.waits.count - Self.shownWaits
    if more > 0 { lines.append("  \(more) more channel\(more == 1 ? "" : "s")") }
    if thread.otherCount > 0 { lines.append("  something else") }
    return lines
  }

  /// The channel, and how full it is if a writer waits there.
  private func place(of wait: BlockedThread.Wait) -> String {
    let load = wait.operation == .write ? unread(at: wait).map { " (\($0) bytes unread)" } : nil
    return "\(wait.kind.row.name) \(Self.escaped(channel(of: wait)))\(load ?? "")"
  }

  /// Who could end the wait.
  private func outlook(of wait: BlockedThread.Wait) -> String {
    let deed = wait.operation == .read ? "write" : "read"
    guard let others = wait.others else { return "who could \(deed) is not known" }
    if others.isEmpty { return "nobody could \(deed)" }
    let more = others.count - Self.shownProcesses
    let names = others.prefix(Self.shownProcesses).map { Self.words($0) } + (more > 0 ? ["\(more) more"] : [])
    return "\(names.joined(separator: ", ")) could \(deed)"
  }

  private func appendLine(_ line: String, _ output: inout OutputBuffer) {
    var line = line
    line.withUTF8 { output.append($0) }
    output.append("\n")
  }

  /// A process, and one of its threads by name.
  private static func words(_ endpoint: Endpoint, _ thread: Comm? = nil) -> String {
    guard endpoint.isKnown else { return "unknown" }
    var name = OutputBuffer(capacity: 64)
    name.append(endpoint.comm, .terminal)
    if let thread {
      name.append("/")
      name.append(thread, .terminal)
    }
    return "\(endpoint.pid)(\(name.withBytes { String(decoding: $0, as: UTF8.self) }))"
  }

  private static func escaped(_ bytes: [UInt8]) -> String { bytes.withUnsafeBufferPointer { escaped($0) } }

  /// Untrusted text, made harmless for a terminal.
  private static func escaped(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    var buffer = OutputBuffer(capacity: 64)
    buffer.append(bytes, .terminal)
    return buffer.withBytes { String(decoding: $0, as: UTF8.self) }
  }
}
