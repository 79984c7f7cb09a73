/// What a correlator must know of the trace.
public struct CorrelatorSettings: Sendable {
  /// Content bytes that the kernel captures of each transfer; 0 without `-x`.
  public var captureLimit: UInt64
  /// How long an operation waits for its other side before that is inferred, in nanoseconds.
  public var patience: UInt64

  /// Creates settings; the patience is 100 ms unless said otherwise.
  public init(captureLimit: UInt64, patience: UInt64 = 100_000_000) {
    self.captureLimit = captureLimit
    self.patience = patience
  }
}
