import ByteOutput
import IPCFormats
import IPCModel

extension TopView {
  // MARK: - The list

  mutating func putList(_ grid: inout CellGrid) {
    let layout = EdgeLayout(columns: size.columns)
    layout.putHeadings(&grid, row: 2, sortedBy: column, isReversed: isReversed)
    cursor.fit(count: lineCount, height: bodyRows.count)
    for index in cursor.seen {
      let row = bodyRows.lowerBound + index - cursor.top
      if let tree {
        layout.put(tree.lines[index], &grid, row: row)
      } else {
        layout.put(rows[index], &grid, row: row)
      }
      if index == cursor.index { grid.paint(row: row, style: .bar) }
    }
    if lineCount == 0 {
      let words =
        filter == nil ? "nothing has been sent yet" : "nothing that was sent meets the expression"
      grid.put(words, row: bodyRows.lowerBound + 1, column: 2, style: .dim)
    }
    putDetail(&grid)
  }

  /// The line above the last one: the selected edge in full.
  private func putDetail(_ grid: inout CellGrid) {
    guard let edge = selectedEdge else { return }
    var words =
      "\(ShownText.process(edge.source)) > \(ShownText.destination(of: edge)) \(edge.kind.row.name) \(ShownText.escaped(edge.channel))"
    words += ": \(edge.messages) message\(edge.messages == 1 ? "" : "s"), \(Figure.count(edge.bytes))B"
    let notes = edge.lints.map(\.text).joined(separator: ", ")
    let row = size.rows - 2
    let room = size.columns - 2 - (notes.isEmpty ? 0 : TerminalText.width(of: notes) + 2)
    let end = grid.put(TerminalText.shortened(words, to: room), row: row, column: 1, style: .dim)
    if !notes.isEmpty { grid.put(notes, row: row, column: end + 2, style: .caution) }
  }

  // MARK: - A dialogue

  mutating func putDialogue(_ grid: inout CellGrid) {
    guard let dialogue = model.dialogue else { return }
    let ends = "\(ShownText.process(dialogue.source)) → \(ShownText.process(dialogue.destination))"
    let speaks = dialogue.protocolName.map { "  \($0)" } ?? ""
    grid.put(
      TerminalText.shortened(ends + speaks, to: size.columns - 2), row: 2, column: 1, style: .heading)
    let entries = dialogue.entries(choice)
    if entries.isEmpty {
      let words =
        choice == .calls
        ? "no call has been answered yet"
        : "nothing has been said since the dialogue was opened"
      grid.put(words, row: bodyRows.lowerBound + 1, column: 2, style: .dim)
    }
    var time = TimestampWriter(.wall, clock: clock)
    let height = bodyRows.count + 1
    func lines(_ index: Int) -> [DialogueLines.Line] {
      DialogueLines.lines(of: entries[index], contents: contents, at: &time)
    }
    if isAtTail {
      var room = height
      dialogueTop = entries.count
      while dialogueTop > 0 {
        let count = lines(dialogueTop - 1).count
        if count > room, dialogueTop < entries.count { break }
        dialogueTop -= 1
        room -= count
        if room <= 0 { break }
      }
    }
    dialogueTop = max(min(dialogueTop, entries.count - 1), 0)
    var row = bodyRows.lowerBound
    var index = dialogueTop
    while index < entries.count, row < bodyRows.lowerBound + height {
      for line in lines(index) where row < bodyRows.lowerBound + height {
        let text = TerminalText.shortened(line.text, to: size.columns - 2)
        grid.put(text, row: row, column: 1, style: line.style)
        row += 1
      }
      index += 1
    }
  }

  // MARK: - A process

  var processLines: [ProcessLines.Line] {
    guard case .process(let pid, _) = pane else { return [] }
    let all = model.rows(where: nil)
    if play != nil {
      return ProcessLines.lines(of: pid, in: EdgeColumn.byteRate.sorted(all, isReversed: false))
    }
    return channels.map { ProcessLines.lines(of: $0, among: all) } ?? []
  }

  mutating func putProcess(_ pid: Int32, _ name: String, _ grid: inout CellGrid) {
    let lines = processLines
    let widths = ProcessLines.widths(columns: size.columns)
    func put(_ cells: [String], row: Int, style: Style) {
      var column = 1
      for (index, cell) in cells.enumerated() {
        let width = index < widths.count ? widths[index] : size.columns - column - 1
        grid.put(
          TerminalText.shortened(cell, to: width), row: row, column: column, width: width, style: style)
        column += width + 1
      }
    }
    put(ProcessLines.headings, row: 2, style: Style(.normal, .underlined))
    grid.put(
      TerminalText.shortened("channels of \(name)", to: size.columns - 2), row: size.rows - 2, column: 1,
      style: .dim)
    processCursor.fit(count: lines.count, height: bodyRows.count)
    for index in processCursor.seen {
      let row = bodyRows.lowerBound + index - processCursor.top
      let line = lines[index]
      put(line.cells, row: row, style: line.edge == nil ? .dim : .plain)
      if index == processCursor.index { grid.paint(row: row, style: .bar) }
    }
    if lines.isEmpty {
      let words =
        play != nil
        ? "nothing of it has been seen"
        : channels == nil ? "it is being looked at" : "it has nothing open, or has ended"
      grid.put(words, row: bodyRows.lowerBound + 1, column: 2, style: .dim)
    }
  }

  // MARK: - Texts

  func putHelp(_ grid: inout CellGrid) {
    for (index, line) in HelpText.lines.enumerated() {
      let isHeading = line.hasSuffix(":")
      grid.put(line, row: 2 + index, column: 1, style: isHeading ? .heading : .plain)
    }
  }

  func putStuck(_ grid: inout CellGrid) {
    var lines: [(String, Style)] = []
    if play != nil {
      lines.append(("a capture does not tell who waits for whom", .dim))
    } else if let stuck = model.stuck {
      for deadlock in stuck.deadlocks {
        let pids = names(deadlock.pids)
        lines.append(("DEADLOCK of \(pids): \(ShownText.escaped(deadlock.reason))", Style(.red, .bold)))
        if !deadlock.blocked.isEmpty {
          let blocked = names(deadlock.blocked)
          lines.append(("  \(deadlock.blocked.count) more wait for it: \(blocked)", .plain))
        }
      }
      for leak in stuck.leaks {
        let holders = leak.holders.map { "\(ShownText.process($0.pid, $0.comm)) (fd \($0.fd))" }
        let reader = "\(ShownText.process(leak.reader.pid, leak.reader.comm)) (fd \(leak.reader.fd))"
        lines.append(
          (
            "LEAK of pipe \(ShownText.escaped(leak.channel)): \(reader) waits for its end, which \(holders.joined(separator: ", ")) keeps open without writing",
            .caution
          ))
      }
      if lines.isEmpty { lines.append(("nobody waits in vain", Style(.green))) }
    }
    var row = 3
    for (text, style) in lines {
      for part in TerminalText.wrapped(text, columns: size.columns - 2, indentation: 4)
      where row < size.rows - 1 {
        grid.put(part, row: row, column: 1, style: style)
        row += 1
      }
    }
  }
}
