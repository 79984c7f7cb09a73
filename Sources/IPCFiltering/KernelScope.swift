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

  /// Chooses the criterion that narrows most.
  ///
  /// The tree comes first: whether an end belongs to it is known in the kernel only.
  public init(_ selection: Selection) {
    let pids = [selection.sourcePids, selection.destinationPids, selection.pids].first { !$0.isEmpty }
    let comms = [selection.sourceComms, selection.destinationComms, selection.comms].first { !$0.isEmpty }
    if selection.isTreeOnly {
      self = .tree
    } else if let pids {
      self = .pids(pids)
    } else if let comms {
      self = .comms(comms)
    } else {
      self = .all
    }
  }
}
