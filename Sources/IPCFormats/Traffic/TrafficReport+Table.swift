import ByteOutput
import IPCModel
import IPCTraffic

extension TrafficReport {
  /// Appends a summary as a table for people, what waits below it.
  public func appendTable(to output: inout OutputBuffer) {
    var table = TextTableLayout(
      headings: [
        "SOURCE", "DESTINATION", "TYPE", "CHANNEL", "MESSAGES", "BYTES", "BYTES/S", "MEDIAN", "P99", "UNREAD",
      ], leftAligned: 4)
    for conversation in conversations { table.add(row(of: conversation)) }
    if others.conversations > 0 {
      table.add(
        ["others (\(others.conversations))", "", "", "", "\(others.messages)", "\(others.bytes)"]
          + [Quantity.rate(rate(of: others.bytes))])
    }
    table.add(["all", "", "", "", "\(events)", "\(bytes)", Quantity.rate(rate(of: bytes))])
    table.append(to: &output)
    if folded > 0 {
      appendLine(
        "\(folded) edges were added up in others while the trace went on, so that rows may lack what came before",
        &output)
    }
    if lost > 0 {
      appendLine("\(lost) operations were lost, so that there was more than is shown here", &output)
    }
    for thread in blocked ?? [] { append(thread, to: &output) }
  }

  private func row(of conversation: Conversation) -> [String] {
    [
      Self.words(conversation.source),
      conversation.isDelivered ? Self.words(conversation.destination) : "nobody",
      "\(conversation.kind.row.name)", Self.escaped(conversation.channel), "\(conversation.messages)",
      "\(conversation.bytes)", Quantity.rate(rate(of: conversation.bytes)),
      Quantity.time(conversation.delays.quantile(permille: 500)),
      Quantity.time(conversation.delays.quantile(permille: 990)),
      unread(of: conversation).map { "\($0)" } ?? "-",
    ]
  }

  /// Channels of a thread that have a line each.
  private static let shownWaits = 16
  /// Processes that are named of those that could end a wait.
  private static let shownProcesses = 8

  private func append(_ thread: BlockedThread, to output: inout OutputBuffer) {
    let duration = thread.duration.map { " for \(Quantity.time($0))" } ?? ""
    let isThread = thread.thread.tid != thread.thread.pid && thread.thread.tid >= 0
    let who = Self.words(thread.thread) + (isThread ? ", thread \(thread.thread.tid)," : "")
    if thread.otherCount == 0, thread.waits.count == 1, let wait = thread.waits.first {
      let place = place(of: wait)
      let isReading = wait.operation == .read
      let predicate =
        thread.isPolling
        ? "polls \(place)\(duration), to \(isReading ? "read" : "write")"
        : "\(isReading ? "reads from" : "writes to") \(place)\(duration)"
      return appendLine("blocked: \(who) \(predicate); \(outlook(of: wait))", &output)
    }
    appendLine(
      thread.isPolling
        ? "blocked: \(who) polls\(duration); any of these would end it:"
        : "blocked: \(who) splices\(duration); one of these holds it up:", &output)
    for wait in thread.waits.prefix(Self.shownWaits) {
      let purpose = wait.operation == .read ? "to read from" : "to write to"
      appendLine("  \(purpose) \(place(of: wait)); \(outlook(of: wait))", &output)
    }
    let more = thread.waits.count - Self.shownWaits
    if more > 0 { appendLine("  \(more) more channels", &output) }
    if thread.otherCount > 0 { appendLine("  something else", &output) }
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
    let names = others.prefix(Self.shownProcesses).map(Self.words) + (more > 0 ? ["\(more) more"] : [])
    return "\(names.joined(separator: ", ")) could \(deed)"
  }

  private func appendLine(_ line: String, _ output: inout OutputBuffer) {
    var line = line
    line.withUTF8 { output.append($0) }
    output.append("\n")
  }

  private static func words(_ endpoint: Endpoint) -> String {
    guard endpoint.isKnown else { return "unknown" }
    var name = OutputBuffer(capacity: 64)
    name.append(endpoint.comm, .terminal)
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
