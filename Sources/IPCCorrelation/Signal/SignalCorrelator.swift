import IPCModel
import RecordLayout

/// Signals: one record is one event.
final class SignalCorrelator: KindCorrelator {
  private var vocabulary: SignalVocabulary?

  func take(_ record: UnsafeRawBufferPointer, header: ipc_header, into buffer: inout ReorderBuffer) {
    guard let (signal, _) = record.record(ipc_signal.self) else { return }
    let vocabulary = self.vocabulary ?? SignalVocabulary(in: &buffer.texts)
    self.vocabulary = vocabulary
    var event = Event(
      time: header.time, kind: .signal, source: Endpoint(header),
      destination: Endpoint(
        tgid: signal.target_tgid, tid: signal.target_tid, comm: signal.target_comm,
        thread: signal.target_thread, image: signal.target_image),
      count: 0)
    let isInScope = header.has(IPC_FLAG_IN_SCOPE) || signal.target_in_scope != 0
    if isInScope { event.traits.insert(.inScope) }
    event.set(Kind.Signal.number, to: UInt64(UInt32(bitPattern: signal.number)))
    event.set(Kind.Signal.name, to: vocabulary.name(of: signal.number))
    event.set(Kind.Signal.code, to: vocabulary.code(signal.code))
    if signal.has_value != 0 {
      let value = Int64(Int32(truncatingIfNeeded: signal.value))
      event.set(Kind.Signal.value, to: value)
      // A pointer does not fit into sival_int.
      let isPointer = signal.value >> 32 != 0 && Int64(bitPattern: signal.value) != value
      if isPointer { event.set(Kind.Signal.pointer, to: signal.value) }
    }
    event.set(Kind.Signal.target, to: signal.to_thread != 0 ? vocabulary.thread : vocabulary.process)
    event.set(Kind.Signal.result, to: vocabulary.result(signal.result))
    buffer.append(event, content: .none)
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

  /// si_code of signals that processes send (sigaction(2)), from 0 downwards.
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

  private let nameIDs: [TextID]
  private let codeIDs: [TextID]
  private let resultIDs: [TextID]
  private let other: TextID
  /// Sent to a process as a whole.
  let process: TextID
  /// Sent to one thread.
  let thread: TextID

  /// Enters the words.
  init(in texts: inout TextTable) {
    var names: [TextID] = []
    for number in 0...Self.last {
      let name =
        switch number {
        case 1...Self.names.count: Self.names[number - 1]
        case Self.firstRealTime: "SIGRTMIN"
        case (Self.firstRealTime + 1)...: "SIGRTMIN+\(number - Self.firstRealTime)"
        default: "SIG\(number)"
        }
      names.append(texts.add(name))
    }
    nameIDs = names
    codeIDs = Self.codes.map { texts.add($0) }
    resultIDs = (0...IPC_SIGNAL_LOSE_INFO.rawValue).map { texts.add(Self.word(for: $0)) }
    other = texts.add("other")
    process = texts.add("process")
    thread = texts.add("thread")
  }

  /// Name of a signal.
  func name(of number: Int32) -> TextID {
    nameIDs.indices.contains(Int(number)) ? nameIDs[Int(number)] : other
  }

  /// Name of an `si_code`.
  func code(_ code: Int32) -> TextID {
    // In 64 bits, because a process may send any code, and the smallest has no negative.
    codeIDs.indices.contains(-Int(code)) ? codeIDs[-Int(code)] : other
  }

  /// Name of what became of the signal.
  func result(_ result: UInt8) -> TextID {
    resultIDs.indices.contains(Int(result)) ? resultIDs[Int(result)] : other
  }
}
