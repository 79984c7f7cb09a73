import Foundation
import Synchronization
import Testing

/// How live suites share the machine. A live test waits more than it computes, so that one more suite runs at a time than
/// there are CPUs (`IPCDUMP_LANES`); one that others would disturb has the machine to itself.
actor Lanes {
  static let shared = Lanes(
    ProcessInfo.processInfo.environment["IPCDUMP_LANES"].flatMap(Int.init)
      ?? min(ProcessInfo.processInfo.activeProcessorCount + 1, 4))

  private let count: Int
  private var free: Int
  private var waiting: [(isAlone: Bool, continuation: CheckedContinuation<Void, Never>)] = []

  init(_ count: Int) {
    self.count = count
    free = count
  }

  private func width(_ isAlone: Bool) -> Int { isAlone ? count : 1 }

  func enter(alone isAlone: Bool) async {
    await withCheckedContinuation { continuation in
      waiting.append((isAlone, continuation))
      admit()
    }
  }

  func leave(alone isAlone: Bool) {
    free += width(isAlone)
    admit()
  }

  /// Those that need the machine come last, so that no lane stands empty until another has ended.
  private func admit() {
    while let next = waiting.firstIndex(where: { !$0.isAlone }) ?? waiting.indices.first,
      free >= width(waiting[next].isAlone)
    {
      free -= width(waiting[next].isAlone)
      waiting.remove(at: next).continuation.resume()
    }
  }
}

/// Lets a live suite begin when it has a lane, outside the time limit of its tests.
struct LaneTrait: SuiteTrait, TestTrait, TestScoping {
  var isRecursive: Bool { true }

  func scopeProvider(for test: Test, testCase: Test.Case?) -> LaneTrait? {
    test.isSuite && testCase == nil && test.name != "LiveTests" ? self : nil
  }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    // One that is not .serialized has its tests beside each other already.
    let isAlone =
      test.traits.contains { $0 is AloneTrait || $0 is LoadTrait }
      || !test.traits.contains { $0 is ParallelizationTrait }
    await Lanes.shared.enter(alone: isAlone)
    let result: Result<Void, any Error>
    do { result = .success(try await function()) } catch { result = .failure(error) }
    await Lanes.shared.leave(alone: isAlone)
    try result.get()
  }
}

/// See ``alone(_:)``.
struct AloneTrait: SuiteTrait {
  let comments: [Comment]
}

/// See ``sensitiveToLoad(_:)``.
struct LoadTrait: SuiteTrait, TestTrait, TestScoping {
  let comments: [Comment]
  var isRecursive: Bool { true }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    guard ProcessInfo.processInfo.environment["CI"] == "true" else { return try await function() }
    let hasFailed = Atomic(false)
    try await withKnownIssue("it is sensitive to load and runs once more", isIntermittent: true) {
      try await function()
    } matching: { _ in
      // Nothing has failed that was skipped, which ends its task.
      guard !Task.isCancelled else { return false }
      hasFailed.store(true, ordering: .relaxed)
      return true
    }
    if hasFailed.load(ordering: .relaxed) { try await function() }
  }
}

extension Trait where Self == LaneTrait {
  /// Suites run beside each other, as ``Lanes`` has room; what is in one should be `.serialized`.
  static var lanes: Self { LaneTrait() }
}

extension Trait where Self == AloneTrait {
  /// No other live suite runs beside this one.
  ///
  /// - Parameter reason: What of others it would see.
  static func alone(_ reason: Comment) -> Self { AloneTrait(comments: [reason]) }
}

extension Trait where Self == LoadTrait {
  /// What this suite says is true only if the machine leaves it the CPU: no other live suite runs beside it, and where CI
  /// runs it, a test that fails runs a second time. The first time's issues are in the log, as known ones, and
  /// `scripts/run-tests` shows them before the closing line.
  ///
  /// - Parameter reason: What depends on the machine.
  static func sensitiveToLoad(_ reason: Comment) -> Self { LoadTrait(comments: [reason]) }
}
