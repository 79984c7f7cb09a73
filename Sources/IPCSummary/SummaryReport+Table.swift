import IPCFormats
import IPCModel

extension SummaryReport {
  /// Appends the summary as a table for people, what waits below it.
  public func appendTable(to output: inout OutputBuffer) {
    var table = TextTableLayout(
      headings: [
        "SOURCE", "DESTINATION", "TYPE", "CHANNEL", "MESSAGES", "BYTES", "BYTES/S", "MEDIAN", "P99", "UNREAD",
      ], leftAligned: 4)
    for edge in edges { table.add(row(of: edge)) }
    if others.edges > 0 {
      table.add(
        ["others (\(others.edges))", "", "", "", "\(others.messages)", "\(others.bytes)"]
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
      appendLine("\(lost) operations were lost, so that there was more than is told here", &output)
    }
    for thread in blocked ?? [] { append(thread, to: &output) }
  }

  private func row(of edge: Edge) -> [String] {
    [
      Self.words(edge.source), edge.isDelivered ? Self.words(edge.destination) : "nobody",
      "\(edge.kind.row.name)", Self.escaped(edge.channel), "\(edge.messages)", "\(edge.bytes)",
      Quantity.rate(rate(of: edge.bytes)),
      Quantity.time(edge.delays.quantile(permille: 500)), Quantity.time(edge.delays.quantile(permille: 990)),
      unread(of: edge).map { "\($0)" } ?? "-",
    ]
  }

  private func append(_ thread: BlockedThread, to output: inout OutputBuffer) {
    let isReading = thread.operation == .read
    let duration = thread.duration.map { " for \(Quantity.time($0))" } ?? ""
    let place = "\(thread.kind.row.name) \(Self.escaped(channel(of: thread)))"
    let others = thread.others.isEmpty ? "nobody" : thread.others.map(Self.words).joined(separator: ", ")
    let isThread = thread.thread.tid != thread.thread.pid && thread.thread.tid >= 0
    let who = Self.words(thread.thread) + (isThread ? ", thread \(thread.thread.tid)," : "")
    let unread = isReading ? nil : thread.receiver.flatMap { moment?.unread[$0] }
    let load = unread.map { " (\($0) bytes unread)" } ?? ""
    appendLine(
      "blocked: \(who) \(isReading ? "reads from" : "writes to") \(place)\(load)\(duration); "
        + "\(others) could \(isReading ? "write" : "read")", &output)
  }

  private func appendLine(_ line: String, _ output: inout OutputBuffer) {
    var line = line
    line.withUTF8 { output.append($0) }
    output.append("\n")
  }

  private static func words(_ endpoint: Endpoint) -> String {
    guard endpoint.isKnown else { return "unknown" }
    return "\(endpoint.pid)(\(endpoint.comm.withBytes { escaped($0) }))"
  }

  private static func escaped(_ bytes: [UInt8]) -> String { bytes.withUnsafeBufferPointer { escaped($0) } }

  /// Untrusted text, made harmless for a terminal.
  private static func escaped(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    var buffer = OutputBuffer(capacity: 64)
    buffer.appendTerminalText(bytes)
    return buffer.withBytes { String(decoding: $0, as: UTF8.self) }
  }
}
