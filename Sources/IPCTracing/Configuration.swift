import IPCFiltering
import ProgramNames

/// What a trace is to do, decided before anything is loaded.
public struct Configuration: Sendable {
  /// Which events are wanted.
  public var selection: Selection
  /// Which program type watches the syscalls.
  public var hook: Hook
  /// Content bytes to capture of each transfer; 0 for none, `UInt64.max` for all.
  public var captureLimit: UInt64
  /// Size of the ring buffer in bytes; a power of two and a multiple of the page size.
  public var ringSize: Int
  /// Whether ipcdump's own operations and the pipes that show its output are traced too.
  public var includesSelf: Bool
  /// Whether ``Tracer/waitingThreads()`` will be asked.
  public var tellsWaiting: Bool
  /// Whether records name the images of processes, and tell what these are.
  public var tellsImages: Bool

  /// Creates a configuration.
  public init(
    selection: Selection, hook: Hook = .auto, captureLimit: UInt64 = 0, ringSize: Int = 16 << 20,
    includesSelf: Bool = false, tellsWaiting: Bool = false, tellsImages: Bool = false
  ) {
    self.selection = selection
    self.hook = hook
    self.captureLimit = captureLimit
    self.ringSize = ringSize
    self.includesSelf = includesSelf
    self.tellsWaiting = tellsWaiting
    self.tellsImages = tellsImages
  }
}

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
