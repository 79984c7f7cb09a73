import IPCModel
import IPCTracing

/// Notices losses as they happen.
struct LossWatch {
  private var told: [UInt8: (records: UInt64, bytes: UInt64)] = [:]
  private var toldSkipped: UInt64 = 0

  /// Operations lost since the start.
  private(set) var total: UInt64 = 0

  /// Reports what the BPF programs could not record since the last call.
  mutating func check(_ tracer: borrowing Tracer, kinds: [Kind], now: UInt64, _ report: (Loss) -> Void) {
    for kind in kinds {
      let lost = tracer.lost(kind)
      let before = told[kind.rawValue] ?? (0, 0)
      guard lost.records != before.records else { continue }
      told[kind.rawValue] = lost
      tell(
        Loss(kind: kind, count: lost.records - before.records, bytes: lost.bytes - before.bytes, time: now),
        report)
    }
  }

  /// Reports how often the kernel skipped the BPF programs since the last call.
  mutating func checkSkipped(_ tracer: borrowing Tracer, now: UInt64, _ report: (Loss) -> Void) {
    let skipped = tracer.skipped()
    guard skipped > toldSkipped else { return }
    tell(Loss(kind: nil, count: skipped - toldSkipped, bytes: 0, time: now), report)
    toldSkipped = skipped
  }

  private mutating func tell(_ loss: Loss, _ report: (Loss) -> Void) {
    total += loss.count
    report(loss)
  }
}
