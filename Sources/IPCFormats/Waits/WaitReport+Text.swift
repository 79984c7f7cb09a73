import ByteOutput
import IPCWaits

extension WaitReport {
  /// Appends the report for people: a tree of who waits for whom, and below it what will never end.
  ///
  /// - Parameters:
  ///   - width: Columns behind which lines are folded; nil for never.
  ///   - isColored: Whether what matters is coloured.
  ///   - output: Where to.
  public func appendText(width: Int?, isColored: Bool, to output: inout OutputBuffer) {
    var tree = WaitTree(self, width: width, isColored: isColored)
    tree.append()
    output.append(text: tree.text)
  }

  /// Appends a line for each deadlock and each leak, and nothing if there is none.
  ///
  /// - Parameters:
  ///   - width: Columns behind which lines are folded; nil for never.
  ///   - output: Where to.
  public func appendVerdicts(width: Int?, to output: inout OutputBuffer) {
    var tree = WaitTree(self, width: width, isColored: false)
    tree.appendVerdicts()
    output.append(text: tree.text)
  }
}

/// Writes the tree.
private struct WaitTree {
  private(set) var text = ""

  private let report: WaitReport
  private let width: Int?
  private let isColored: Bool
  private var shown: Set<Int32> = []

  /// Most ways out of a wait that have lines of their own.
  private static let shownEnders = 8
  /// How deep the tree becomes.
  private static let depth = 32

  init(_ report: WaitReport, width: Int?, isColored: Bool) {
    self.report = report
    self.width = width
    self.isColored = isColored
  }

  mutating func append() {
    for pid in roots where !shown.contains(pid) {
      for wait in report.graph.allWaits(of: pid) where report.roots != nil || wait.isStuck {
        append(root: wait)
      }
    }
    appendVerdicts()
    for wait in report.part.unknown where report.roots != nil {
      line(
        0,
        "\(name(wait.pid, wait.name, wait.tid)) sleeps\(time(wait.duration)) in something that cannot be told: \(wait.call.rawValue)\(wait.function.isEmpty ? "" : " (\(wait.function))")"
      )
    }
    if report.part.deadlocks.isEmpty {
      let count = report.part.waits.count
      line(
        0,
        "Nothing is stuck: \(count == 1 ? "1 thread waits" : "\(count) threads wait"), and all of it can still end."
      )
    }
    let unseen = report.graph.snapshot.unseenProcesses
    if unseen > 0 {
      line(
        0,
        "What \(unseen == 1 ? "1 process has" : "\(unseen) processes have") open could not be seen; root sees more."
      )
    }
  }

  mutating func appendVerdicts() {
    for deadlock in report.part.deadlocks { append(deadlock) }
    for leak in report.part.leaks { append(leak) }
  }

  /// Where the tree begins: the processes that were asked about, or those that nobody stuck waits for.
  private var roots: [Int32] {
    if let roots = report.roots { return roots }
    let stuck = report.part.waits.filter(\.isStuck)
    let awaited = Set(
      stuck.lazy.flatMap { wait in wait.targets.flatMap(\.enders).map(\.pid).filter { $0 != wait.pid } })
    let pids = stuck.map(\.pid)
    // Of those that wait for each other, the first.
    return pids.filter { !awaited.contains($0) } + pids
  }

  private mutating func append(root wait: ThreadWait) {
    shown.insert(wait.pid)
    let targets = wait.targets
    if targets.count == 1, let target = targets.first {
      line(0, "\(name(wait.pid, wait.name, wait.tid)) has been \(activity(wait, target))")
      appendEnders(of: target, wait, 1)
    } else {
      line(
        0,
        "\(name(wait.pid, wait.name, wait.tid)) has been waiting\(time(wait.duration)) for \(wait.mode == .any ? "any" : "all") of \(targets.count):"
      )
      for target in targets.prefix(Self.shownEnders) {
        line(1, WaitWords.participle(wait, target))
        appendEnders(of: target, wait, 2)
      }
      if targets.count > Self.shownEnders { line(1, "\(targets.count - Self.shownEnders) more") }
    }
  }

  private mutating func appendEnders(of target: WaitTarget, _ wait: ThreadWait, _ level: Int) {
    if target.isExternal, target.enders.isEmpty { return line(level, outside(target)) }
    for ender in target.enders.prefix(Self.shownEnders) { append(ender, of: target, wait, level) }
    let more = target.enders.count - Self.shownEnders
    if more > 0 {
      line(level, "\(more) more could \(target.enders.first.map { WaitWords.verb($0.deed) } ?? "")")
    }
    if target.isExternal { line(level, outside(target)) }
  }

  private mutating func append(_ ender: WaitEnder, of target: WaitTarget, _ wait: ThreadWait, _ level: Int) {
    if ender.pid == wait.pid {
      let number = ender.descriptor.map { " (fd \($0))" } ?? ""
      let whole = WaitWords.process(ender.pid, ender.name)
      if let tid = ender.tid { return line(level, "its thread \(tid) could \(WaitWords.verb(ender.deed))") }
      return line(
        level,
        ender.deed == .write && target.type == .pipe && target.enders.count == 1
          ? "nobody else has its write end open: \(whole) waits for itself\(number)"
          : "\(whole) itself could \(WaitWords.verb(ender.deed))\(number)")
    }
    let could = "\(name(ender.pid, ender.name, ender.tid ?? ender.pid)) could \(WaitWords.verb(ender.deed))"
    let waits = report.graph.allWaits(of: ender.pid).filter { ender.tid == nil || $0.tid == ender.tid }
    guard !report.graph.isFree(ender.pid) || ender.tid != nil, let next = waits.first else {
      let threads = report.graph.allWaits(of: ender.pid)
      guard let first = threads.first, let target = first.targets.first, threads.count == 1 else {
        return line(level, "\(could); it is not waiting")
      }
      return line(level, "\(could); it has been \(activity(first, target))")
    }
    if shown.contains(ender.pid) || level >= Self.depth { return line(level, "\(could); see above") }
    shown.insert(ender.pid)
    guard let target = next.targets.first else { return line(level, could) }
    let others = next.targets.count > 1 ? " and \(next.targets.count - 1) more" : ""
    line(level, "\(could); it has been \(activity(next, target))\(others)")
    for target in next.targets.prefix(Self.shownEnders) { appendEnders(of: target, next, level + 1) }
  }

  /// What a thread has been doing, for how long, and how full that is.
  private func activity(_ wait: ThreadWait, _ target: WaitTarget) -> String {
    "\(WaitWords.participle(wait, target))\(time(wait.duration))\(WaitWords.load(target))"
  }

  private func outside(_ target: WaitTarget) -> String {
    switch target.type {
    case .timer: "a timer ends that"
    case .signal: "a signal ends that"
    case .terminal: "a user can end that"
    case .network: "it can come from the network"
    case .stopped: "SIGCONT ends that"
    case .device: "a device can end that"
    default: "somebody who has not come yet can end that"
    }
  }

  // MARK: - What was found

  private mutating func append(_ deadlock: Deadlock) {
    let names = deadlock.pids.map { name($0, report.graph.snapshot.name(of: $0), $0) }.joined(separator: ", ")
    var sentence = "DEADLOCK of \(names): \(deadlock.reason)."
    if !deadlock.blocked.isEmpty {
      let count = deadlock.blocked.count
      let blocked = deadlock.blocked.map { name($0, report.graph.snapshot.name(of: $0), $0) }
      sentence += " \(count) more wait\(count == 1 ? "s" : "") for it: \(blocked.joined(separator: ", "))"
    }
    line(0, sentence)
  }

  private mutating func append(_ leak: Leak) {
    let holders = leak.holders.map { "\(WaitWords.process($0.pid, $0.name)) (fd \($0.descriptor))" }
    line(
      0,
      "LEAK of pipe \(leak.channel): \(WaitWords.process(leak.reader.pid, leak.reader.name)) (fd \(leak.reader.descriptor)) waits for its end, which \(holders.joined(separator: ", ")) keeps open without writing"
    )
  }

  private func name(_ pid: Int32, _ name: String, _ tid: Int32) -> String {
    tid == pid ? WaitWords.process(pid, name) : "\(WaitWords.process(pid, name)), thread \(tid),"
  }

  private func time(_ duration: UInt64?) -> String { duration.map { " for \(Quantity.time($0))" } ?? "" }

  /// Appends a line, in which what came from processes can do no harm.
  private mutating func line(_ level: Int, _ words: String) {
    let indent = String(repeating: "  ", count: level)
    var buffer = OutputBuffer(capacity: 256)
    var words = words
    words.withUTF8 { buffer.appendTerminalText($0) }
    let harmless = buffer.withBytes { String(decoding: $0, as: UTF8.self) }
    guard let width else {
      text += indent + colored(harmless) + "\n"
      return
    }
    var line = ""
    var room = width - indent.count
    for word in harmless.split(separator: " ") {
      if !line.isEmpty, line.count + 1 + word.count > room {
        text += indent + colored(line) + "\n"
        line = "  "
        // What goes on is a little further to the right.
        room = max(width - indent.count, 20)
        line += word
      } else {
        line += line.isEmpty ? String(word) : " \(word)"
      }
    }
    text += indent + colored(line) + "\n"
  }

  /// Only the words at a line's beginning are coloured, so that no process can pass for one.
  private func colored(_ line: String) -> String {
    guard isColored else { return line }
    for word in ["DEADLOCK", "LEAK"] where line.hasPrefix(word) {
      return "\u{1b}[1;31m\(word)\u{1b}[0m\(line.dropFirst(word.count))"
    }
    return line
  }
}
