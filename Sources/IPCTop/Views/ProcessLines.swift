import IPCModel

/// What a process has open, in lines of a screen.
struct ProcessLines {
  /// A line.
  struct Line {
    let cells: [String]
    /// The edge of that channel; nil if nothing has gone through it.
    let edge: EdgeRow.ID?
    /// Who has the other end.
    let other: Int32?
    let isWaiting: Bool
  }

  /// What stands above the columns.
  static let headings = ["FD", "TYPE", "CHANNEL", "UNREAD", "OTHER END"]
  /// Widths of the columns but the last.
  static func widths(columns: Int) -> [Int] { [5, 11, max(columns - 5 - 11 - 13 - 4 - 30, 14), 13] }

  /// What the kernel says.
  static func lines(of channels: [ProcessChannel], among rows: [EdgeRow]) -> [Line] {
    channels.flatMap { channel -> [Line] in
      let edge = rows.first { row in
        [row.source.pid, row.destination.pid].contains(channel.pid)
          && row.kind.row.name.description == channel.type
          && channel.channel?.utf8.elementsEqual(row.channel) == true
      }
      var remarks = channel.ends.map { ("\(ShownText.process($0.pid, $0.comm)) \($0.fd)", Int32?($0.pid)) }
      switch channel.far {
      case "listening": remarks.append(("listens", nil))
      case "remote": remarks.append(("another host", nil))
      case "backlog": remarks.append(("has not accepted it yet", nil))
      default: if remarks.isEmpty { remarks.append(("nobody", nil)) }
      }
      if let unread = channel.sentUnread, unread > 0 { remarks.append(("\(unread) unread there", nil)) }
      for waiter in channel.waits ?? [] {
        remarks.append(("\(waiter.call) for \(Figure.time(waiter.duration))", nil))
      }
      let fill = channel.unread.map { unread in channel.capacity.map { "\(unread)/\($0)" } ?? "\(unread)" }
      let first = [
        "\(channel.fd)\(channel.access == "rw" ? "" : channel.access)", channel.type,
        ShownText.escaped(channel.channel ?? "-"), fill ?? "-",
      ]
      return remarks.enumerated().map { index, remark in
        Line(
          cells: (index == 0 ? first : ["", "", "", ""]) + [remark.0], edge: edge?.id, other: remark.1,
          isWaiting: !(channel.waits ?? []).isEmpty)
      }
    }
  }

  /// What has been seen of it; all that a capture tells.
  static func lines(of pid: Int32, in rows: [EdgeRow]) -> [Line] {
    rows.filter { $0.source.pid == pid || $0.destination.pid == pid }.map { row in
      let sends = row.source.pid == pid
      let other = sends ? row.destination : row.source
      let words = sends ? "→ \(ShownText.destination(of: row))" : "← \(ShownText.process(other))"
      return Line(
        cells: [
          sends ? "w" : "r", row.kind.row.name.description, ShownText.escaped(row.channel),
          row.unread.map { "\($0)" } ?? "-", words,
        ], edge: row.id, other: other.isKnown ? other.pid : nil, isWaiting: false)
    }
  }
}
