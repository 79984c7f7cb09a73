import IPCModel

/// HTTP/2 (RFC 9113) and gRPC on it (github.com/grpc/grpc, doc/PROTOCOL-HTTP2.md).
extension ProtocolDefinition {
  static let http2 = ProtocolDefinition(
    name: "http2", words: ["http2", "h2c", "grpc"],
    recognise: { bytes, hints in HTTP2FrameHead.recognise(bytes, hints) },
    makeDecoder: { HTTP2Decoder(showsQuery: $0.showsQuery) })
}

/// The nine bytes that each frame begins with (RFC 9113, section 4.1).
struct HTTP2FrameHead {
  enum Kind: UInt8 {
    case data, headers, priority, reset, settings, pushPromise, ping, goAway, windowUpdate, continuation
  }

  static let count = 9

  private(set) var length: Int
  /// Nil if it is a type that is not of the specification, and is to be ignored.
  private(set) var kind: Kind?
  private(set) var flags: UInt8
  private(set) var stream: UInt32

  /// Longest frame that is taken for one; that of others than data is far shorter.
  private static let lengthLimit = 1 << 20

  var endsStream: Bool { (kind == .data || kind == .headers) && flags & 1 != 0 }
  var endsBlock: Bool { flags & 4 != 0 }
  var isPadded: Bool { flags & 8 != 0 }
  var hasPriority: Bool { kind == .headers && flags & 0x20 != 0 }

  /// Reads a head; nil if no frame has it.
  init?(_ bytes: UnsafeRawBufferPointer) {
    length = Int(bytes.uint24(at: 0, .big))
    kind = Kind(rawValue: bytes[3])
    flags = bytes[4]
    stream = bytes.uint32(at: 5, .big) & 0x7FFF_FFFF
    let isRight =
      switch kind {
      case .data: stream > 0
      case .headers, .continuation, .pushPromise: stream > 0 && length <= Self.lengthLimit
      case .priority: stream > 0 && length == 5
      case .reset: stream > 0 && length == 4
      case .settings: stream == 0 && length % 6 == 0 && length <= 6 * 256 && (flags & 1 == 0 || length == 0)
      case .ping: stream == 0 && length == 8
      case .goAway: stream == 0 && (8...16_384).contains(length)
      case .windowUpdate: length == 4
      case nil: bytes[3] < 0x40 && length <= 16_384
      }
    guard isRight else { return nil }
  }

  static let preface: StaticString = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

  /// Says whether bytes begin a conversation, or are frames in the middle of one that follow each other to the end of what
  /// has come.
  static func recognise(_ bytes: UnsafeRawBufferPointer, _ hints: ChannelHints) -> Recognition {
    if bytes.agrees(with: preface) { return bytes.recognition(of: preface) }
    guard bytes.count >= count else {
      return bytes[0] == 0 && (bytes.count == 1 || bytes[1] < 0x40) ? .undecided : .no
    }
    var (offset, frames, isProven) = (0, 0, hints.isNext)
    while offset + count <= bytes.count {
      guard let head = HTTP2FrameHead(bytes.from(offset)), head.isPlausible else { return .no }
      offset += count + head.length
      frames += 1
      // Data are too much like anything else.
      isProven = isProven || head.kind != .data
    }
    return isProven && (offset == bytes.count || frames >= 3) ? .certain : .no
  }

  /// Whether programs send such a frame: without flags that say nothing, with a number that streams have soon.
  private var isPlausible: Bool {
    switch kind {
    case .data: flags & ~0x9 == 0 && length <= 16_384 && stream < 1 << 24
    case .headers: flags & ~0x2D == 0 && (1...16_384).contains(length) && stream < 1 << 24
    case .continuation: flags & ~0x4 == 0 && stream < 1 << 24
    case .settings, .ping: flags <= 1
    case .windowUpdate, .reset, .goAway, .priority: flags == 0
    case .pushPromise, nil: false
    }
  }
}
