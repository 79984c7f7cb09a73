import IPCModel

extension WhereExpression {
  /// What all that is admitted has at one end: a user, or a cgroup. The kernel knows who has it at the moment of a transfer.
  public struct Parts {
    /// Each must be met.
    public var groups: [ProcessGroup] = []
    /// What else is asked; nil if that is all.
    public var rest: WhereExpression?
  }

  /// Takes comparisons with users and cgroups out of the expression that all else is joined to by `and`.
  ///
  /// - Parameter isKnown: Whether the kernel can be asked for a group.
  public func parted(where isKnown: (ProcessGroup) -> Bool) -> Parts {
    var parts = Parts()
    var rest: [Node] = []
    for node in root.joined {
      if case .comparison(let comparison) = node, let group = comparison.group, isKnown(group) {
        parts.groups.append(group)
      } else {
        rest.append(node)
      }
    }
    if !rest.isEmpty { parts.rest = WhereExpression(text, rest.count == 1 ? rest[0] : .and(rest)) }
    return parts
  }
}

extension WhereExpression.Node {
  /// Parts that must all be true.
  fileprivate var joined: [WhereExpression.Node] {
    if case .and(let nodes) = self { nodes.flatMap(\.joined) } else { [self] }
  }
}

extension WhereComparison {
  /// The group that one end must be of for it to be true; nil if it asks for something else.
  fileprivate var group: ProcessGroup? {
    guard operation == .equal, !literals.isEmpty else { return nil }
    switch field.name {
    case "user":
      return literals.contains(where: \.isGlob) ? nil : .users(Set(literals.map(\.text)))
    case "cgroup":
      let patterns = literals.compactMap { CgroupPattern($0.text, isGlob: $0.isGlob) }
      return patterns.count == literals.count ? .matching(Set(patterns)) : nil
    default: return nil
    }
  }
}

/// Cgroups that are equal to a text.
public enum CgroupPattern: Sendable, Hashable {
  /// The one of that path.
  case itself([UInt8])
  /// All below it.
  case below([UInt8])

  /// Reads a path, or one with `/*` behind it; nil for any other text.
  init?(_ text: [UInt8], isGlob: Bool) {
    guard text.first == UInt8(ascii: "/") else { return nil }
    guard isGlob else {
      self = .itself(text)
      return
    }
    // Of the root, `*` may stand for nothing, too.
    let path = text.dropLast(2)
    guard !path.isEmpty, text.suffix(2).elementsEqual("/*".utf8),
      !path.contains(where: { WhereLiteral.wildcards.contains($0) })
    else { return nil }
    self = .below(Array(path))
  }

  /// As it is written.
  public var text: [UInt8] {
    switch self {
    case .itself(let path): path
    case .below(let path): path + Array("/*".utf8)
    }
  }

  /// Whether a cgroup is of the pattern.
  func matches(_ cgroup: [UInt8]) -> Bool {
    switch self {
    case .itself(let path): cgroup == path
    case .below(let path): cgroup != path && CgroupPath.isInside(cgroup, path)
    }
  }
}
