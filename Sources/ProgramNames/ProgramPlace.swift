import PlainText
import RecordLayout

/// Where a BPF program belongs, as its name says: `LABEL__TABLE_SLOTS__KIND__VARIANT` (bpf/hooks/programs.h).
///
/// Names are read when the object is embedded, so that one that says nothing fails the build.
public struct ProgramPlace: Sendable, Equatable {
  /// Tables of programs, and what is attached itself.
  public enum Table: String, Sendable, CaseIterable {
    /// Attached to the ends and starts of syscalls.
    case hook
    /// Attached where processes and signals come and go.
    case trace
    /// Attached in the middle of calls, where the kernel has the tracepoint: without it, less is certain.
    case context
    /// Attached to requests of io_uring, where the kernel has the tracepoint.
    case request
    /// By syscall number, at its end.
    case exit
    /// By syscall number, at its start.
    case enter
    /// By tail-call stage, at the end of an operation.
    case exitStage = "exitstage"
    /// By tail-call stage, at the start of an operation.
    case enterStage = "enterstage"

    /// Whether its programs are attached, each to a tracepoint of its own.
    public var isAttached: Bool { !hasSlots }

    /// Whether a missing tracepoint is no error.
    public var isOptional: Bool { self == .context || self == .request }

    fileprivate var hasSlots: Bool {
      switch self {
      case .hook, .trace, .context, .request: false
      case .exit, .enter, .exitStage, .enterStage: true
      }
    }
  }

  /// What must be asked for so that the program is of use.
  public enum Purpose: Sendable, Equatable {
    /// Every kind.
    case any
    /// One kind (`enum ipc_kind`).
    case kind(UInt8)
    /// Any kind of unix sockets.
    case unix
    /// Any kind of sockets.
    case sockets
    /// Any kind that ipc(2) is a way to.
    case sysv
    /// Contents.
    case contents
    /// A trace of a command or of given processes.
    case processes
    /// A trace by names of processes.
    case comms
    /// A scope of cgroups.
    case cgroups
    /// What processes run.
    case images
    /// What becomes of the ends of channels.
    case lifecycle
    /// Signals that no process has sent, or that were refused.
    case kernelSignals
    /// Ends of processes.
    case exits

    /// Its word in names, but for kinds.
    static let words: [(word: String, purpose: Purpose)] = [
      ("any", .any), ("unix", .unix), ("sockets", .sockets), ("sysv", .sysv), ("contents", .contents),
      ("processes", .processes), ("comms", .comms), ("cgroups", .cgroups), ("images", .images),
      ("lifecycle", .lifecycle), ("kernelsignals", .kernelSignals), ("exits", .exits),
    ]
  }

  /// Type of program that it is compiled as.
  public enum Variant: String, Sendable, CaseIterable {
    /// Raw tracepoint.
    case raw
    /// Classic tracepoint.
    case classic
    /// The only one there is.
    case any
  }

  /// The table that leads to the program, or how it is attached.
  public let table: Table
  /// Entries of the table that lead to it.
  public let slots: [UInt32]
  /// Word in the place of slots: of a `context` or `request`, the category of its tracepoint.
  public let word: String?
  /// See ``Purpose``.
  public let purpose: Purpose
  /// See ``Variant``.
  public let variant: Variant

  /// Makes a place out of its parts, as the embedded list has them.
  public init(_ table: Table, _ slots: [UInt32], word: String? = nil, _ purpose: Purpose, _ variant: Variant)
  {
    self.table = table
    self.slots = slots
    self.word = word
    self.purpose = purpose
    self.variant = variant
  }

  /// Reads a program's name.
  ///
  /// - Throws: ``ProgramNameError`` that says which part is wrong.
  public init(programName: String) throws(ProgramNameError) {
    let parts = programName.parts(between: "__")
    guard parts.count == 4 else { throw ProgramNameError(programName, .form) }
    let words = parts[1].split(separator: "_")
    guard let first = words.first, let table = Table(rawValue: String(first)) else {
      throw ProgramNameError(programName, .table(String(words.first ?? "")))
    }
    let slots = words.dropFirst().compactMap { UInt32($0) }
    guard !table.hasSlots || (!slots.isEmpty && slots.count == words.count - 1) else {
      throw ProgramNameError(programName, .slots(String(parts[1])))
    }
    guard let purpose = Self.purpose(parts[2]) else {
      throw ProgramNameError(programName, .purpose(String(parts[2])))
    }
    guard let variant = Variant(rawValue: String(parts[3])) else {
      throw ProgramNameError(programName, .variant(String(parts[3])))
    }
    let behind = parts[1].dropFirst(first.count + 1)
    self.init(table, slots, word: behind.isEmpty || !slots.isEmpty ? nil : String(behind), purpose, variant)
  }

  private static func purpose(_ word: String) -> Purpose? {
    if let known = Purpose.words.first(where: { $0.word == word }) { return known.purpose }
    return kindWords.firstIndex { $0 == word }.map { .kind(UInt8($0)) }
  }

  /// The words of kinds in names, by number (`ipc_kind_word`).
  static let kindWords: [String] = (0..<IPC_KIND_COUNT.rawValue).map { number in
    ipc_kind_word(ipc_kind(rawValue: number)).map { String(cString: $0) } ?? ""
  }
}
