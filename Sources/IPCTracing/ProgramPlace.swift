import IPCFiltering
import IPCModel
import Libbpf
import PlainText

/// Where a BPF program belongs, as its name tells: `LABEL__TABLE_SLOTS__KIND__VARIANT` (bpf/hooks/syscalls.h).
struct ProgramPlace: Equatable {
  /// Tables of programs, and what is attached itself: a `note` only where the kernel has the tracepoint.
  enum Table: String {
    case door
    case trace
    case note
    case exit
    case enter
    case exitFile = "exitfile"
    case enterFile = "enterfile"

    /// Map that leads to the table's programs; nil for programs that are attached.
    var map: String? {
      switch self {
      case .door, .trace, .note: nil
      case .exit: "syscall_exits"
      case .enter: "syscall_enters"
      case .exitFile: "exit_files"
      case .enterFile: "enter_files"
      }
    }
  }

  /// What must be asked for so that the program is of use.
  enum Purpose: Equatable {
    case any
    case kind(Kind)
    case unix
    case sockets
    case contents
    case tree
    case comms
  }

  let table: Table
  let slots: [UInt32]
  /// Word instead of slots: the category of a `note`'s tracepoint.
  let word: String?
  let purpose: Purpose
  let variant: String

  /// Reads a program's name; nil if it is none of this form (an iterator).
  init?(programName: String) {
    let parts = programName.parts(between: "__")
    guard parts.count == 4 else { return nil }
    let words = parts[1].split(separator: "_")
    guard let word = words.first, let table = Table(rawValue: String(word)) else { return nil }
    self.table = table
    slots = words.dropFirst().compactMap { UInt32($0) }
    let behind = parts[1].dropFirst(word.count + 1)
    self.word = behind.isEmpty || !slots.isEmpty ? nil : String(behind)
    variant = String(parts[3])
    switch parts[2] {
    case "any": self.purpose = .any
    case "unix": self.purpose = .unix
    case "sockets": self.purpose = .sockets
    case "contents": self.purpose = .contents
    case "tree": self.purpose = .tree
    case "comms": self.purpose = .comms
    default:
      guard
        let kind = Kind.all.first(where: { $0.row.name.description.with("_", for: "-") == parts[2] })
      else { return nil }
      self.purpose = .kind(kind)
    }
  }

  /// Whether a trace of `selection` with `scope` needs the program.
  ///
  /// - Parameter withContents: Whether contents are captured.
  func isNeeded(for selection: Selection, scope: KernelScope, withContents: Bool) -> Bool {
    switch purpose {
    case .any: table == .trace ? scope != .all : selection.kinds.contains { $0.row.carriesBytes }
    case .kind(let kind): selection.kinds.contains(kind)
    case .unix: !selection.kinds.isDisjoint(with: Kind.unix)
    case .sockets: !selection.kinds.isDisjoint(with: Kind.sockets)
    case .contents: withContents && selection.kinds.contains { $0.row.carriesBytes }
    case .tree: scope == .tree
    case .comms: if case .comms = scope { true } else { false }
    }
  }

  /// Whether the program is of the set for a program type at the syscalls, or of every set.
  func isVariant(of hook: Hook) -> Bool { variant == hook.variant || variant == "any" }
}
