import ByteOutput
import IPCWaits

extension ChannelList {
  /// Appends a table for people: a line for each process, and below it one for each of its descriptors. Where several have
  /// the other end, each of them has a line.
  ///
  /// - Parameter width: Columns that no line may be longer than; nil if there is no limit.
  public func appendTable(to output: inout OutputBuffer, width: Int?) {
    let table = lines(channelWidth: .max)
    var lines = table
    if let width, let longest = table.map({ TerminalText.width(of: $0) }).max(), longest > width {
      // The names of channels are what is long, and their ends tell most.
      let widest = rows.map { TerminalText.width(of: Self.escaped($0.channel ?? "-")) }.max() ?? 0
      lines = self.lines(channelWidth: max(Self.leastChannelWidth, widest - (longest - width)))
        .map { TerminalText.shortened($0, to: width) }
    }
    for line in lines {
      output.append(text: line)
      output.append("\n")
    }
    if unseenProcesses > 0 {
      let who = unseenProcesses == 1 ? "1 process has" : "\(unseenProcesses) processes have"
      output.append(text: "What \(who) open could not be seen; root sees more.\n")
    }
  }

  private static let leastChannelWidth = 16
  private static let headings = ["FD", "TYPE", "CHANNEL", "UNREAD", "OTHER END"]

  /// The lines, with names of channels that are no longer than so.
  private func lines(channelWidth: Int) -> [String] {
    var table = TextTableLayout(headings: Self.headings, leftAligned: Self.headings.count)
    var processes: [(name: String, first: Int)] = []
    var count = 1
    var last: Int32?
    for row in rows {
      if row.pid != last { processes.append((Self.words(row.pid, row.name), count)) }
      last = row.pid
      for cells in Self.cells(of: row, channelWidth: channelWidth) {
        table.add(cells)
        count += 1
      }
    }
    var lines = table.lines.map { "  \($0)" }
    for (name, first) in processes.reversed() { lines.insert(name, at: first) }
    return lines
  }

  /// A descriptor's line, and those for what else is to say of it.
  private static func cells(of row: Row, channelWidth: Int) -> [[String]] {
    var remarks = row.ends.map { end in "\(words(end.pid, end.name)) \(end.descriptor)" }
    switch row.far {
    case .here: if row.ends.isEmpty { remarks.append("nobody") }
    case .backlog: remarks.append("has not accepted it yet")
    case .remote: remarks.append("another host")
    case .listening: remarks.append("listens")
    }
    if let unread = row.farUnread, unread > 0 { remarks.append("\(unread) unread there") }
    for waiter in row.waiters {
      remarks.append("\(waiter.call.rawValue) for \(Quantity.time(waiter.duration))")
    }
    let fill = row.unread.map { unread in row.capacity.map { "\(unread)/\($0)" } ?? "\(unread)" } ?? "-"
    let channel = TerminalText.shortened(escaped(row.channel ?? "-"), to: channelWidth)
    let first = [
      "\(row.descriptor)\(row.access == "rw" ? "" : row.access)", row.type.rawValue, channel, fill,
    ]
    return [first + remarks.prefix(1)] + remarks.dropFirst().map { ["", "", "", "", $0] }
  }

  private static func words(_ pid: Int32, _ name: String) -> String { "\(pid)(\(escaped(name)))" }

  /// A text that cannot steer a terminal.
  private static func escaped(_ text: String) -> String {
    var text = text
    var output = OutputBuffer(capacity: 64)
    text.withUTF8 { output.append($0, .terminal) }
    return output.withBytes { String(decoding: $0, as: UTF8.self) }
  }
}
