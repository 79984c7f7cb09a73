/// Reads what ``ByteWriter`` has written; behind the end, there are zeros.
struct ByteReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: some Sequence<UInt8>) { rest = Array(bytes)[...] }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

  mutating func short() -> Int { Int(byte()) | Int(byte()) << 8 }

  mutating func number() -> UInt64 {
    (0..<8).reduce(0) { number, index in number | UInt64(byte()) << UInt64(8 * index) }
  }

  /// A time of our own clock, which nobody else has set.
  mutating func time() -> UInt64 { number() & UInt64(Int64.max) }

  mutating func bytes(_ count: Int) -> [UInt8] {
    defer { rest = rest.dropFirst(count) }
    return Array(rest.prefix(count))
  }

  mutating func channels() -> [FuzzChannel] {
    (0..<byte()).map { _ in
      let address = number(), inode = number(), pid = Int32(truncatingIfNeeded: number())
      let flags = byte()
      return FuzzChannel(
        address: address, inode: inode, pid: pid, isWritable: flags & 1 != 0, isReadable: flags & 2 != 0,
        unread: flags & 4 != 0 ? number() : nil)
    }
  }
}
