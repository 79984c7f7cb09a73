import ByteOutput
import Glibc
import SnapshotShims

/// Tells how long a thread has had no CPU, by when the scheduler gave it one last (`/proc/PID/sched`).
///
/// Each CPU has a clock of its own, which stands while a hypervisor or an interrupt has the CPU. So that this one's time can
/// be compared, it runs on that CPU for a moment.
final class SchedulerClock {
  private let buffer: ProcBuffer
  /// How far each CPU's clock is behind CLOCK_MONOTONIC; nil if that cannot be told.
  private var offsets: [Int32: Int64?] = [:]

  init(buffer: ProcBuffer) { self.buffer = buffer }

  /// Time for which a thread has had no CPU, in nanoseconds; nil if the kernel does not tell.
  ///
  /// - Parameters:
  ///   - path: Of its files in the process's folder.
  ///   - cpu: CPU that it had last.
  func idleTime(_ path: String, _ folder: borrowing ProcFolder, cpu: Int32) -> UInt64? {
    guard let last = lastRun(path, folder), let offset = offset(of: cpu) else { return nil }
    return UInt64(max(Int64(monotonicNow()) - offset - last, 0))
  }

  private func offset(of cpu: Int32) -> Int64? {
    if let known = offsets[cpu] { return known }
    var offset: Int64?
    if snapshot_run_on(cpu) == 0 {
      // It has just got this CPU, or has one anew after a moment's sleep.
      usleep(1)
      if let folder = ProcFolder("/proc/thread-self"), let last = lastRun("", folder) {
        offset = Int64(monotonicNow()) - last
      }
      _ = snapshot_run_on(-1)
    }
    offsets[cpu] = .some(offset)
    return offset
  }

  private func lastRun(_ path: String, _ folder: borrowing ProcFolder) -> Int64? {
    folder.withFile(path + "sched", in: buffer) { text in
      var text = text
      guard text.find(line: "se.exec_start") else { return nil }
      _ = text.skip(":" as Unicode.Scalar)
      guard let milliseconds = text.number(), text.skip("." as Unicode.Scalar), let rest = text.number()
      else {
        return nil
      }
      return Int64(clamping: milliseconds * 1_000_000 + rest)
    }
  }
}
