import Libbpf
import PlainText

/// How far the running kernel lets its own code be preempted.
public struct Preemption: Sendable, Equatable {
  /// Whether its code is ever preempted, as the build tells (`PREEMPT…` in uname's version).
  public let isBuiltIn: Bool
  /// Mode in debugfs' `sched/preempt` (`none`, `voluntary`, `full`, `lazy`); nil if the kernel has no modes or debugfs is
  /// closed or locked.
  public let mode: String?
  /// Whether programs of raw tracepoints are preempted where the kernel's code is; nil if it cannot be known.
  public let reachesRawTracepoints: Bool?

  /// What the kernel tells.
  ///
  /// - Parameters:
  ///   - build: uname's version.
  ///   - mode: See ``mode``.
  ///   - reachesRawTracepoints: See ``reachesRawTracepoints``.
  init(build: String, mode: String?, reachesRawTracepoints: Bool?) {
    isBuiltIn = build.holds("PREEMPT")
    self.mode = mode
    self.reachesRawTracepoints = reachesRawTracepoints
  }

  /// Asks the running kernel, whose types are known.
  init(_ types: borrowing KernelTypes) {
    self.init(
      build: KernelName().version, mode: Self.mode, reachesRawTracepoints: types.letRawTracepointsBePreempted)
  }

  /// Asks the running kernel as far as it tells without its types.
  init() {
    self.init(build: KernelName().version, mode: Self.mode, reachesRawTracepoints: nil)
  }

  /// Whether a raw tracepoint's program may be skipped, because on that CPU another run of it has been preempted. Where it
  /// cannot be known, it may.
  public var losesRawTracepoints: Bool {
    isBuiltIn && mode != "none" && mode != "voluntary" && reachesRawTracepoints != false
  }

  private static var mode: String? {
    if KernelFeatures.mayLockDebugfs { return nil }
    return (try? KernelFile.text(of: "sched/preempt", in: .debugfs)).flatMap(bracketed)
  }
}

extension KernelTypes {
  /// Up to 6.19, programs run with preemption disabled. From 7.0 on, fast SRCU guards them instead
  /// (include/linux/tracepoint.h), by a variable that the types name; up to 6.12 there was one of that name, too, which
  /// was not fast: its readers had no flavors yet.
  fileprivate var letRawTracepointsBePreempted: Bool? {
    let member = "srcu_reader_flavor"
    guard hasMember(member, of: "srcu_data") || hasMember(member, of: "srcu_struct") else { return false }
    // Not every kernel's types name variables; this one is in each that do.
    guard hasVariable("runqueues") else { return nil }
    return hasVariable("tracepoint_srcu_srcu_data")
  }
}
