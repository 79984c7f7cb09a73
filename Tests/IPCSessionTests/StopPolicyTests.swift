import Glibc
import Testing

@testable import IPCSession

@Suite("A run that is told to end")
struct StopPolicyTests {
  private let keyboard = StopSignals.Arrival(number: SIGINT, isFromProcess: false)
  private let process = StopSignals.Arrival(number: SIGTERM, isFromProcess: true)
  private static let second: UInt64 = 1_000_000_000

  @Test func `goes on if nothing has come`() {
    let policy = StopPolicy()
    #expect(!policy.isStopping && !policy.isOver(at: .max) && policy.patience(at: 0) == -1)
  }

  @Test func `ends at once where there is nothing to wait for`() {
    var policy = StopPolicy()
    let isUntold = policy.take(process, sourceGoesOn: false, now: 0)
    #expect(!isUntold && policy.isStopping && policy.isOver(at: 0) && policy.patience(at: 0) == 0)
  }

  @Test func `waits without end for what the keyboard has told, too`() {
    var policy = StopPolicy()
    let isUntold = policy.take(keyboard, sourceGoesOn: true, now: 0)
    #expect(!isUntold && policy.isStopping && !policy.isOver(at: .max) && policy.patience(at: .max) == -1)
  }

  @Test func `gives its source two seconds if a process has told only us`() {
    var policy = StopPolicy()
    let isUntold = policy.take(process, sourceGoesOn: true, now: 5 * Self.second)
    #expect(isUntold && !policy.isOver(at: 7 * Self.second - 1) && policy.isOver(at: 7 * Self.second))
    #expect(policy.patience(at: 6 * Self.second) == 1001 && policy.patience(at: 8 * Self.second) == 0)
  }

  @Test func `ends at once when it is told again`() {
    for first in [keyboard, process] {
      var policy = StopPolicy()
      _ = policy.take(first, sourceGoesOn: true, now: 0)
      let isUntold = policy.take(process, sourceGoesOn: true, now: 0)
      #expect(!isUntold && policy.isOver(at: 0))
    }
  }
}
