import IPCFiltering
import IPCModel
import KernelPrograms
import Libbpf
import ProgramNames

/// A program, and where it belongs.
struct PlacedProgram {
  let program: BPFProgram
  let place: ProgramPlace
  /// Whether the trace needs it.
  let isLoaded: Bool

  /// Whether it has a tracepoint of its own, instead of a place in a table.
  var isAttachable: Bool { place.table.isAttached }
}

extension ProgramPlace {
  /// Map that leads to the table's programs; nil for programs that are attached.
  var map: KernelMap? {
    switch table {
    case .hook, .trace, .context, .request: nil
    case .exit: .syscallExits
    case .enter: .syscallEnters
    case .exitStage: .exitStages
    case .enterStage: .enterStages
    }
  }

  /// Whether a trace of `selection` with `scope` needs the program.
  ///
  /// - Parameters:
  ///   - withContents: Whether contents are captured.
  ///   - extras: What is told besides.
  func isNeeded(
    for selection: Selection, scope: ProcessScope, withContents: Bool, extras: Extras = []
  ) -> Bool {
    switch purpose {
    case .any:
      switch table {
      case .trace: scope != .all
      case .hook: leadsToNeeded(for: selection)
      default: selection.kinds.contains { $0.row.hasDescriptors }
      }
    case .kind(let number): selection.kinds.contains(Kind(rawValue: number))
    case .unix: !selection.kinds.isDisjoint(with: Kind.unix)
    case .sockets: !selection.kinds.isDisjoint(with: Kind.sockets)
    case .sysv: !selection.kinds.isDisjoint(with: Kind.sysv)
    case .contents: withContents && selection.kinds.contains { $0.row.carriesBytes }
    case .processes: scope.isOfProcesses
    case .comms: if case .comms = scope { true } else { false }
    case .cgroups: if case .cgroups = scope { true } else { false }
    case .images: extras.contains(.images)
    case .lifecycle: extras.contains(.lifecycle) && selection.kinds.contains { $0.row.carriesBytes }
    case .exits: scope.isOfProcesses || extras.contains(.exits)
    case .kernelSignals: extras.contains(.kernelSignals) && selection.kinds.contains(.signal)
    }
  }

  /// Whether a hook, at the end or the start of syscalls, leads to any handler of a selected kind.
  private func leadsToNeeded(for selection: Selection) -> Bool {
    let handlers: Table = word == "enter" ? .enter : .exit
    return KernelPrograms.places.values.contains { place in
      place.table == handlers && place.isNeeded(for: selection, scope: .all, withContents: false)
    }
  }

  /// Whether the program is of the set for a program type at the syscalls, or of every set.
  func isVariant(of hook: Hook) -> Bool { variant == hook.variant || variant == .any }
}
