import IPCModel

/// The exact decision, made once on every finished event.
///
/// A class, so that the call for each event copies none of its sets.
public final class EventFilter: Sendable {
  private let criteria: [Criterion]
  private let kinds: UInt64

  /// Whether it hangs on what the processes at both ends are.
  public let asksForProcesses: Bool

  /// Compiles a selection.
  ///
  /// - Parameter isTracing: Whether the events come from a kernel whose scope is that of the selection. Who is of a group
  ///   at the moment of an event is known there only, and told as with a command's tree.
  public init(_ selection: Selection, isTracing: Bool = false) {
    let scope = KernelScope(selection)
    criteria = selection.criteria.map { criterion in
      guard isTracing, case .group(_, scope) = criterion, scope != .all else { return criterion }
      return .commandTree
    }
    asksForProcesses = criteria.contains(where: \.asksForProcesses)
    kinds = selection.kinds.reduce(0) { $0 | 1 << UInt64($1.rawValue) }
  }

  /// Whether an event is to be shown.
  ///
  /// - Parameters:
  ///   - content: Bytes that were captured of it; nil if there are none.
  ///   - texts: Table that its texts are in.
  ///   - properties: What else it has if it stands for a message or a call.
  public func passes(
    _ event: borrowing Event, content: UnsafeRawBufferPointer? = nil, texts: borrowing TextTable,
    properties: (any WhereProperties)? = nil
  ) -> Bool {
    if !has(event.kind) { return false }
    for index in criteria.indices
    where !criteria[index].isMet(by: event, content: content, texts: texts, properties: properties) {
      return false
    }
    return true
  }

  /// Whether a loss is to be reported: what is lost of a kind that nobody has asked for would not have been noticed.
  public func passes(_ loss: Loss) -> Bool { loss.kind.map(has) ?? true }

  private func has(_ kind: Kind) -> Bool { kinds & (1 << UInt64(kind.rawValue)) != 0 }
}

/// The coarse filter that the BPF programs apply, so that what nobody wants to see costs next to nothing.
///
/// It names processes of which every event that passes the exact filter has at least one end. The kernel then lets
/// through whatever such a process does, and whatever others do on the channels that it holds.
public enum KernelScope: Sendable, Equatable {
  /// Everything.
  case all
  /// The traced command and its descendants.
  case tree
  /// Some processes.
  case pids(Set<Int32>)
  /// Some processes and their descendants.
  case descendants(of: Set<Int32>)
  /// Processes of some names.
  case comms(Set<Comm>)
  /// Processes of some users, by the effective one.
  case users(Set<UInt32>)
  /// Processes in some cgroups, by the ids of these and of all that are below them, and in those made below them later.
  case cgroups(Set<UInt64>)

  /// Chooses the criterion that narrows most; of equal ones the first.
  public init(_ selection: Selection) {
    self = selection.criteria.map(\.scope).min { $0.breadth < $1.breadth } ?? .all
  }

  /// Whether it is of processes that the kernel counts: a trace of them ends when they are gone.
  public var isOfProcesses: Bool {
    switch self {
    case .tree, .pids, .descendants: true
    case .comms, .users, .cgroups, .all: false
    }
  }

  /// Whether whoever is made by a process of the scope enters it, too.
  public var followsChildren: Bool {
    switch self {
    case .tree, .descendants: true
    case .pids, .comms, .users, .cgroups, .all: false
    }
  }

  /// Processes that are in the scope when the trace begins; nil if none is given.
  public var givenPids: Set<Int32>? {
    switch self {
    case .pids(let pids), .descendants(let pids): pids
    case .tree, .comms, .users, .cgroups, .all: nil
    }
  }

  /// A rank by how much it usually lets through. Trees come first also because whether an end belongs to one is known in
  /// the kernel only, and groups before pids and names, which events tell themselves.
  var breadth: Int {
    switch self {
    case .tree: 0
    case .descendants: 1
    case .cgroups: 2
    case .users: 3
    case .pids: 4
    case .comms: 5
    case .all: 6
    }
  }
}
