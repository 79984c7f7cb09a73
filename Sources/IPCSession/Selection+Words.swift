import ByteOutput
import IPCFiltering
import IPCModel

extension Selection {
  /// What is asked of events, for people: `pipe, signal; either end is 1234(nginx)`.
  ///
  /// - Parameter command: Name of the traced command; empty if there is none.
  public func words(command: String) -> String {
    let hasAll = kinds.isSuperset(of: Kind.usual)
    let named = Kind.all.filter { kinds.contains($0) && !(hasAll && $0.row.isUsual) }
    let types = ((hasAll ? ["all types"] : []) + named.map(\.row.name.description)).joined(separator: ", ")
    let isOfCommand = criteria.contains(.commandTree)
    let scope =
      isOfCommand
      ? " of \(Self.escaped(command)) and its descendants" : criteria.isEmpty ? " of the whole system" : ""
    return ([types + scope] + criteria.compactMap(\.words)).joined(separator: "; ")
  }

  /// A text that cannot steer a terminal.
  fileprivate static func escaped(_ text: String) -> String {
    var text = text
    var output = OutputBuffer(capacity: 64)
    text.withUTF8 { output.append($0, .terminal) }
    return output.withBytes { String(decoding: $0, as: UTF8.self) }
  }
}

extension Criterion {
  /// Most pids or names that are spelled out.
  private static let mostShown = 8

  /// The condition; nil for that of the traced command, which is part of another sentence.
  fileprivate var words: String? {
    switch self {
    case .commandTree: nil
    case .descendants(let pids):
      "either end is \(Self.choice(pids.sorted().map(ProcessTable.words))) or a descendant"
    case .group(let group, _): group.words
    case .expression(let expression), .bothDirections(let expression):
      "where \(Selection.escaped(expression.text))"
    case .pids(let pids, let end): "\(end.words) is \(Self.choice(pids.sorted().map(ProcessTable.words)))"
    case .comms(let comms, let end):
      "\(end.words) is called \(Self.choice(comms.map(ProcessTable.words).sorted()))"
    }
  }

  fileprivate static func choice(_ words: [String]) -> String {
    let more = words.count - mostShown
    return (words.prefix(mostShown) + (more > 0 ? ["\(more) more"] : [])).joined(separator: " or ")
  }
}

extension ProcessGroup {
  fileprivate var words: String {
    switch self {
    case .users(let names): "either end runs as \(Self.choice(names))"
    case .cgroups(let paths): "either end is in the cgroup \(Self.choice(paths))"
    case .containers(let words): "either end is in the container \(Self.choice(words))"
    case .matching(let patterns): "either end is in the cgroup \(Self.choice(Set(patterns.map(\.text))))"
    }
  }

  private static func choice(_ words: Set<[UInt8]>) -> String {
    Criterion.choice(words.map { Selection.escaped(String(decoding: $0, as: UTF8.self)) }.sorted())
  }
}

extension Criterion.End {
  fileprivate var words: String {
    switch self {
    case .either: "either end"
    case .source: "the source"
    case .destination: "the destination"
    }
  }
}
