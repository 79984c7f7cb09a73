import SnapshotShims

/// Memory of another process, read without its help.
struct RemoteMemory {
  let pid: Int32
  /// Whether its pointers have 32 bits.
  let isCompat: Bool

  /// Bytes at an address; nil if they cannot be read.
  func bytes(_ address: UInt64, _ count: Int) -> [UInt8]? {
    guard address != 0, count > 0 else { return nil }
    var bytes = [UInt8](repeating: 0, count: count)
    guard snapshot_read_memory(pid, address, &bytes, count) == count else { return nil }
    return bytes
  }

  /// A value at an address.
  func value<Value: BitwiseCopyable>(_ address: UInt64, as type: Value.Type) -> Value? {
    bytes(address, MemoryLayout<Value>.size)?.withUnsafeBytes { $0.loadUnaligned(as: type) }
  }

  /// A pointer at an address.
  func pointer(_ address: UInt64) -> UInt64? {
    isCompat ? value(address, as: UInt32.self).map { UInt64($0) } : value(address, as: UInt64.self)
  }

  /// A text up to its NUL, at most `limit` bytes long.
  func text(_ address: UInt64, limit: Int = 4096) -> String? {
    var text: [UInt8] = []
    var next = address
    while text.count < limit {
      // Up to the end of a page, behind which there may be nothing.
      let room = min(256, 4096 - Int(next & 4095))
      guard let piece = bytes(next, room) else { return nil }
      if let end = piece.firstIndex(of: 0) { return String(decoding: text + piece[..<end], as: UTF8.self) }
      text += piece
      next += UInt64(room)
    }
    return nil
  }
}

/// An address of a socket in memory (`struct sockaddr`).
enum SocketAddress {
  /// A path, or a name behind `@`.
  case unix(String)
  case internet(address: String, port: UInt64)

  init?(_ bytes: [UInt8]) {
    guard bytes.count >= 2 else { return nil }
    let family = UInt16(bytes[0]) | UInt16(bytes[1]) << 8
    func port() -> UInt64 { UInt64(bytes[2]) << 8 | UInt64(bytes[3]) }
    switch family {
    case 1 where bytes.count > 2:
      let name = bytes[2...]
      self =
        name.first == 0
        ? .unix("@" + String(decoding: name.dropFirst(), as: UTF8.self))
        : .unix(String(decoding: name.prefix { $0 != 0 }, as: UTF8.self))
    case 2 where bytes.count >= 8:
      self = .internet(address: bytes[4..<8].map { "\($0)" }.joined(separator: "."), port: port())
    case 10 where bytes.count >= 24:
      let isLoopback = bytes[8..<23].allSatisfy { $0 == 0 } && bytes[23] == 1
      let isMapped = bytes[8..<18].allSatisfy { $0 == 0 } && bytes[18] == 0xff && bytes[19] == 0xff
      let address =
        isMapped ? bytes[20..<24].map { "\($0)" }.joined(separator: ".") : isLoopback ? "::1" : "::"
      self = .internet(address: address, port: port())
    default: return nil
    }
  }
}
