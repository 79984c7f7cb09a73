import IPCModel
import RecordLayout

/// What a correlator must know of the trace.
public struct CorrelatorSettings: Sendable {
  /// Content bytes that the kernel captures of each transfer; 0 without `-x`.
  public var captureLimit: UInt64
  /// How long an operation waits for its other side before that is inferred, in nanoseconds.
  public var matchTimeout: UInt64
  /// How long records of different CPUs may overtake each other, in nanoseconds: events are held back as long.
  public var reorderWindow: UInt64
  /// Name of the service at a port of a kind; asked once for each port.
  public var serviceName: @Sendable (UInt16, Kind) -> String?

  /// Whether events tell what becomes of the ends of channels.
  public var tellsLifecycle = false
  /// Whether events tell netlink messages to and from the kernel.
  public var tellsKernelNetlink = false
  /// Name of a process that runs; nil if it cannot be known.
  public var processName: @Sendable (Int32) -> Comm? = { _ in nil }

  /// Where it is asked what processes run; nil if nobody wants to know.
  public var processes: ProcessSources?

  /// A record is timed before it is in the ring, and its CPU can be taken away in between: longer, the scarcer CPUs are.
  private static let leastReorderWindow: UInt64 = 10_000_000

  /// Creates settings; the match timeout is 100 ms unless said otherwise, and ports have no names.
  ///
  /// The reorder window is a tenth of the match timeout, at least 10 ms: who lets operations wait longer has a slower
  /// machine.
  public init(
    captureLimit: UInt64, matchTimeout: UInt64 = 100_000_000,
    serviceName: @escaping @Sendable (UInt16, Kind) -> String? = { _, _ in nil }
  ) {
    self.captureLimit = captureLimit
    self.matchTimeout = matchTimeout
    reorderWindow = max(Self.leastReorderWindow, matchTimeout / 10)
    self.serviceName = serviceName
  }

  /// Bytes of a read that its records carry at most: without `-x`, those by which writes are distinguished.
  var receivedLimit: Int { Int(clamping: max(captureLimit, UInt64(IPC_COMPARED_LIMIT))) }
}
