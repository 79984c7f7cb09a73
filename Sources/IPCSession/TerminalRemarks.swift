import Glibc

/// What a person at a terminal is told while a trace goes on: that it has begun, that nothing comes, for whom it still waits.
///
/// Programs that read standard error get none of it.
struct TerminalRemarks {
  private let selection: String
  private let hasCommand: Bool
  private var start: UInt64 = 0
  private var isSilenceTold = false
  /// When the command has ended.
  private var end: UInt64?
  private var isWaitTold = false

  /// How long nothing may come before that is told, in nanoseconds.
  private static let silence: UInt64 = 3_000_000_000
  /// How long the command's descendants may go on before they are told, so that those which only clean up are not.
  private static let grace: UInt64 = 500_000_000
  /// Most processes that are named.
  private static let mostNamed = 8

  /// Prepares for a trace; nil if standard error is no terminal, or nothing is to be said.
  init?(_ settings: TraceSettings) {
    guard !settings.isQuiet, isatty(STDERR_FILENO) == 1 else { return nil }
    hasCommand = !settings.command.isEmpty
    selection = settings.selection.words(command: settings.command.first ?? "")
  }

  /// Tells that the trace begins.
  mutating func begin(at now: UInt64) {
    start = now
    Diagnostics.write("ipcdump: tracing \(selection)" + (hasCommand ? "" : "; Ctrl-C ends it"))
  }

  /// Tells that nothing comes, if that is so for long enough.
  ///
  /// - Parameters:
  ///   - captured: Events that have passed.
  ///   - isWaiting: Whether the command has ended, and its descendants are waited for.
  /// - Returns: Whether it is time to tell for whom.
  mutating func look(at now: UInt64, captured: UInt64, isWaiting: Bool) -> Bool {
    if captured == 0, !isSilenceTold, !isWaitTold, now >= start + Self.silence {
      isSilenceTold = true
      Diagnostics.write("ipcdump: nothing has passed for 3 s: \(selection)")
    }
    guard isWaiting, !isWaitTold else { return false }
    let end = end ?? now
    self.end = end
    isWaitTold = now >= end + Self.grace
    return isWaitTold
  }

  /// Tells for whom the trace waits.
  ///
  /// - Parameters:
  ///   - count: How many descendants of the command there still are.
  ///   - pids: Which, if that is known.
  func tellWait(for count: Int, _ pids: [Int32]?) {
    if let line = Self.waiting(for: count, pids) { Diagnostics.write("ipcdump: \(line)") }
  }

  /// For whom a trace waits whose command has ended; nil if for nobody.
  static func waiting(for count: Int, _ pids: [Int32]?) -> String? {
    let count = pids?.count ?? count
    guard count > 0 else { return nil }
    let named = (pids ?? []).sorted().prefix(mostNamed).map(ProcessTable.words)
    let more = count - named.count
    let list = named + (more > 0 && !named.isEmpty ? ["\(more) more"] : [])
    return "waiting for \(count) descendant\(count == 1 ? "" : "s")"
      + (list.isEmpty ? "" : ": \(list.joined(separator: ", "))")
  }
}
