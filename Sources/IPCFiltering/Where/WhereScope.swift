import Glibc
import IPCModel

extension WhereExpression {
  /// Kinds of which an event can be admitted; what is of another kind need not be recorded.
  public var kinds: Set<Kind> { Set(Kind.all.filter { scope(of: $0) != nil }) }

  /// What the kernel can know of admitted events of a kind; nil if there are none.
  func scope(of kind: Kind) -> KindScope? { root.scope(of: kind, isNegated: false) }
}

extension WhereExpression.Node {
  /// What is known of an event of a kind for which it is true; if negated, for which it is not.
  fileprivate func scope(of kind: Kind, isNegated: Bool) -> KindScope? {
    switch self {
    case .not(let node): return node.scope(of: kind, isNegated: !isNegated)
    case .comparison(let comparison):
      return isNegated ? comparison.scopeOfOthers(of: kind) : comparison.scope(of: kind)
    case .and(let nodes), .or(let nodes):
      let scopes = nodes.map { $0.scope(of: kind, isNegated: isNegated) }
      // What is not both is either not the one or not the other.
      let isEither = if case .or = self { !isNegated } else { isNegated }
      return isEither
        ? scopes.reduce(nil) { KindScope.either($0, $1) } : scopes.reduce(.all) { KindScope.both($0, $1) }
    }
  }
}

extension WhereComparison {
  /// What is known of events of a kind for which it is true; nil if it is true of none.
  fileprivate func scope(of kind: Kind) -> KindScope? {
    guard canHold(for: kind) else { return nil }
    var scope = KindScope.all
    if field.isOf([.pid(.source), .pid(.destination)]) {
      scope.processes = pids
    } else if field.isOf([.comm(.source), .comm(.destination)]) {
      scope.processes = comms
    } else if field.isName {
      if kind == .pty { return canNameTerminal ? scope : nil }
      scope.names = names
    } else if let ends = field.ports {
      scope.ports.wanted = ports == .all ? nil : ports.map(ends.sets)
    } else if field.isAddress, kind == .loopbackTCP {
      scope.addresses = addresses
    }
    return scope
  }

  /// What is known of events of a kind for which it is not true; nil if it is true of all.
  fileprivate func scopeOfOthers(of kind: Kind) -> KindScope? {
    if isCertain(for: kind) { return nil }
    var scope = KindScope.all
    if canHold(for: kind), let ends = field.ports, let ports { scope.ports.unwanted = ends.sets(of: ports) }
    return scope
  }

  /// Whether it is true of all that is of a kind, messages and calls, too.
  private func isCertain(for kind: Kind) -> Bool { field.form == .type && admits(kind) }

  /// Whether it can be true of anything that is of a kind.
  private func canHold(for kind: Kind) -> Bool {
    field.sources.contains { source in
      switch source {
      case .message(WhereField.typeKey): admitsMessages
      case .type: admits(kind)
      case .meta(let positions): positions[Int(kind.rawValue)] >= 0
      case .count, .content: kind.row.carriesBytes
      // What a message is of is not known here.
      default: true
      }
    }
  }

  // MARK: - Processes

  private var pids: ProcessScope {
    guard operation == .equal else { return .all }
    let pids = literals.compactMap { $0.number.flatMap { Int32(exactly: $0) } }
    return pids.count == literals.count && pids.allSatisfy { $0 > 0 } ? .pids(Set(pids)) : .all
  }

  private var comms: ProcessScope {
    guard operation == .equal, !literals.contains(where: \.isGlob) else { return .all }
    return .comms(Set(literals.map { Comm(String(decoding: $0.text, as: UTF8.self)) }))
  }

  // MARK: - Channels

  /// Ports that it is true of; nil if that is not known.
  private var ports: PortSet? {
    let numbers = literals.compactMap(\.number)
    let (least, most) = (Int64(0), Int64(UInt16.max))
    // A number may be far outside of what ports there are.
    let bound = max(least - 1, min(most + 1, numbers.first ?? least))
    return switch operation {
    case .equal: PortSet(numbers)
    case .less: PortSet(least..<max(least, bound))
    case .lessOrEqual: PortSet(least..<max(least, bound + 1))
    case .greater: PortSet(min(most + 1, bound + 1)..<most + 1)
    case .greaterOrEqual: PortSet(max(least, bound)..<most + 1)
    case .exists: .all
    case .matches, .contains: nil
    }
  }

  /// Names that it can be true of; nil if it can be true of a channel that has none.
  private var names: NameScope? {
    switch operation {
    case .equal:
      literals.reduce(NameScope([]) as NameScope?) {
        $0.either(NameScope(equalTo: $1.text, isGlob: $1.isGlob))
      }
    case .matches, .contains: NameScope.anonymous.withUnsafeBytes { accepts($0) } ? nil : .named
    default: nil
    }
  }

  /// Whether a terminal, which is called `pts/3`, can have the name.
  private var canNameTerminal: Bool {
    guard operation == .equal else { return true }
    return literals.contains { literal in literal.text.first.map { !"/@".utf8.contains($0) } ?? true }
  }

  /// Addresses that it can be true of; nil if that is not known.
  private var addresses: Set<InternetAddress>? {
    guard operation == .equal, !literals.contains(where: \.isGlob) else { return nil }
    let addresses = literals.compactMap { InternetAddress($0.text) }
    return addresses.count == literals.count ? Set(addresses) : nil
  }
}

extension WhereField {
  /// Whether it has no other sources than these.
  fileprivate func isOf(_ some: [Source]) -> Bool { sources.allSatisfy(some.contains) }

  /// Whether it is the name of a channel: that of a unix socket or FIFO, which the kernel can compare, or of a terminal.
  var isName: Bool { ["path", "pipe_name", "tty_name"].contains(name) }

  /// Whether it is the address of an end.
  fileprivate var isAddress: Bool { ["addr", "src_addr", "dst_addr"].contains(name) }

  /// The ends whose ports it is.
  fileprivate var ports: PortEnds? {
    switch name {
    case "port": [.source, .destination]
    case "src_port": .source
    case "dst_port": .destination
    default: nil
    }
  }
}

/// Ends of a transfer that a field is about.
private struct PortEnds: OptionSet {
  let rawValue: UInt8

  static let source = PortEnds(rawValue: 1)
  static let destination = PortEnds(rawValue: 2)

  func sets(of ports: PortSet) -> PortScope.Ends {
    PortScope.Ends(
      source: contains(.source) ? ports : PortSet(), destination: contains(.destination) ? ports : PortSet())
  }
}

extension InternetAddress {
  /// Reads an address as inet_ntop(3) writes it; nil for any other text.
  init?(_ text: [UInt8]) {
    let text = String(decoding: text, as: UTF8.self)
    var bytes = [UInt8](repeating: 0, count: 16)
    if inet_pton(AF_INET6, text, &bytes) == 1 {
      self.bytes = bytes
      return
    }
    var ipv4 = [UInt8](repeating: 0, count: 4)
    guard inet_pton(AF_INET, text, &ipv4) == 1 else { return nil }
    self.bytes = [UInt8](repeating: 0, count: 10) + [0xff, 0xff] + ipv4
  }
}
