import IPCModel

/// Names of which one is the channel's if an event passes the exact filter: of a FIFO, or of a unix socket at either end.
public struct NameScope: Sendable, Equatable {
  /// What a name is compared with; a path from `/` on, or `@` and the bytes of an abstract name.
  public enum Pattern: Sendable, Hashable {
    /// The name itself.
    case whole([UInt8])
    /// How it begins; of a path up to a slash.
    case prefix([UInt8])

    /// Whether a name is of the pattern.
    func matches(_ name: [UInt8]) -> Bool {
      switch self {
      case .whole(let text): name == text
      case .prefix(let text): name.starts(with: text)
      }
    }
  }

  /// Any of them will do.
  public var patterns: Set<Pattern>

  /// Names patterns.
  public init(_ patterns: Set<Pattern>) { self.patterns = patterns }

  /// Any channel that has a name.
  static let named = NameScope([.prefix([slash]), .prefix([at])])

  /// Whether the kernel lets a channel through, by the names of both ends; nil for one that has none.
  public func admits(_ names: [UInt8]?...) -> Bool {
    names.contains { name in name.map { name in patterns.contains { $0.matches(name) } } ?? false }
  }

  /// What channels that have no name are called.
  static let anonymous = Array("<anonymous>".utf8)
  private static let slash = UInt8(ascii: "/")
  private static let at = UInt8(ascii: "@")

  /// Names that a pattern of `==` can be equal to; nil if it can be equal to that of a channel without a name.
  ///
  /// - Parameter isGlob: Whether the text has signs that stand for other characters.
  init?(equalTo text: [UInt8], isGlob: Bool) {
    guard isGlob else {
      if text == Self.anonymous { return nil }
      self.init([.whole(text)])
      return
    }
    if Self.anonymous.withUnsafeBytes({ Glob.matches(text, $0) }) { return nil }
    let fixed = text.prefix { !WhereLiteral.wildcards.contains($0) }
    switch fixed.first {
    case Self.at: self.init([.prefix(Array(fixed))])
    case Self.slash:
      let folder = fixed[...(fixed.lastIndex(of: Self.slash) ?? fixed.startIndex)]
      self.init([.prefix(Array(folder))])
    case nil: self = .named
    default: self.init([])
    }
  }
}

extension NameScope? {
  /// What lets through whatever both do: the one with fewer patterns.
  func both(_ other: NameScope?) -> NameScope? {
    [self, other].compactMap { $0 }.min { $0.patterns.count < $1.patterns.count }
  }

  /// What lets through whatever one of them does.
  func either(_ other: NameScope?) -> NameScope? {
    guard let self, let other else { return nil }
    return NameScope(self.patterns.union(other.patterns))
  }
}
