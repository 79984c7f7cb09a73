import IPCModel

/// One thing that events must have to be shown: how it is tested, and how much of it the kernel can decide.
public enum Criterion: Sendable, Equatable {
  /// The end of a transfer that a criterion is about.
  public enum End: Sendable {
    /// Whichever meets it.
    case either
    /// Who sent.
    case source
    /// Who received.
    case destination
  }

  /// A process is one of these (`-p`, `-s`, `-d`).
  case pids(Set<Int32>, of: End)
  /// A process, its thread or its executable has one of these names (`-P`, `-S`, `-D`).
  case comms(Set<Comm>, of: End)
  /// A process of the traced command's tree took part (`-- command`); that is known in the kernel only.
  case commandTree
  /// One of these processes or of their descendants took part (`-p` with `--follow`); that is known in the kernel only.
  case descendants(of: Set<Int32>)
  /// A process of either end is of a group. The scope is how the kernel knows its members; `all` if it does not.
  case group(ProcessGroup, scope: ProcessScope)
  /// An expression is true (`--where`).
  case expression(WhereExpression)
  /// It is of a channel whose messages may meet an expression: both directions are wanted, and none is refused here.
  case bothDirections(of: WhereExpression)

  /// Whether an event meets it. An unknown end meets nothing.
  ///
  /// - Parameters:
  ///   - content: Bytes that were captured of it; nil if there are none.
  ///   - texts: Table that its texts are in.
  ///   - properties: What else it has if it stands for a message or a call.
  func isMet(
    by event: borrowing Event, content: UnsafeRawBufferPointer?, texts: borrowing TextTable,
    properties: (any WhereProperties)?
  ) -> Bool {
    if case .expression(let expression) = self {
      return expression.admits(event, content: content, texts: texts, properties: properties) ?? false
    }
    let (source, destination) = (event.source, event.destination)
    return switch self {
    case .expression: false
    case .bothDirections: true
    case .group(let group, _):
      Self.admits(group, source, texts.processes) || Self.admits(group, destination, texts.processes)
    case .commandTree, .descendants: event.traits.contains(.inScope)
    case .pids(let pids, .either): Self.admits(pids, source) || Self.admits(pids, destination)
    case .pids(let pids, .source): Self.admits(pids, source)
    case .pids(let pids, .destination): Self.admits(pids, destination)
    case .comms(let comms, .either):
      Self.admits(comms, source, texts.processes) || Self.admits(comms, destination, texts.processes)
    case .comms(let comms, .source): Self.admits(comms, source, texts.processes)
    case .comms(let comms, .destination): Self.admits(comms, destination, texts.processes)
    }
  }

  private static func admits(_ pids: Set<Int32>, _ end: Endpoint) -> Bool {
    end.pid >= 0 && pids.contains(end.pid)
  }

  private static func admits(_ comms: Set<Comm>, _ end: Endpoint, _ processes: borrowing KnownProcesses)
    -> Bool
  {
    if !end.isKnown { return false }
    if comms.contains(end.comm) { return true }
    if let thread = end.ownThread, comms.contains(thread) { return true }
    return processes.description(of: end)?.executableComm.map(comms.contains) ?? false
  }

  private static func admits(
    _ group: ProcessGroup, _ end: Endpoint, _ processes: borrowing KnownProcesses
  ) -> Bool {
    processes.description(of: end).map(group.includes) ?? false
  }

  /// What the kernel can know of events of a kind that meet it; nil if there are none.
  func scope(of kind: Kind) -> KindScope? {
    switch self {
    case .expression(let expression): expression.scope(of: kind)
    case .bothDirections(let expression): expression.scope(of: kind)?.ofBothDirections(kind)
    default: KindScope(processes: processes)
    }
  }

  /// Processes of which every event that meets it has at least one as an end, whatever its kind is.
  var processes: ProcessScope {
    switch self {
    case .commandTree: .tree
    case .descendants(let pids): .descendants(of: pids)
    case .pids(let pids, _): .pids(pids)
    case .comms(let comms, _): .comms(comms)
    case .group(_, let scope): scope
    case .expression, .bothDirections: .all
    }
  }
}

extension Criterion {
  /// Whether an event's traits tell whether it is met: the kernel has decided it.
  var isOfScope: Bool {
    switch self {
    case .commandTree, .descendants: true
    case .pids, .comms, .group, .expression, .bothDirections: false
    }
  }

  /// Whether it hangs on what the processes at both ends are.
  var asksForProcesses: Bool {
    switch self {
    case .comms, .group: true
    case .expression(let expression): expression.needsProcesses
    case .pids, .commandTree, .descendants, .bothDirections: false
    }
  }
}

/// What the user asked to see: events of some kinds that meet every criterion.
public struct Selection: Sendable, Equatable {
  /// Kinds to trace; never empty.
  public var kinds: Set<Kind>
  /// What else is asked of events.
  public var criteria: [Criterion] = []

  /// Whether it has to be known what processes run, for events to be chosen.
  public var wantsExecutables: Bool { criteria.contains(where: \.asksForProcesses) }

  /// Whether containers are chosen, which may be meant by their names.
  public var namesContainers: Bool {
    criteria.contains { criterion in
      switch criterion {
      case .group(.containers, _): true
      case .expression(let expression), .bothDirections(let expression): expression.asksForContainers
      default: false
      }
    }
  }

  /// Selects everything of some kinds.
  public init(kinds: Set<Kind>) { self.kinds = kinds }
}
