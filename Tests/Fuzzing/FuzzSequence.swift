/// What happens to a correlator from the beginning of a trace to its end.
///
/// As bytes, it is what the corpus holds and what libFuzzer changes: every string of bytes is some sequence.
public struct FuzzSequence: Equatable, Sendable {
  /// Content bytes that the kernel is said to capture; 0 without `-x`.
  public var captureLimit: UInt64
  /// How long an operation waits for its other side, in nanoseconds.
  public var matchTimeout: UInt64
  /// In their order.
  public var steps: [FuzzStep]

  /// Memory that a record may ask for is bounded by this; -x sets no bound.
  private static let mostCaptured: UInt64 = 16 << 20

  /// Creates a sequence.
  public init(captureLimit: UInt64, matchTimeout: UInt64 = 100_000_000, steps: [FuzzStep] = []) {
    self.captureLimit = min(captureLimit, Self.mostCaptured)
    self.matchTimeout = matchTimeout
    self.steps = steps
  }

  // MARK: - As bytes

  private enum Mark {
    static let record: UInt8 = 0, release: UInt8 = 1, sweep: UInt8 = 2, look: UInt8 = 3, seed: UInt8 = 4
    static let lost: UInt8 = 5
    static let count: UInt8 = 6
  }

  /// Reads a sequence; what is missing at the end is taken as 0.
  public init(bytes: some Sequence<UInt8>) {
    var reader = ByteReader(bytes)
    self.init(captureLimit: reader.number(), matchTimeout: reader.number() & 0xFFFF_FFFF)
    while !reader.isAtEnd {
      switch reader.byte() % Mark.count {
      case Mark.release: steps.append(.release(reader.time()))
      case Mark.sweep: steps.append(.sweep(reader.time(), nil))
      case Mark.look: steps.append(.sweep(reader.time(), reader.channels()))
      case Mark.seed: steps.append(.seed(reader.channels()))
      case Mark.lost: steps.append(.lost(reader.byte(), UInt32(truncatingIfNeeded: reader.number())))
      default: steps.append(.record(reader.bytes(reader.short())))
      }
    }
  }

  /// The sequence as bytes.
  public var bytes: [UInt8] {
    var writer = ByteWriter()
    writer.append(captureLimit)
    writer.append(matchTimeout)
    for step in steps {
      switch step {
      case .record(let record):
        writer.bytes.append(Mark.record)
        writer.append(short: record.count)
        writer.bytes.append(contentsOf: record)
      case .release(let now):
        writer.bytes.append(Mark.release)
        writer.append(now)
      case .sweep(let now, let look):
        writer.bytes.append(look == nil ? Mark.sweep : Mark.look)
        writer.append(now)
        if let look { writer.append(look) }
      case .seed(let channels):
        writer.bytes.append(Mark.seed)
        writer.append(channels)
      case .lost(let kind, let count):
        writer.bytes += [Mark.lost, kind]
        writer.append(UInt64(count))
      }
    }
    return writer.bytes
  }
}
