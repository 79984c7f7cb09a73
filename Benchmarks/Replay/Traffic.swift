import RecordLayout

/// What a replay consists of; one event for each step.
enum Traffic: String, CaseIterable {
  case pipe
  /// Several writers, so that each write is announced and recognised by its bytes.
  case sharedPipe = "shared-pipe"
  /// Every read's record comes before its write's, as from another CPU.
  case latePipe = "late-pipe"
  case pipeContents = "pipe-contents"
  /// Contents that take more than one record.
  case longContents = "long-contents"
  /// Every message over a pipe of its own.
  case shortPipes = "short-pipes"
  case unixStream = "unix-stream"
  /// Every message carries a descriptor of a file.
  case unixPassing = "unix-passing"
  case unixDatagram = "unix-dgram"
  case unixSeqpacket = "unix-seqpacket"
  case loopbackTCP = "loopback-tcp"
  case loopbackUDP = "loopback-udp"
  case signal
  case terminal = "pty"
  case terminalContents = "pty-contents"

  /// Content bytes captured of a transfer.
  var captureLimit: UInt64 {
    switch self {
    case .pipeContents, .longContents, .terminalContents: .max
    default: 0
    }
  }

  /// Nanoseconds between two records.
  private var pace: UInt64 { self == .longContents ? 100_000 : 10_000 }

  /// Channels that take turns.
  static let channels = 8
  static let payload64 = filler(64)
  private static let payload512 = filler(512)
  private static let payload64k = filler(65536)

  private static func filler(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0) } }

  /// What is sent.
  var payload: [UInt8] {
    switch self {
    case .pipeContents, .terminalContents: Self.payload512
    case .longContents: Self.payload64k
    default: Self.payload64
    }
  }

  /// Records of that many events.
  func tape(events: Int) -> Tape {
    var tape = Tape(pace: pace)
    for step in 0..<events {
      switch self {
      case .pipe, .sharedPipe, .latePipe, .pipeContents, .longContents, .shortPipes:
        appendPipe(step, to: &tape)
      case .unixStream, .unixPassing, .loopbackTCP: appendStream(step, to: &tape)
      case .unixDatagram, .unixSeqpacket, .loopbackUDP: appendMessage(step, to: &tape)
      case .signal: Self.appendSignal(step, to: &tape)
      case .terminal, .terminalContents: appendTerminal(to: &tape)
      }
    }
    return tape
  }
}
