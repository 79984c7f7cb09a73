import IPCFiltering
import IPCModel

extension TopView {
  /// Does what a key asks for.
  ///
  /// - Returns: What it asks for beyond the screen.
  public mutating func take(_ key: Key) -> [TopRequest] {
    if prompt != nil {
      takeTyped(key)
      return []
    }
    remark = nil
    switch key {
    case .control(UInt8(ascii: "C")): return [.quit]
    case .control(UInt8(ascii: "Z")): return [.suspend]
    case .control(UInt8(ascii: "L")): return [.redraw]
    case .escape, .character("q"), .backspace: return leave(key)
    case .character("?"):
      if pane != .help { panes.append(.help) }
      return []
    case .character("w"):
      if pane != .stuck { panes.append(.stuck) }
      return []
    case .character(" "):
      if play != nil { return [.play(.pauseOrGoOn)] }
      isFrozen.toggle()
      refresh()
      return []
    default: break
    }
    if let playing = playing(key) { return [.play(playing)] }
    switch pane {
    case .list: return takeInList(key)
    case .dialogue: takeInDialogue(key)
    case .process: return takeInProcess(key)
    case .help, .stuck: break
    }
    return []
  }

  private func playing(_ key: Key) -> Playing? {
    guard play != nil else { return nil }
    switch key {
    case .character("."), .right: return .step
    case .character("<"), .character(","): return .slower
    case .character(">"): return .faster
    case .character("["): return .back
    case .character("]"): return .ahead
    case .character("0"): return .toBeginning
    case .character("$"): return .toEnd
    default: return nil
    }
  }

  /// Goes back to the pane before, at last to the shell.
  private mutating func leave(_ key: Key) -> [TopRequest] {
    guard panes.count > 1 else {
      if key == .character("q") { return [.quit] }
      // A filter is what Esc takes away in the list.
      if key == .escape, filter != nil {
        filter = nil
        refresh()
      }
      return []
    }
    let left = panes.removeLast()
    switch left {
    case .dialogue: model.follow(nil)
    case .process:
      channels = nil
      if case .process(let pid, _) = pane { return [.channels(of: pid)] }
      return [.channels(of: nil)]
    case .list, .stuck, .help: break
    }
    return []
  }

  // MARK: - The prompt

  private mutating func takeTyped(_ key: Key) {
    guard var text = prompt else { return }
    switch key {
    case .escape, .control(UInt8(ascii: "C")):
      prompt = nil
      return
    case .enter: return apply(text)
    case .backspace, .delete:
      if text.isEmpty {
        prompt = nil
        return
      }
      text.removeLast()
    case .control(UInt8(ascii: "U")): text = ""
    case .character(let scalar): if text.utf8.count < 1000 { text.unicodeScalars.append(scalar) }
    default: return
    }
    prompt = text
  }

  /// Shows only edges of which an expression is true; all of them if it is empty.
  private mutating func apply(_ text: String) {
    prompt = nil
    if text.allSatisfy({ $0 == " " }) {
      filter = nil
      return refresh()
    }
    do throws(WhereError) {
      let expression = try WhereExpression(text)
      if let (word, _) = expression.unmetNeed(messages: false, calls: false) {
        remark = "'\(word)' is of messages and calls, and lines are edges"
      } else if expression.needsContents {
        remark = "contents are not kept of edges; see a dialogue"
      } else {
        filter = expression
        refresh()
      }
    } catch {
      remark = error.sentence
    }
  }

  // MARK: - The list

  private mutating func takeInList(_ key: Key) -> [TopRequest] {
    if cursor.take(key) {
      choose()
      return []
    }
    switch key {
    case .character("/"): prompt = filter?.text ?? ""
    case .character("s"): sort(by: 1)
    case .character("S"): sort(by: -1)
    case .character("r"):
      isReversed.toggle()
      arrange()
    case .character("t"):
      let all = Arrangement.allCases
      let next = ((all.firstIndex(of: arrangement) ?? 0) + 1) % all.count
      arrangement = all[next]
      arrange()
    case .character("f"):
      keepsChoice.toggle()
      chosen = keepsChoice ? selectedEdge?.id : nil
    case .tab, .character("+"), .character("-"): toggleBranch()
    case .enter: return enter()
    case .character("p"): return openProcess(selectedEdge?.source ?? selectedProcess)
    case .character("P"): return openProcess(selectedEdge?.destination ?? selectedProcess)
    case .click(let row, let place): return click(row, place)
    default: break
    }
    return []
  }

  private mutating func choose() {
    chosen = keepsChoice && cursor.index > 0 ? selectedEdge?.id : nil
  }

  private mutating func sort(by step: Int) {
    let all = EdgeColumn.allCases
    column = all[(column.rawValue + step + all.count) % all.count]
    arrange()
  }

  private mutating func click(_ row: Int, _ place: Int) -> [TopRequest] {
    if row == 1 {
      panes.append(.stuck)
    } else if row == 2, let clicked = EdgeLayout(columns: size.columns).column(at: place) {
      isReversed = clicked == column ? !isReversed : false
      column = clicked
      arrange()
    } else if bodyRows.contains(row) {
      let line = cursor.top + row - bodyRows.lowerBound
      guard line < lineCount else { return [] }
      if line == cursor.index { return enter() }
      cursor.select(line)
      choose()
    }
    return []
  }

  private var selectedBranch: EdgeTree.Branch? {
    guard let tree, cursor.index < tree.lines.count,
      case .branch(let branch, _, _, _, _) = tree.lines[cursor.index]
    else { return nil }
    return branch
  }

  private var selectedProcess: Endpoint? {
    guard case .process(let pid) = selectedBranch else { return nil }
    return rows.lazy.flatMap { [$0.source, $0.destination] }.first { $0.pid == pid }
  }

  private mutating func toggleBranch() {
    guard let branch = selectedBranch else { return }
    if closed.remove(branch) == nil { closed.insert(branch) }
    arrange()
  }

  private mutating func enter() -> [TopRequest] {
    if let edge = selectedEdge { return openDialogue(edge) }
    if let process = selectedProcess { return openProcess(process) }
    toggleBranch()
    return []
  }

  private mutating func openDialogue(_ edge: EdgeRow) -> [TopRequest] {
    guard case .conversation = edge.id else {
      remark = "nothing has gone through it yet"
      return []
    }
    model.follow(edge)
    panes.append(.dialogue)
    isAtTail = true
    return [.dialogue]
  }

  private mutating func openProcess(_ process: Endpoint?) -> [TopRequest] {
    guard let process, process.pid > 0 else {
      remark = "nobody is known there"
      return []
    }
    panes.append(.process(process.pid, name: ShownText.process(process)))
    channels = nil
    processCursor = ListCursor()
    return [.channels(of: process.pid)]
  }

  // MARK: - A dialogue

  private mutating func takeInDialogue(_ key: Key) {
    let page = bodyRows.count
    switch key {
    case .character("m"):
      let all = Dialogue.Choice.allCases
      choice = all[((all.firstIndex(of: choice) ?? 0) + 1) % all.count]
      isAtTail = true
    case .character("x"):
      let all = ContentView.allCases
      contents = all[((all.firstIndex(of: contents) ?? 0) + 1) % all.count]
      if contents != .none, model.dialogue?.hasContents == false {
        remark = "no contents were captured of what has been said"
      }
    case .character("f"): isAtTail.toggle()
    case .up, .character("k"): scroll(-1)
    case .down, .character("j"): scroll(1)
    case .pageUp, .control(UInt8(ascii: "B")): scroll(-page)
    case .pageDown, .control(UInt8(ascii: "F")): scroll(page)
    case .home, .character("g"): scroll(-dialogueTop)
    case .end, .character("G"): isAtTail = true
    case .wheel(let notches): scroll(3 * notches)
    default: break
    }
  }

  private mutating func scroll(_ entries: Int) {
    if isAtTail, entries > 0 { return }
    isAtTail = false
    dialogueTop = max(dialogueTop + entries, 0)
    let last = (model.dialogue?.entries(choice).count ?? 0) - 1
    if dialogueTop >= last { isAtTail = true }
  }

  // MARK: - A process

  private mutating func takeInProcess(_ key: Key) -> [TopRequest] {
    if processCursor.take(key) { return [] }
    if case .click(let row, _) = key, bodyRows.contains(row) {
      let line = processCursor.top + row - bodyRows.lowerBound
      if line != processCursor.index {
        processCursor.select(line)
        return []
      }
    } else if key != .enter {
      return []
    }
    let lines = processLines
    guard processCursor.index < lines.count else { return [] }
    let line = lines[processCursor.index]
    let all = model.rows(where: nil)
    if let edge = line.edge.flatMap({ id in all.first { $0.id == id } }) { return openDialogue(edge) }
    guard let other = line.other else {
      remark = "nothing has gone through it yet, and nobody has the other end"
      return []
    }
    let known = all.lazy.flatMap { [$0.source, $0.destination] }.first { $0.pid == other }
    let name = channels?.flatMap(\.ends).first { $0.pid == other }?.comm ?? ""
    return openProcess(known ?? Endpoint(pid: other, tid: other, comm: Comm(name)))
  }
}
