import ByteOutput

/// What the headers of synthetic packets have that readers look at (RFC 791, RFC 8200, RFC 9293, RFC 768).
enum InternetPacket {
  /// Packets begin with a header of IP, whose version tells which (LINKTYPE_RAW).
  static let linkType: UInt16 = 101

  static let tcp: UInt8 = 6
  static let udp: UInt8 = 17
  /// Most bytes of contents in a packet: lengths have 16 bits, and both headers are packet, too.
  static let contentLimit = 65_535 - 40

  /// Flags of a segment.
  enum Flags {
    static let synchronize: UInt8 = 0x02
    static let push: UInt8 = 0x08
    static let acknowledge: UInt8 = 0x10
  }

  /// The contents behind the headers of a packet.
  static func content(of packet: UnsafeRawBufferPointer) throws(Malformed) -> UnsafeRawBufferPointer {
    var cursor = ByteCursor(packet)
    let first = try cursor.byte()
    var carried = UInt8(0)
    switch first >> 4 {
    case 4:
      let header = try cursor.take(Int(first & 0x0F) * 4 - 1)
      guard header.count >= 19 else { throw Malformed("a header of IP is too short") }
      carried = header[8]
    case 6: carried = try cursor.take(39)[5]
    case let version: throw Malformed("a packet is of version \(version) of IP, which is none")
    }
    switch carried {
    case tcp:
      let offset = try cursor.take(20)[12] >> 4
      _ = try cursor.take(Int(offset) * 4 - 20)
    case udp: _ = try cursor.take(8)
    default: throw Malformed("a packet carries protocol \(carried), which is neither TCP nor UDP")
    }
    return try cursor.take(cursor.remaining)
  }
}

/// One way of a connection: what the headers of its packets begin with.
struct InternetRoute {
  let source: HostAddress
  let destination: HostAddress
  let sourcePort: UInt16
  let destinationPort: UInt16

  /// The way of what an end of a connection sends.
  init(of connection: borrowing Connection, _ part: Int, from end: Int) {
    source = connection.addresses[end]
    destination = connection.addresses[1 - end]
    let ports = connection[part].ports
    sourcePort = ports[end]
    destinationPort = ports[1 - end]
  }
}

extension OutputBuffer {
  /// Appends a segment of TCP.
  ///
  /// - Parameters:
  ///   - route: Where it goes from and to.
  ///   - sequence: Number of its first byte.
  ///   - acknowledged: Number of the byte that its sender expects next.
  ///   - flags: Its flags; a segment that synchronizes says how windows are scaled.
  ///   - content: What of its contents there is.
  ///   - length: How long its contents were.
  mutating func appendSegment(
    _ route: InternetRoute, sequence: UInt32, acknowledged: UInt32, flags: UInt8,
    _ content: UnsafeRawBufferPointer, length: Int
  ) {
    let synchronizes = flags & InternetPacket.Flags.synchronize != 0
    let header = synchronizes ? 24 : 20
    appendHeader(of: route, InternetPacket.tcp, length: header + length)
    let start = count
    append(integer: route.sourcePort.bigEndian)
    append(integer: route.destinationPort.bigEndian)
    append(integer: sequence.bigEndian)
    append(integer: acknowledged.bigEndian)
    append(UInt8((header / 4) << 4))
    append(flags)
    append(integer: UInt16.max)
    // The checksum, and where urgent bytes end.
    append(integer: UInt32(0))
    // A window of 1 GiB (RFC 7323, section 2.2), as nobody reports that one is full.
    if synchronizes { append(integer: (0x0103_030E as UInt32).bigEndian) }
    append(content)
    setChecksum(at: start + 16, from: start, route, InternetPacket.tcp, length: header + length)
  }

  /// Appends a datagram of UDP.
  mutating func appendDatagram(_ route: InternetRoute, _ content: UnsafeRawBufferPointer, length: Int) {
    appendHeader(of: route, InternetPacket.udp, length: 8 + length)
    let start = count
    append(integer: route.sourcePort.bigEndian)
    append(integer: route.destinationPort.bigEndian)
    append(integer: UInt16(truncatingIfNeeded: 8 + length).bigEndian)
    append(integer: UInt16(0))
    append(content)
    setChecksum(at: start + 6, from: start, route, InternetPacket.udp, length: 8 + length)
  }

  private mutating func appendHeader(of route: InternetRoute, _ carried: UInt8, length: Int) {
    if route.source.isVersion6 {
      append(integer: (0x6000_0000 as UInt32).bigEndian)
      append(integer: UInt16(truncatingIfNeeded: length).bigEndian)
      append(carried)
      append(UInt8(64))
      route.source.withBytes { append($0) }
      route.destination.withBytes { append($0) }
      return
    }
    let start = count
    append(integer: UInt16(0x45_00).bigEndian)
    append(integer: UInt16(truncatingIfNeeded: 20 + length).bigEndian)
    // Not to be cut into fragments.
    append(integer: (0x4000 as UInt32).bigEndian)
    append(UInt8(64))
    append(carried)
    append(integer: UInt16(0))
    route.source.withBytes { append($0) }
    route.destination.withBytes { append($0) }
    var checksum = InternetChecksum()
    checksum.add(UnsafeRawBufferPointer(rebasing: bytes[start...]))
    set(integer: checksum.value, at: start + 10)
  }

  private mutating func setChecksum(
    at position: Int, from start: Int, _ route: InternetRoute, _ carried: UInt8, length: Int
  ) {
    var checksum = InternetChecksum()
    route.source.withBytes { checksum.add($0) }
    route.destination.withBytes { checksum.add($0) }
    checksum.add(UInt16(carried).bigEndian)
    checksum.add(UInt16(truncatingIfNeeded: length).bigEndian)
    checksum.add(UnsafeRawBufferPointer(rebasing: bytes[start...]))
    // Of UDP, 0 would say that there is none.
    let value = checksum.value
    set(integer: value == 0 && carried == InternetPacket.udp ? .max : value, at: position)
  }
}

/// The sum that headers are checked by (RFC 1071). It is the same in both byte orders, and taken in that of memory.
private struct InternetChecksum {
  private var sum: UInt64 = 0

  mutating func add(_ word: UInt16) { sum += UInt64(word) }

  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    var position = 0
    while position + 4 <= bytes.count {
      sum += UInt64(bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self))
      position += 4
    }
    if position + 2 <= bytes.count {
      sum += UInt64(bytes.loadUnaligned(fromByteOffset: position, as: UInt16.self))
      position += 2
    }
    if position < bytes.count { sum += UInt64(UInt16(bytes[position]).littleEndian) }
  }

  var value: UInt16 {
    var folded = sum
    while folded >> 16 != 0 { folded = folded & 0xFFFF + folded >> 16 }
    return ~UInt16(truncatingIfNeeded: folded)
  }
}
