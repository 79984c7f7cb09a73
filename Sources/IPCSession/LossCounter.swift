import IPCModel
import IPCTracing

/// Notices losses as they happen, by the counters of the BPF programs.
struct LossCounter {
  private var reported: [UInt8: (records: UInt64, bytes: UInt64)] = [:]
  private var reportedSkipped: UInt64 = 0

  /// Reports what the BPF programs could not record since the last call.
  mutating func check(_ tracer: borrowing Tracer, kinds: [Kind], now: UInt64, _ report: (Loss) -> Void) {
    for kind in kinds {
      let lost = tracer.lost(kind)
      let before = reported[kind.rawValue] ?? (0, 0)
      guard lost.records != before.records else { continue }
      reported[kind.rawValue] = lost
      report(
        Loss(kind: kind, count: lost.records - before.records, bytes: lost.bytes - before.bytes, time: now))
    }
  }

  /// Reports how often the kernel skipped the BPF programs since the last call.
  mutating func checkSkipped(_ tracer: borrowing Tracer, now: UInt64, _ report: (Loss) -> Void) {
    let skipped = tracer.skipped()
    guard skipped > reportedSkipped else { return }
    report(Loss(kind: nil, count: skipped - reportedSkipped, bytes: 0, time: now))
    reportedSkipped = skipped
  }
}
