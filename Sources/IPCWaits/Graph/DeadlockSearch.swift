/// Finds the strongly connected parts of the stuck threads that nothing leaves, by Tarjan's algorithm (R. Tarjan,
/// Depth-first search and linear graph algorithms, 1972), without recursion: a chain of waits can be long.
///
/// Between threads stand processes, since most waits are for any thread of one: a thread leads to processes, and a process
/// to all its threads.
struct DeadlockSearch {
  private enum Node: Hashable {
    case thread(Int32)
    case process(Int32)
  }

  /// Where the ways out of a part lead in the end.
  private enum Fate {
    case deadlock(Int)
    case several
  }

  /// The deadlocks, without reasons.
  private(set) var deadlocks: [Deadlock] = []
  /// Of each stuck thread all of whose ways out lead to one deadlock: which. Those in it are not told.
  private(set) var fates: [Int32: Int] = [:]

  private let graph: WaitGraph
  private var numbers: [Node: Int] = [:]
  private var parts: [Node: Int] = [:]
  private var partFates: [Fate] = []

  init(_ graph: WaitGraph) {
    self.graph = graph
    for wait in graph.waits where wait.isStuck && numbers[.thread(wait.tid)] == nil {
      visit(.thread(wait.tid))
    }
    for index in deadlocks.indices { deadlocks[index].blocked = blocked(by: index) }
  }

  private func successors(of node: Node) -> [Node] {
    switch node {
    case .process(let pid): return graph.stuckWaits(of: pid).map { .thread($0.tid) }
    case .thread(let tid):
      guard let wait = graph.wait(of: tid) else { return [] }
      return wait.targets.lazy.filter { !graph.canEnd($0) }.flatMap(\.enders).map { ender in
        ender.tid.map { .thread($0) } ?? .process(ender.pid)
      }
    }
  }

  private mutating func visit(_ root: Node) {
    var lows: [Node: Int] = [:]
    var open: [Node] = []
    var path: [(node: Node, successors: [Node], next: Int)] = []
    var entered: Node? = root
    while true {
      if let node = entered {
        lows[node] = numbers.count
        numbers[node] = numbers.count
        open.append(node)
        path.append((node, successors(of: node), 0))
        entered = nil
      }
      guard let last = path.indices.last else { return }
      let node = path[last].node
      if path[last].next < path[last].successors.count {
        let successor = path[last].successors[path[last].next]
        path[last].next += 1
        if numbers[successor] == nil {
          entered = successor
        } else if parts[successor] == nil {
          lows[node] = min(lows[node] ?? 0, numbers[successor] ?? 0)
        }
        continue
      }
      path.removeLast()
      if let above = path.last?.node { lows[above] = min(lows[above] ?? 0, lows[node] ?? 0) }
      guard lows[node] == numbers[node] else { continue }
      var part: [Node] = []
      while let member = open.popLast() {
        part.append(member)
        if member == node { break }
      }
      close(part)
    }
  }

  /// Takes a part; all that it leads to have been taken before.
  private mutating func close(_ part: [Node]) {
    for node in part { parts[node] = partFates.count }
    var fate: Fate?
    for successor in part.flatMap({ self.successors(of: $0) }) {
      guard let other = parts[successor], other < partFates.count else { continue }
      switch (fate, partFates[other]) {
      case (nil, let first): fate = first
      case (.deadlock(let one), .deadlock(let another)) where one == another: continue
      default: fate = .several
      }
    }
    let tids = part.compactMap { node in
      if case .thread(let tid) = node { tid } else { nil as Int32? }
    }.sorted()
    if let fate {
      partFates.append(fate)
      if case .deadlock(let index) = fate { for tid in tids { fates[tid] = index } }
      return
    }
    partFates.append(.deadlock(deadlocks.count))
    let pids = Set(tids.compactMap { graph.wait(of: $0)?.pid }).sorted()
    deadlocks.append(
      Deadlock(pids: pids, threads: tids, shape: shape(of: tids, pids), reason: "", blocked: []))
  }

  private func shape(of tids: [Int32], _ pids: [Int32]) -> Deadlock.Shape {
    if pids.count == 1 { return .alone }
    let isCycle = tids.allSatisfy { tid in
      var others: Set<Node> = []
      for node in successors(of: .thread(tid)) {
        if case .thread = node { others.insert(node) } else { others.formUnion(successors(of: node)) }
      }
      others.remove(.thread(tid))
      return others.count == 1
    }
    return isCycle ? .cycle : .knot
  }

  /// Processes all of whose threads lead to a deadlock and to nothing else.
  private func blocked(by index: Int) -> [Int32] {
    let members = Set(deadlocks[index].pids)
    var candidates: Set<Int32> = []
    for (tid, fate) in fates where fate == index {
      if let pid = graph.wait(of: tid)?.pid, !members.contains(pid) { candidates.insert(pid) }
    }
    return candidates.filter { pid in
      graph.snapshot.threads(of: pid).allSatisfy { place in
        fates[graph.snapshot.threads[place].tid] == index
      }
    }.sorted()
  }
}
