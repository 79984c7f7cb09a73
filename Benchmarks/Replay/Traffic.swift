import RecordLayout

/// What a replay consists of; one event for each step.
enum Traffic: String, CaseIterable {
  case pipe
  /// Several writers, so that each write is announced and recognised by its bytes.
  case sharedPipe = "shared-pipe"
  case pipeContents = "pipe-contents"
  /// Every message over a pipe of its own.
  case shortPipes = "short-pipes"
  case unixStream = "unix-stream"
  case unixDatagram = "unix-dgram"
  case unixSeqpacket = "unix-seqpacket"
  case loopbackTCP = "loopback-tcp"
  case loopbackUDP = "loopback-udp"
  case signal
  case terminal = "pty"

  /// Content bytes captured of a transfer.
  var captureLimit: UInt64 { self == .pipeContents ? .max : 0 }

  /// Channels that take turns.
  static let channels = 8
  /// What is sent.
  static let payload = (0..<64).map { UInt8($0) }
  static let longPayload = (0..<512).map { UInt8(truncatingIfNeeded: $0) }

  /// Records of that many events.
  func tape(events: Int) -> Tape {
    var tape = Tape()
    for step in 0..<events {
      switch self {
      case .pipe, .sharedPipe, .pipeContents, .shortPipes: appendPipe(step, to: &tape)
      case .unixStream, .loopbackTCP: appendStream(step, to: &tape)
      case .unixDatagram, .unixSeqpacket, .loopbackUDP: appendMessage(step, to: &tape)
      case .signal: Self.appendSignal(step, to: &tape)
      case .terminal: Self.appendTerminal(step, to: &tape)
      }
    }
    return tape
  }
}
