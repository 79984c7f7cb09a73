import IPCModel

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
  /// Processes of some names.
  case comms(Set<Comm>)

  /// Chooses the criterion that narrows most; of equal ones the first.
  public init(_ selection: Selection) {
    self = selection.criteria.map(\.scope).min { $0.breadth < $1.breadth } ?? .all
  }

  /// How much it usually lets through, as a rank. The tree comes first also because whether an end belongs to it is known
  /// in the kernel only.
  private var breadth: Int {
    switch self {
    case .tree: 0
    case .pids: 1
    case .comms: 2
    case .all: 3
    }
  }
}
