import IPCModel

/// Processes of which every event that passes the exact filter has at least one end.
///
/// The kernel lets through whatever such a process does, and whatever others do on the channels that it holds.
public enum ProcessScope: Sendable, Equatable {
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
  /// Processes in some cgroups, by their ids.
  case cgroups(CgroupScope)

  /// Processes in some cgroups, by the ids of these and of all that are below them, and in those made below them later.
  public static func cgroups(_ ids: Set<UInt64>) -> ProcessScope {
    .cgroups(CgroupScope(members: ids, growing: ids))
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
  private var breadth: Int {
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

  /// What lets through whatever both do: the narrower one, of equal ones the first. The kernel has one scope at a time.
  func both(_ other: ProcessScope) -> ProcessScope { other.breadth < breadth ? other : self }

  /// What lets through whatever one of them does.
  func either(_ other: ProcessScope) -> ProcessScope {
    switch (self, other) {
    case _ where self == other: self
    case (.pids(let some), .pids(let more)): .pids(some.union(more))
    case (.comms(let some), .comms(let more)): .comms(some.union(more))
    case (.users(let some), .users(let more)): .users(some.union(more))
    default: .all
    }
  }
}

/// Cgroups of version 2, by their ids.
public struct CgroupScope: Sendable, Equatable {
  /// Those whose processes are meant.
  public let members: Set<UInt64>
  /// Those whose later children, and children of these, become members.
  public let growing: Set<UInt64>

  /// Names cgroups.
  public init(members: Set<UInt64>, growing: Set<UInt64>) {
    self.members = members
    self.growing = growing
  }
}
