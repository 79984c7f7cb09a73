import Glibc
import IPCModel
import RecordLayout

/// Signals: one record is one event.
final class SignalCorrelator: KindCorrelator {
  private var vocabulary: SignalVocabulary?
  private let processName: @Sendable (Int32) -> Comm?

  /// - Parameter processName: Name of a process that runs.
  init(processName: @escaping @Sendable (Int32) -> Comm?) { self.processName = processName }

  func take(_ record: UnsafeRawBufferPointer, header: ipc_header, into buffer: inout ReorderBuffer) {
    guard let (signal, _) = record.record(ipc_signal.self) else { return }
    let vocabulary = self.vocabulary ?? SignalVocabulary(in: &buffer.texts)
    self.vocabulary = vocabulary
    var event = Event(
      time: header.time, kind: .signal, source: signal.is_from_kernel != 0 ? .kernel : Endpoint(header),
      destination: target(of: signal), count: 0)
    let isInScope = header.has(IPC_FLAG_IN_SCOPE) || signal.target_in_scope != 0
    if isInScope { event.traits.insert(.inScope) }
    event.set(Kind.Signal.number, to: UInt64(UInt32(bitPattern: signal.number)))
    event.set(Kind.Signal.name, to: vocabulary.name(of: signal.number))
    event.set(Kind.Signal.code, to: vocabulary.code(signal.code, of: signal.number))
    if signal.has_value != 0 {
      let value = Int64(Int32(truncatingIfNeeded: signal.value))
      event.set(Kind.Signal.value, to: value)
      // A pointer does not fit into sival_int.
      let isPointer = signal.value >> 32 != 0 && Int64(bitPattern: signal.value) != value
      if isPointer { event.set(Kind.Signal.pointer, to: signal.value) }
    }
    event.set(Kind.Signal.target, to: signal.to_thread != 0 ? vocabulary.thread : vocabulary.process)
    if signal.error == 0 {
      event.set(Kind.Signal.result, to: vocabulary.result(signal.result))
    } else {
      event.set(Kind.Signal.error, to: vocabulary.error(signal.error))
    }
    buffer.append(event, content: .none)
  }

  /// Whom a signal is for. What was refused has not come to its target, which the kernel has not named then.
  private func target(of signal: ipc_signal) -> Endpoint {
    var target = Endpoint(
      tgid: signal.target_tgid, tid: signal.target_tid, comm: signal.target_comm,
      thread: signal.target_thread,
      image: signal.target_image)
    if signal.error != 0 {
      let name = signal.target_tgid == 0 ? nil : processName(target.pid)
      target.comm = name ?? .unknown
      target.thread = target.comm
    }
    return target
  }
}

/// The words of signal events, entered once into the table of texts.
struct SignalVocabulary {
  private static let names = [
    "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGKILL", "SIGUSR1",
    "SIGSEGV", "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM", "SIGSTKFLT", "SIGCHLD", "SIGCONT", "SIGSTOP",
    "SIGTSTP",
    "SIGTTIN", "SIGTTOU", "SIGURG", "SIGXCPU", "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO",
    "SIGPWR",
    "SIGSYS",
  ]
  /// First real-time signal that the C library leaves to programs (`SIGRTMIN` in signal(7)); the kernel's is 32.
  private static let firstRealTime = 34
  private static let last = 64

  /// si_code of signals that processes send, or that come of what they have asked for (sigaction(2)), from 0 downwards.
  private static let codes = [
    "SI_USER", "SI_QUEUE", "SI_TIMER", "SI_MESGQ", "SI_ASYNCIO", "SI_SIGIO", "SI_TKILL", "SI_DETHREAD",
  ]
  /// What became of a signal.
  private static func word(for result: UInt32) -> String {
    switch result {
    case IPC_SIGNAL_DELIVERED.rawValue: "delivered"
    case IPC_SIGNAL_IGNORED.rawValue: "ignored"
    case IPC_SIGNAL_ALREADY_PENDING.rawValue: "pending"
    case IPC_SIGNAL_OVERFLOW_FAIL.rawValue, IPC_SIGNAL_LOSE_INFO.rawValue: "overflow"
    default: "other"
    }
  }

  /// Signals of which a positive si_code says more, and its words from 1 on (sigaction(2)).
  private static let causes: [(number: Int32, words: [String])] = [
    (
      4,
      [
        "ILL_ILLOPC", "ILL_ILLOPN", "ILL_ILLADR", "ILL_ILLTRP", "ILL_PRVOPC", "ILL_PRVREG", "ILL_COPROC",
        "ILL_BADSTK",
      ]
    ),
    (5, ["TRAP_BRKPT", "TRAP_TRACE", "TRAP_BRANCH", "TRAP_HWBKPT", "TRAP_UNK", "TRAP_PERF"]),
    (7, ["BUS_ADRALN", "BUS_ADRERR", "BUS_OBJERR", "BUS_MCEERR_AR", "BUS_MCEERR_AO"]),
    (
      8,
      [
        "FPE_INTDIV", "FPE_INTOVF", "FPE_FLTDIV", "FPE_FLTOVF", "FPE_FLTUND", "FPE_FLTRES", "FPE_FLTINV",
        "FPE_FLTSUB",
      ]
    ),
    (
      11,
      [
        "SEGV_MAPERR", "SEGV_ACCERR", "SEGV_BNDERR", "SEGV_PKUERR", "SEGV_ACCADI", "SEGV_ADIDERR",
        "SEGV_ADIPERR", "SEGV_MTEAERR", "SEGV_MTESERR", "SEGV_CPERR",
      ]
    ),
    (17, ["CLD_EXITED", "CLD_KILLED", "CLD_DUMPED", "CLD_TRAPPED", "CLD_STOPPED", "CLD_CONTINUED"]),
    (29, ["POLL_IN", "POLL_OUT", "POLL_MSG", "POLL_ERR", "POLL_PRI", "POLL_HUP"]),
    (31, ["SYS_SECCOMP", "SYS_USER_DISPATCH"]),
  ]
  /// si_code of what the kernel sends for no special cause (SI_KERNEL).
  private static let kernelCode: Int32 = 0x80

  /// Name of a signal.
  static func name(of number: Int) -> String {
    switch number {
    case 1...names.count: names[number - 1]
    case firstRealTime: "SIGRTMIN"
    case (firstRealTime + 1)...last: "SIGRTMIN+\(number - firstRealTime)"
    default: "SIG\(number)"
    }
  }

  private let nameIDs: [TextID]
  private let codeIDs: [TextID]
  private let resultIDs: [TextID]
  /// By signal, as ``causes``.
  private let causeIDs: [Int32: [TextID]]
  private let kernel: TextID
  private let refused: TextID
  private let other: TextID
  /// Sent to a process as a whole.
  let process: TextID
  /// Sent to one thread.
  let thread: TextID

  /// Enters the words.
  init(in texts: inout TextTable) {
    nameIDs = (0...Self.last).map { texts.add(Self.name(of: $0)) }
    codeIDs = Self.codes.map { texts.add($0) }
    resultIDs = (0...IPC_SIGNAL_LOSE_INFO.rawValue).map { texts.add(Self.word(for: $0)) }
    causeIDs = Dictionary(
      uniqueKeysWithValues: Self.causes.map { ($0.number, $0.words.map { texts.add($0) }) })
    kernel = texts.add("SI_KERNEL")
    refused = texts.add(ErrorName.of(EPERM))
    other = texts.add("other")
    process = texts.add("process")
    thread = texts.add("thread")
  }

  /// Name of a signal, as an entry of the table.
  func name(of number: Int32) -> TextID {
    nameIDs.indices.contains(Int(number)) ? nameIDs[Int(number)] : other
  }

  /// Name of an `si_code` of a signal.
  func code(_ code: Int32, of number: Int32) -> TextID {
    if code == Self.kernelCode { return kernel }
    if code > 0 {
      let causes = causeIDs[number] ?? []
      return causes.indices.contains(Int(code) - 1) ? causes[Int(code) - 1] : other
    }
    // In 64 bits, because a process may send any code, and the smallest has no negative.
    return codeIDs.indices.contains(-Int(code)) ? codeIDs[-Int(code)] : other
  }

  /// Name of the error by which a signal was refused.
  func error(_ number: UInt16) -> TextID { Int32(number) == EPERM ? refused : other }

  /// Name of what became of the signal.
  func result(_ result: UInt8) -> TextID {
    resultIDs.indices.contains(Int(result)) ? resultIDs[Int(result)] : other
  }
}
