/// A packet of a capture of streams, as a reader of pcapng and IP sees it that knows nothing of ipcdump.
public struct SyntheticPacket {
  /// Address of the sender, as `240.0.0.12` or in hexadecimal digits.
  public private(set) var source = ""
  /// Address of the receiver.
  public private(set) var destination = ""
  /// 6 for TCP, 17 for UDP.
  public private(set) var carried = 0
  /// Port of the sender.
  public private(set) var sourcePort = 0
  /// Port of the receiver.
  public private(set) var destinationPort = 0
  /// Number of the segment's first byte.
  public private(set) var sequence = 0
  /// Number of the byte that is expected next.
  public private(set) var acknowledged = 0
  /// Flags of the segment.
  public private(set) var flags = 0
  /// What was captured of the contents.
  public private(set) var content: [UInt8] = []
  /// How long the contents were.
  public private(set) var length = 0
  /// Whether all checksums are right; those of packets that were not captured whole cannot be.
  public private(set) var isSound = true

  /// Whether it only begins a connection or acknowledges something.
  public var isControl: Bool { carried == 6 && length == 0 }
  /// Both ends, as `240.0.0.12:49152 > 240.0.0.14:64000`.
  public var way: String { "\(source):\(sourcePort) > \(destination):\(destinationPort)" }

  /// The packets of a capture, in their order.
  public static func all(of capture: [UInt8]) -> [SyntheticPacket] {
    blocks(of: capture, type: 6).map { block in
      let captured = number(Array(block[12..<16].reversed()))
      let whole = number(Array(block[16..<20].reversed()))
      return SyntheticPacket(Array(block[20..<20 + captured]), whole: whole)
    }
  }

  /// What blocks of a type have between their lengths.
  public static func blocks(of capture: [UInt8], type: Int) -> [[UInt8]] {
    var found: [[UInt8]] = []
    var start = 0
    while start < capture.count {
      let length = number(capture[start + 4..<start + 8].reversed())
      if number(capture[start..<start + 4].reversed()) == type {
        found.append(Array(capture[start + 8..<start + length - 4]))
      }
      start += length
    }
    return found
  }

  private init(_ bytes: [UInt8], whole: Int) {
    let isVersion4 = bytes[0] >> 4 == 4
    let header = isVersion4 ? Int(bytes[0] & 15) * 4 : 40
    let total = isVersion4 ? Self.number(bytes[2..<4]) : Self.number(bytes[4..<6]) + 40
    carried = Int(isVersion4 ? bytes[9] : bytes[6])
    let ends = isVersion4 ? Array(bytes[12..<20]) : Array(bytes[8..<40])
    source = Self.text(ends.prefix(ends.count / 2))
    destination = Self.text(ends.suffix(ends.count / 2))
    let rest = Array(bytes[header...])
    sourcePort = Self.number(rest[0..<2])
    destinationPort = Self.number(rest[2..<4])
    var skipped = 8
    if carried == 6 {
      sequence = Self.number(rest[4..<8])
      acknowledged = Self.number(rest[8..<12])
      skipped = Int(rest[12] >> 4) * 4
      flags = Int(rest[13])
    }
    content = Array(rest[skipped...])
    length = whole - header - skipped
    let pseudo = ends + [0, UInt8(carried)] + Self.bytes(rest.count)
    isSound =
      whole == total && (!isVersion4 || Self.sum(Array(bytes[..<header])) == 0xFFFF)
      && (bytes.count < whole || Self.sum(pseudo + rest) == 0xFFFF)
  }

  private static func text(_ address: ArraySlice<UInt8>) -> String {
    address.count == 4
      ? address.map { "\($0)" }.joined(separator: ".")
      : address.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }

  private static func number(_ bytes: some Sequence<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }

  private static func bytes(_ length: Int) -> [UInt8] { [UInt8(length >> 8 & 255), UInt8(length & 255)] }

  /// The sum of RFC 1071, byte by byte.
  private static func sum(_ bytes: [UInt8]) -> Int {
    var sum = 0
    for (index, byte) in bytes.enumerated() {
      sum += Int(byte) << (index % 2 == 0 ? 8 : 0)
      sum = sum & 0xFFFF + sum >> 16
    }
    return sum
  }
}
