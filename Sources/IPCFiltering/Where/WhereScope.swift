import IPCModel

extension WhereExpression {
  /// Kinds of which an event can be admitted; what is of another kind need not be recorded.
  public var kinds: Set<Kind> { root.kinds }

  /// Processes of which every event that is admitted has one as an end, as the kernel can choose them; `all` if it cannot.
  var scope: KernelScope { root.scope }
}

extension WhereExpression.Node {
  /// Kinds for which it can be true.
  fileprivate var kinds: Set<Kind> {
    switch self {
    case .and(let nodes): nodes.reduce(Set(Kind.all)) { $0.intersection($1.kinds) }
    case .or(let nodes): nodes.reduce([]) { $0.union($1.kinds) }
    case .not(let node): Set(Kind.all).subtracting(node.kindsAlways)
    case .comparison(let comparison): comparison.kinds
    }
  }

  /// Kinds for which it is true whatever else the event is.
  private var kindsAlways: Set<Kind> {
    switch self {
    case .and(let nodes): nodes.reduce(Set(Kind.all)) { $0.intersection($1.kindsAlways) }
    case .or(let nodes): nodes.reduce([]) { $0.union($1.kindsAlways) }
    case .not(let node): Set(Kind.all).subtracting(node.kinds)
    case .comparison(let comparison): comparison.kindsAlways
    }
  }

  fileprivate var scope: KernelScope {
    switch self {
    case .and(let nodes): nodes.map(\.scope).min { $0.breadth < $1.breadth } ?? .all
    case .or(let nodes): Self.union(nodes.map(\.scope))
    case .not: .all
    case .comparison(let comparison): comparison.scope
    }
  }

  /// What lets through whatever one of several scopes does.
  private static func union(_ scopes: [KernelScope]) -> KernelScope {
    var pids: Set<Int32> = []
    var comms: Set<Comm> = []
    for scope in scopes {
      switch scope {
      case .pids(let some): pids.formUnion(some)
      case .comms(let some): comms.formUnion(some)
      case .all, .tree, .descendants, .users, .cgroups: return .all
      }
    }
    // The kernel has one scope at a time.
    if comms.isEmpty { return .pids(pids) }
    return pids.isEmpty ? .comms(comms) : .all
  }
}

extension WhereComparison {
  /// Kinds of whose events, messages and calls it is true in any case.
  fileprivate var kindsAlways: Set<Kind> {
    field.form == .type ? Set(Kind.all.filter { admits($0) }) : []
  }

  fileprivate var kinds: Set<Kind> {
    var kinds: Set<Kind> = []
    for source in field.sources {
      switch source {
      case .message(WhereField.typeKey): if admitsMessages { return Set(Kind.all) }
      case .type: kinds.formUnion(Kind.all.filter { admits($0) })
      case .meta(let positions): kinds.formUnion(Kind.all.filter { positions[Int($0.rawValue)] >= 0 })
      case .count, .content: kinds.formUnion(Kind.all.filter(\.row.carriesBytes))
      // What a message is of is not known here.
      default: return Set(Kind.all)
      }
    }
    return kinds
  }

  fileprivate var scope: KernelScope {
    guard operation == .equal, !literals.isEmpty else { return .all }
    if field.sources.allSatisfy({ if case .pid = $0 { true } else { false } }) {
      let pids = literals.compactMap { $0.number.flatMap { Int32(exactly: $0) } }
      return pids.count == literals.count && pids.allSatisfy { $0 > 0 } ? .pids(Set(pids)) : .all
    }
    if field.sources.allSatisfy({ if case .comm = $0 { true } else { false } }),
      !literals.contains(where: \.isGlob)
    {
      return .comms(Set(literals.map { Comm(String(decoding: $0.text, as: UTF8.self)) }))
    }
    return .all
  }
}
