/// The header of a D-Bus message ("Message Format" of the specification).
struct DBusHeader {
  enum Kind: UInt8 {
    case call = 1
    case reply, error, signal
  }

  private(set) var kind: Kind
  private(set) var expectsReply: Bool
  private(set) var serial: UInt32
  private(set) var replySerial: UInt32 = 0
  private(set) var path: [UInt8] = []
  private(set) var interface: [UInt8] = []
  private(set) var member: [UInt8] = []
  private(set) var errorName: [UInt8] = []
  private(set) var destination: [UInt8] = []
  private(set) var sender: [UInt8] = []
  private(set) var signature: [UInt8] = []
  /// File descriptors that come with it.
  private(set) var descriptors: UInt32 = 0

  private let order: ByteOrder

  /// Longest message, and longest array of fields ("Invalid messages").
  private static let messageLimit: UInt32 = 128 << 20
  /// Fields that are looked at: bytes that no program sends, but less than what is kept of a frame.
  private static let fieldsLimit: UInt32 = 512 << 10

  /// Whether bytes, of which there are at least 4, begin a message.
  static func hasFixedPart(_ bytes: UnsafeRawBufferPointer) -> Bool {
    (1...4).contains(bytes[1]) && bytes[2] < 8 && bytes[3] == 1
  }

  /// Bytes of the header with its padding, from its first 16; nil if that is no header.
  static func length(of bytes: UnsafeRawBufferPointer) -> Int? {
    let order: ByteOrder = bytes[0] == UInt8(ascii: "l") ? .little : .big
    let (body, serial, fields) = (
      bytes.uint32(at: 4, order), bytes.uint32(at: 8, order), bytes.uint32(at: 12, order)
    )
    guard body <= messageLimit, serial != 0, (8...fieldsLimit).contains(fields) else { return nil }
    return (16 + Int(fields) + 7) & ~7
  }

  /// Says whether bytes begin a message: its fixed part and how its first field begins.
  static func recognise(_ bytes: UnsafeRawBufferPointer) -> Recognition {
    guard bytes[0] == UInt8(ascii: "l") || bytes[0] == UInt8(ascii: "B") else { return .no }
    if bytes.count >= 2, !(1...4).contains(bytes[1]) { return .no }
    guard bytes.count >= 4 else { return .undecided }
    guard hasFixedPart(bytes) else { return .no }
    guard bytes.count >= 20 else { return .undecided }
    guard length(of: bytes) != nil, (1...15).contains(bytes[16]), bytes[17] == 1, bytes[19] == 0 else {
      return .no
    }
    return ("osgu" as StaticString).withUTF8Buffer { $0.contains(bytes[18]) } ? .certain : .no
  }

  /// Reads a whole header.
  init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= 16, let kind = Kind(rawValue: bytes[1]) else { return nil }
    order = bytes[0] == UInt8(ascii: "l") ? .little : .big
    self.kind = kind
    expectsReply = bytes[2] & 1 == 0
    serial = bytes.uint32(at: 8, order)
    let end = 16 + Int(bytes.uint32(at: 12, order))
    guard end <= bytes.count else { return nil }
    var cursor = FrameCursor(bytes.first(end), order, at: 16)
    while cursor.left > 0 {
      cursor.align(8)
      if cursor.left == 0 { break }
      guard let code = cursor.uint8(), let length = cursor.uint8(), length == 1,
        let type = cursor.uint8(), cursor.uint8() == 0
      else { return nil }
      switch type {
      case UInt8(ascii: "o"), UInt8(ascii: "s"):
        guard let text = Self.string(&cursor) else { return nil }
        set(code, text)
      case UInt8(ascii: "g"):
        guard let length = cursor.uint8(), let text = cursor.take(Int(length)), cursor.uint8() == 0
        else { return nil }
        if code == 8 { signature = Array(text) }
      case UInt8(ascii: "u"):
        cursor.align(4)
        guard let number = cursor.uint32() else { return nil }
        if code == 5 { replySerial = number }
        if code == 9 { descriptors = number }
      default: return nil
      }
    }
    let isWhole =
      switch kind {
      case .call, .signal: !member.isEmpty
      case .reply, .error: replySerial != 0
      }
    guard isWhole else { return nil }
  }

  /// Names have at most 255 bytes ("Valid Names"); of paths, that many more are shown than programs use.
  private mutating func set(_ code: UInt8, _ text: UnsafeRawBufferPointer) {
    let text = Array(text.prefix(code == 1 ? 1024 : 255))
    switch code {
    case 1: path = text
    case 2: interface = text
    case 3: member = text
    case 4: errorName = text
    case 6: destination = text
    case 7: sender = text
    default: break
    }
  }

  private static func string(_ cursor: inout FrameCursor) -> UnsafeRawBufferPointer? {
    cursor.align(4)
    guard let length = cursor.uint32(), let text = cursor.take(Int(length)), cursor.uint8() == 0 else {
      return nil
    }
    return text
  }

  /// What a body begins with, if that is a string; as much of it as is there.
  func firstString(of body: UnsafeRawBufferPointer) -> [UInt8] {
    guard signature.first == UInt8(ascii: "s") else { return [] }
    var cursor = FrameCursor(body, order)
    guard let length = cursor.uint32() else { return [] }
    return Array(cursor.take(min(Int(length), cursor.left)) ?? .init(start: nil, count: 0))
  }
}
