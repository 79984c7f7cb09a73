import IPCTop

/// Looks every few seconds whether processes wait for each other, and tells each deadlock once.
final class DeadlockWatch {
  private let looker: Looker?
  /// Deadlocks of the last look: one that stays is one, and two threads that have just missed each other are none.
  private var seen: Set<[Int32]> = []
  /// Deadlocks that were told and are still there.
  private var told: Set<[Int32]> = []

  /// Starts the process that looks.
  init() { looker = Looker() }

  /// Where answers come from; nil if nobody looks.
  var descriptor: Int32? { looker?.descriptor }

  /// Asks if it is time, and takes an answer.
  ///
  /// - Parameter now: The time, in nanoseconds of `CLOCK_MONOTONIC`.
  /// - Returns: What was found; nil if no answer has come.
  func look(now: UInt64) -> StuckProcesses? {
    guard let looker, !looker.isGone else { return nil }
    looker.askWhoWaits(now: now)
    for case .stuck(let stuck) in looker.answers(now: now) { return stuck }
    return nil
  }

  /// The processes of a deadlock that was there the last time, too, and has not been told; nil if there is none.
  ///
  /// - Parameter stuck: What was found, as far as it is of interest.
  func news(in stuck: StuckProcesses) -> [Int32]? {
    let deadlocks = Set(stuck.deadlocks.map { $0.pids.sorted() })
    let new = deadlocks.intersection(seen).subtracting(told)
    told = told.intersection(deadlocks).union(new)
    seen = deadlocks
    return new.min { $0.lexicographicallyPrecedes($1) }
  }
}
