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
  /// Whether contents are left out that ``Tracer/omissions`` says nobody looks at.
  public var omitsContents = false
  /// What is told besides transfers.
  public var extras: Extras

  /// Creates a configuration.
  public init(
    selection: Selection, hook: Hook = .auto, captureLimit: UInt64 = 0, ringSize: Int = 16 << 20,
    includesSelf: Bool = false, tellsWaiting: Bool = false, extras: Extras = []
  ) {
    self.selection = selection
    self.hook = hook
    self.captureLimit = captureLimit
    self.ringSize = ringSize
    self.includesSelf = includesSelf
    self.tellsWaiting = tellsWaiting
    self.extras = extras
  }
}

/// What a trace tells besides transfers and the signals of processes; nearly each takes programs of its own.
public struct Extras: OptionSet, Sendable {
  /// The extras as bits.
  public let rawValue: UInt8

  /// Extras from bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Records name the images of processes, and tell what these are.
  public static let images = Extras(rawValue: 1 << 0)
  /// What becomes of the ends of channels: connect, accept, close, shutdown, end of file, EPIPE.
  public static let lifecycle = Extras(rawValue: 1 << 1)
  /// Signals that the kernel sends, and those that it refuses to send.
  public static let kernelSignals = Extras(rawValue: 1 << 2)
  /// Netlink messages to and from the kernel.
  public static let kernelNetlink = Extras(rawValue: 1 << 3)
  /// Which processes end with another status than 0.
  public static let exits = Extras(rawValue: 1 << 4)
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
