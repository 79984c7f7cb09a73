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
