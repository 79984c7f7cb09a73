import IPCModel

/// Edges below the processes, or the containers, that they are of.
struct EdgeTree {
  /// By what edges are put together.
  enum Grouping {
    case process, container
  }

  /// What a branch is of.
  enum Branch: Hashable {
    case process(Int32)
    /// Nil for what is in none.
    case container([UInt8]?)
  }

  /// A line.
  enum Line {
    case branch(Branch, name: String, depth: Int, isOpen: Bool, sum: Sum)
    case edge(EdgeRow, depth: Int)
  }

  /// What a branch's edges have together.
  struct Sum {
    var edges = 0
    var messages: UInt64 = 0, messageRate: UInt64 = 0, byteRate: UInt64 = 0, unread: UInt64 = 0
    var isOdd = false

    mutating func add(_ row: EdgeRow) {
      edges += 1
      messages += row.messages
      messageRate += row.messageRate
      byteRate += row.byteRate
      unread += row.unread ?? 0
      if !row.lints.isEmpty { isOdd = true }
    }
  }

  /// The lines, from top to bottom.
  private(set) var lines: [Line] = []

  /// Puts lines together.
  ///
  /// - Parameters:
  ///   - rows: The edges, in order, which those below a branch keep.
  ///   - grouping: By what.
  ///   - closed: Branches whose edges are not shown.
  init(_ rows: [EdgeRow], by grouping: Grouping, closed: Set<Branch>) {
    switch grouping {
    case .process: addProcesses(rows, depth: 0, closed)
    case .container:
      var order: [[UInt8]?] = []
      var groups: [[UInt8]?: [EdgeRow]] = [:]
      for row in rows {
        for container in Set([row.containers.source, row.containers.destination]) {
          if groups[container] == nil { order.append(container) }
          groups[container, default: []].append(row)
        }
      }
      for container in order {
        let branch = Branch.container(container)
        let isOpen = !closed.contains(branch)
        let own = groups[container] ?? []
        let name = container.map { "container \(ShownText.escaped($0))" } ?? "host"
        lines.append(.branch(branch, name: name, depth: 0, isOpen: isOpen, sum: Self.sum(own)))
        if isOpen { addProcesses(own, depth: 1, closed) { $0 == container } }
      }
    }
  }

  private mutating func addProcesses(
    _ rows: [EdgeRow], depth: Int, _ closed: Set<Branch>,
    where belongs: ([UInt8]?) -> Bool = { _ in true }
  ) {
    var order: [Int32] = []
    var groups: [Int32: [EdgeRow]] = [:]
    var names: [Int32: Endpoint] = [:]
    for row in rows {
      var ends: [Endpoint] = []
      if belongs(row.containers.source) { ends.append(row.source) }
      let isOther = row.source.pid != row.destination.pid && row.isDelivered
      if isOther, belongs(row.containers.destination) { ends.append(row.destination) }
      for end in ends {
        if groups[end.pid] == nil { order.append(end.pid) }
        groups[end.pid, default: []].append(row)
        names[end.pid] = end
      }
    }
    for pid in order {
      let branch = Branch.process(pid)
      let own = groups[pid] ?? []
      let isOpen = !closed.contains(branch)
      let name = names[pid].map { ShownText.process($0) } ?? "\(pid)"
      lines.append(.branch(branch, name: name, depth: depth, isOpen: isOpen, sum: Self.sum(own)))
      if isOpen { lines += own.map { .edge($0, depth: depth + 1) } }
    }
  }

  private static func sum(_ rows: [EdgeRow]) -> Sum {
    rows.reduce(into: Sum()) { $0.add($1) }
  }
}

extension EdgeLayout {
  /// Puts a line of a tree into a row.
  func put(_ line: EdgeTree.Line, _ grid: inout CellGrid, row: Int) {
    switch line {
    case .edge(let edge, let depth): put(edge, &grid, row: row, indent: 2 * depth)
    case .branch(_, let name, let depth, let isOpen, let sum):
      if sum.isOdd { grid.put("!", row: row, column: 0, style: .caution) }
      let numbers = places.first { $0.column.isNumeric }?.start ?? grid.size.columns
      let head = String(repeating: " ", count: 2 * depth) + (isOpen ? "▾ " : "▸ ") + name
      let end = grid.put(
        head, row: row, column: Self.margin, width: numbers - Self.margin - 12, style: .heading)
      grid.put(
        "  \(sum.edges) edge\(sum.edges == 1 ? "" : "s")", row: row, column: end, width: numbers - end - 1,
        style: .dim)
      for place in places where place.column.isNumeric {
        let text =
          switch place.column {
          case .messageRate: Figure.count(sum.messageRate)
          case .byteRate: Figure.count(sum.byteRate)
          case .messages: Figure.count(sum.messages)
          case .unread: sum.unread > 0 ? Figure.count(sum.unread) : "-"
          default: ""
          }
        grid.put(ShownText.cell(text, place.width, isNumber: true), row: row, column: place.start)
      }
    }
  }
}
