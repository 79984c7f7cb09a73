import IPCModel

/// What a correlator must know of the trace.
public struct CorrelatorSettings: Sendable {
  /// Content bytes that the kernel captures of each transfer; 0 without `-x`.
  public var captureLimit: UInt64
  /// How long an operation waits for its other side before that is inferred, in nanoseconds.
  public var patience: UInt64
  /// Name of the service at a port of a kind; asked once for each port.
  public var serviceName: @Sendable (UInt16, Kind) -> String?

  /// Creates settings; the patience is 100 ms unless said otherwise, and ports have no names.
  public init(
    captureLimit: UInt64, patience: UInt64 = 100_000_000,
    serviceName: @escaping @Sendable (UInt16, Kind) -> String? = { _, _ in nil }
  ) {
    self.captureLimit = captureLimit
    self.patience = patience
    self.serviceName = serviceName
  }
}
