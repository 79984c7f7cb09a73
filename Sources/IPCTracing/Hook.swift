import Glibc
import Libbpf
import LibbpfShims

/// Type of program that watches the syscalls.
public enum Hook: String, Sendable, CaseIterable {
  /// Chosen at start from what the kernel is.
  case auto
  /// Raw tracepoint: the cheapest.
  case raw = "raw_tp"
  /// Classic tracepoint: never skipped, on any kernel.
  case tracepoint

  /// Suffix of the programs' names.
  var variant: String { self == .tracepoint ? "classic" : "raw" }

  /// What `auto` comes down to on the running kernel.
  ///
  /// From 7.0 on, syscall tracepoints can be preempted, and a raw_tp program is then skipped for whoever comes next
  /// on that CPU (a recursion guard). With no or voluntary preemption that does not happen.
  public static var preferred: Hook {
    guard isPreemptible else { return .raw }
    return ["none", "voluntary"].contains(preemptionMode) ? .raw : .tracepoint
  }

  private static var isPreemptible: Bool {
    (Int(KernelFacts.currentRelease.prefix { $0.isNumber }) ?? .max) >= 7
  }

  /// Mode in debugfs' `sched/preempt`, such as `none voluntary (lazy)`; nil where it is not told.
  static var preemptionMode: String? {
    let file = libbpf_shims_open_kernel_file("debugfs", "sched/preempt")
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 128)
    let count = read(file, &bytes, bytes.count)
    return bracketed(String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self))
  }
}
