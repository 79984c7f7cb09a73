/// Decodes header blocks (RFC 7541): those of one direction, in their order, as each depends on those before it.
///
/// Only the fields that messages are told by are kept, of all others only their sizes, so that no cookie stays in memory.
/// If blocks have been missed, what they have put into the table is not known; what is added behind them is.
struct HPACKDecoder {
  /// The fields that are looked at.
  enum Name: UInt8 {
    case other
    case method, path, authority, scheme, status, contentType, grpcStatus, grpcMessage
    /// It is in a part of the table that was not seen.
    case unknown
  }

  private struct Entry {
    var name: Name
    var nameCount: Int
    var value: [UInt8]
    /// Bytes of name and value, and 32 (section 4.1).
    var size: Int
  }

  /// The newest one last.
  private var entries: [Entry] = []
  /// Entries before it have been given up.
  private var first = 0
  private var size = 0
  private var limit = 4096
  /// Whether blocks have been missed.
  private(set) var hasMissed = false

  /// Most bytes of a table that are kept, whatever the other side allows.
  private static let sizeLimit = 256 << 10
  /// Most bytes of a value that are kept.
  private static let valueLimit = 2048

  /// Says that blocks have been missed.
  mutating func miss() {
    entries.removeAll()
    (first, size, hasMissed) = (0, 0, true)
  }

  /// Decodes a block.
  ///
  /// - Parameter take: Is given the fields that are looked at, in their order.
  /// - Returns: Whether it is one; else the table is not known any more.
  mutating func decode(_ block: UnsafeRawBufferPointer, _ take: (Name, [UInt8]) -> Void) -> Bool {
    var cursor = FrameCursor(block)
    while let first = cursor.uint8() {
      let isRead =
        switch first {
        case 0x80...: takeIndexed(Self.integer(first, 7, &cursor), take)
        case 0x40..<0x80: takeLiteral(first, 6, isAdded: true, &cursor, take)
        case 0x20..<0x40: resize(Self.integer(first, 5, &cursor))
        default: takeLiteral(first, 4, isAdded: false, &cursor, take)
        }
      guard isRead else {
        miss()
        return false
      }
    }
    return true
  }

  // MARK: - Representations (section 6)

  private func takeIndexed(_ index: Int?, _ take: (Name, [UInt8]) -> Void) -> Bool {
    guard let index, index > 0 else { return false }
    if index <= HPACKStaticTable.count {
      let field = HPACKStaticTable.field(index)
      if field.name != .other { take(field.name, field.value) }
      return true
    }
    guard let entry = entry(index) else {
      take(.unknown, [])
      return hasMissed
    }
    if entry.name != .other { take(entry.name, entry.value) }
    return true
  }

  private mutating func takeLiteral(
    _ first: UInt8, _ bits: UInt8, isAdded: Bool, _ cursor: inout FrameCursor, _ take: (Name, [UInt8]) -> Void
  ) -> Bool {
    guard let index = Self.integer(first, bits, &cursor), let (name, nameCount) = name(index, &cursor),
      let (value, valueCount) = Self.string(&cursor, isKept: name != .other)
    else { return false }
    if name != .other { take(name, value) }
    if isAdded {
      add(Entry(name: name, nameCount: nameCount, value: value, size: nameCount + valueCount + 32))
    }
    return true
  }

  private func name(_ index: Int, _ cursor: inout FrameCursor) -> (Name, Int)? {
    if index == 0 {
      guard let (text, count) = Self.string(&cursor, isKept: true) else { return nil }
      return (Self.name(of: text), count)
    }
    if index <= HPACKStaticTable.count {
      return (HPACKStaticTable.field(index).name, HPACKStaticTable.nameCount(index))
    }
    if let entry = entry(index) { return (entry.name, entry.nameCount) }
    // Its length is not known, so that older entries may be given up too late or too early; newer ones are not.
    return hasMissed ? (.unknown, 0) : nil
  }

  private mutating func resize(_ size: Int?) -> Bool {
    guard let size else { return false }
    limit = min(size, Self.sizeLimit)
    evict(for: 0)
    return true
  }

  private static func name(of text: [UInt8]) -> Name {
    switch String(decoding: text, as: UTF8.self) {
    case ":method": .method
    case ":path": .path
    case ":authority", "host": .authority
    case ":scheme": .scheme
    case ":status": .status
    case "content-type": .contentType
    case "grpc-status": .grpcStatus
    case "grpc-message": .grpcMessage
    default: .other
    }
  }

  // MARK: - The dynamic table (section 4)

  private func entry(_ index: Int) -> Entry? {
    let place = entries.count - (index - HPACKStaticTable.count)
    return place >= first ? entries[place] : nil
  }

  private mutating func add(_ entry: Entry) {
    evict(for: entry.size)
    // What is larger than the table empties it.
    guard entry.size <= limit else { return }
    entries.append(entry)
    size += entry.size
  }

  private mutating func evict(for added: Int) {
    while size + added > limit, first < entries.count {
      size -= entries[first].size
      first += 1
    }
    if first > 64, first > entries.count / 2 {
      entries.removeFirst(first)
      first = 0
    }
  }

  // MARK: - Primitives (section 5)

  private static func integer(_ first: UInt8, _ bits: UInt8, _ cursor: inout FrameCursor) -> Int? {
    let mask = (1 << Int(bits)) - 1
    var value = Int(first) & mask
    guard value == mask else { return value }
    var shift = 0
    while let byte = cursor.uint8() {
      value += Int(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return value <= 1 << 30 ? value : nil }
      shift += 7
      if shift > 28 { return nil }
    }
    return nil
  }

  /// - Returns: The first bytes of a string, if it is kept, and how many it has.
  private static func string(_ cursor: inout FrameCursor, isKept: Bool) -> ([UInt8], Int)? {
    guard let first = cursor.uint8(), let length = integer(first, 7, &cursor), let bytes = cursor.take(length)
    else { return nil }
    let limit = isKept ? valueLimit : 0
    if first & 0x80 != 0 { return HPACKHuffman.decode(bytes, limit: limit) }
    return (Array(bytes.first(limit)), bytes.count)
  }
}

/// The fields that are known from the beginning (appendix A).
private enum HPACKStaticTable {
  static let count = 61

  static func field(_ index: Int) -> (name: HPACKDecoder.Name, value: [UInt8]) {
    switch index {
    case 1: (.authority, [])
    case 2: (.method, Array("GET".utf8))
    case 3: (.method, Array("POST".utf8))
    case 4: (.path, Array("/".utf8))
    case 5: (.path, Array("/index.html".utf8))
    case 6: (.scheme, Array("http".utf8))
    case 7: (.scheme, Array("https".utf8))
    case 8...14: (.status, digits(statuses[index - 8]))
    case 31: (.contentType, [])
    case 38: (.authority, [])
    default: (.other, [])
    }
  }

  static func nameCount(_ index: Int) -> Int { nameCounts[index - 1] }

  private static let statuses = [200, 204, 206, 304, 400, 404, 500]
  private static let nameCounts = [
    10, 7, 7, 5, 5, 7, 7, 7, 7, 7, 7, 7, 7, 7, 14, 15, 15, 13, 6, 27, 3, 5, 13, 13, 19, 16, 16, 14, 16, 13,
    12, 6, 4, 4, 6, 7, 4, 4, 8, 17, 13, 8, 19, 13, 4, 8, 12, 18, 19, 5, 7, 7, 11, 6, 10, 25, 17, 10, 4, 3,
    16,
  ]
}

/// The code of strings (appendix B). It is canonical: codes of one length are numbers that follow each other, in the order
/// of what they stand for, so that their lengths say all.
private enum HPACKHuffman {
  /// The first code of each length, how many there are, and where in `symbols` they begin.
  private struct Table {
    var firstCodes = [UInt32](repeating: 0, count: 31)
    var counts = [UInt32](repeating: 0, count: 31)
    var starts = [Int](repeating: 0, count: 31)
    var symbols: [UInt16] = []

    init() {
      for length in HPACKHuffman.lengths { counts[Int(length)] += 1 }
      var code: UInt32 = 0
      for length in 1...30 {
        code <<= 1
        firstCodes[length] = code
        starts[length] = symbols.count
        symbols += HPACKHuffman.lengths.indices.lazy.filter { HPACKHuffman.lengths[$0] == length }.map {
          UInt16($0)
        }
        code += counts[length]
      }
    }
  }

  private static let table = Table()

  /// Decodes a string.
  ///
  /// - Parameter limit: Bytes of it that are kept.
  static func decode(_ bytes: UnsafeRawBufferPointer, limit: Int) -> (text: [UInt8], count: Int)? {
    var text: [UInt8] = []
    var (count, code, length) = (0, UInt32(0), 0)
    for byte in bytes {
      for bit in stride(from: 7, through: 0, by: -1) {
        code = code << 1 | UInt32(byte >> UInt8(bit) & 1)
        length += 1
        guard length <= 30 else { return nil }
        guard code >= table.firstCodes[length], code - table.firstCodes[length] < table.counts[length] else {
          continue
        }
        let symbol = table.symbols[table.starts[length] + Int(code - table.firstCodes[length])]
        // The end of a string is never written.
        guard symbol < 256 else { return nil }
        if text.count < limit { text.append(UInt8(symbol)) }
        (count, code, length) = (count + 1, 0, 0)
      }
    }
    // What is left is the beginning of the code of the end: ones.
    return length < 8 && code == (1 << UInt32(length)) - 1 ? (text, count) : nil
  }

  /// Bits of the code of each byte, and of the end.
  private static let lengths: [UInt8] = [
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28,
    28, 28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6,
    6, 6, 7, 8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8,
    7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7,
    7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23,
    24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22,
    23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25,
    26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24,
    20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27,
    27, 27, 27, 26, 30,
  ]
}
