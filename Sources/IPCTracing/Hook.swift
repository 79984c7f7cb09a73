import ProgramNames

/// Type of program that watches the syscalls.
public enum Hook: String, Sendable, CaseIterable {
  /// Chosen at start from what the kernel is.
  case auto
  /// Raw tracepoint: the cheapest.
  case raw = "raw_tp"
  /// Classic tracepoint: never skipped, on any kernel.
  case tracepoint

  /// The compilation of its programs.
  var variant: ProgramPlace.Variant { self == .tracepoint ? .classic : .raw }

  /// The one that is left when the kernel refuses this one.
  var other: Hook { self == .tracepoint ? .raw : .tracepoint }

  /// What `auto` comes down to: the cheapest that loses nothing.
  init(losingNothingUnder preemption: Preemption) {
    self = preemption.losesRawTracepoints ? .tracepoint : .raw
  }
}
