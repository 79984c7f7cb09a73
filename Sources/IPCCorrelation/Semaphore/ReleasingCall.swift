import IPCModel

/// A call on semaphores, and the threads that were woken in it.
///
/// The kernel does in it, one after the other, what becomes possible for those that wait: what one of them had waited to
/// do may be what lets the next one go on. It wakes them in that order; only those that wait for a 0 come before the one
/// that has made it (update_queue, ipc/sem.c).
struct ReleasingCall {
  /// Who let a thread go on, and by what.
  struct Cause: Equatable {
    /// The place of another woken thread; nil for the call itself.
    var thread: Int?
    /// The semaphore that was waited for last.
    var number: UInt16
    /// What its operation added to that in all; nil if that is not known.
    var delta: Int?
    /// Whether other answers would do, too.
    var isInferred = false
  }

  /// The set, by its id and its key.
  let set: (id: UInt64, key: Int32)
  /// The woken threads, by their place.
  private(set) var releases: [Int: SemaphoreRelease] = [:]
  /// Places of those that have been told.
  private(set) var told: Set<Int> = []
  private(set) var lastTime: UInt64 = 0

  init(on set: (id: UInt64, key: Int32)) { self.set = set }

  var isDone: Bool { told.count == releases.count }

  /// Those that are still to be told, in the order in which they were woken.
  var untold: [SemaphoreRelease] {
    releases.values.filter { !told.contains($0.order) }.sorted { $0.order < $1.order }
  }

  mutating func append(_ release: SemaphoreRelease) {
    releases[release.order] = release
    lastTime = max(lastTime, release.time)
  }

  mutating func tell(_ order: Int) { told.insert(order) }

  /// Whether all that was woken before a thread is known.
  func isComplete(before order: Int) -> Bool { (0..<order).allSatisfy { releases[$0] != nil } }

  /// Who let a thread go on; nil if nothing that is known has.
  func cause(of order: Int) -> Cause? {
    guard let release = releases[order] else { return nil }
    var found: [Cause] = []
    for candidate in candidates(for: release) {
      let changes = candidate.map { releases[$0]?.operations ?? [] } ?? release.changes
      for operation in release.operations where Self.helps(changes, operation) {
        found.append(
          Cause(thread: candidate, number: operation.number, delta: changes.sum(of: operation.number)))
      }
    }
    guard let first = found.first else { return nil }
    if found.count == 1 { return first }
    if let replayed = replay(release, found) { return replayed }
    var guess = found.last { $0.thread != nil } ?? first
    guess.isInferred = found.contains { $0.thread != guess.thread }
    return guess
  }

  /// Whose operations can have let a thread go on, in the order in which they were done: the call's own, those of threads
  /// that were woken before it and, if it waits for a 0, of the next one.
  private func candidates(for release: SemaphoreRelease) -> [Int?] {
    let waitsForZero = release.operations.contains { $0.amount == 0 }
    let last = release.order + (waitsForZero ? 1 : -1)
    let others = releases.keys.filter { $0 <= last && $0 != release.order }
    return [nil] + others.sorted()
  }

  /// Whether changes bring an operation nearer to what it waits for.
  private static func helps(_ changes: [SemaphoreRelease.Change], _ operation: SemaphoreRelease.Change)
    -> Bool
  {
    let sum = changes.sum(of: operation.number)
    return operation.amount < 0 ? sum > 0 : operation.amount == 0 && sum < 0
  }

  /// The first of several causes after which a thread could go on, and the operation that could not be done just before;
  /// nil if the values do not say so.
  private func replay(_ release: SemaphoreRelease, _ found: [Cause]) -> Cause? {
    guard release.hasValues, release.hasAllChanges, isComplete(before: releases.count) else { return nil }
    var values: [UInt16: Int] = [:]
    for operation in release.operations {
      // What they were before the call.
      let all = releases.values.reduce(release.changes.sum(of: operation.number)) {
        $0 + $1.operations.sum(of: operation.number)
      }
      values[operation.number] = operation.value - all
    }
    for candidate in candidates(for: release) {
      let blocked = Self.firstBlocked(release.operations, values)
      let changes = candidate.map { releases[$0]?.operations ?? [] } ?? release.changes
      for number in values.keys { values[number]? += changes.sum(of: number) }
      guard let blocked, Self.firstBlocked(release.operations, values) == nil else { continue }
      return found.first { $0.thread == candidate && $0.number == blocked }
    }
    return nil
  }

  /// The semaphore of the first operation that cannot be done; nil if all can.
  private static func firstBlocked(_ operations: [SemaphoreRelease.Change], _ values: [UInt16: Int])
    -> UInt16?
  {
    var values = values
    for operation in operations {
      let value = values[operation.number] ?? 0
      if operation.amount == 0 ? value != 0 : value + operation.amount < 0 { return operation.number }
      values[operation.number] = value + operation.amount
    }
    return nil
  }
}
