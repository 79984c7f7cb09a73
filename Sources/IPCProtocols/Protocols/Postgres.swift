import IPCModel

/// PostgreSQL (postgresql.org/docs/current/protocol.html): version 3 of the frontend/backend protocol.
extension ProtocolDefinition {
  static let postgres = ProtocolDefinition(
    name: "postgres", words: ["postgres", "postgresql", "pgsql"],
    recognise: PostgresMessage.recognise, makeDecoder: { _ in PostgresDecoder() })
}

/// What is known of the protocol's messages: a byte of type, a length that counts itself; those that come first have no
/// type.
enum PostgresMessage {
  /// Types that clients send.
  static let clientTypes: StaticString = "QPBECDSHFpXdcf"
  /// Types that servers send.
  static let serverTypes: StaticString = "RKSZTDCE123nItsVvANGHWdc"

  /// Longest message: what is longer is none.
  static let lengthLimit: UInt32 = 1 << 30

  static func isType(_ byte: UInt8, _ types: StaticString) -> Bool {
    types.withUTF8Buffer { $0.contains(byte) }
  }

  /// What is asked before anything else, by its number.
  enum Opening: UInt32 {
    case startup = 196_608
    case startup32 = 196_610
    case cancel = 80_877_102
    case tls = 80_877_103
    case gss = 80_877_104
  }

  /// The opening that bytes begin with, if all 8 are there.
  static func opening(_ bytes: UnsafeRawBufferPointer) -> (kind: Opening, length: Int)? {
    guard bytes.count >= 8, let kind = Opening(rawValue: bytes.uint32(at: 4, .big)) else { return nil }
    let length = bytes.uint32(at: 0, .big)
    let isLength =
      switch kind {
      case .startup, .startup32: (9...10_000).contains(length)
      case .tls, .gss: length == 8
      case .cancel: (16...268).contains(length)
      }
    return isLength ? (kind, Int(length)) : nil
  }

  static func recognise(_ bytes: UnsafeRawBufferPointer, _ hints: ChannelHints) -> Recognition {
    if bytes[0] == 0 {
      guard bytes.count >= 8 else { return bytes.count == 1 || bytes[1] == 0 ? .undecided : .no }
      return opening(bytes) == nil ? .no : .certain
    }
    // In the middle: messages that follow each other to the end of what has come, all of one side.
    var (offset, count, isClients, isServers) = (0, 0, true, true)
    while offset + 5 <= bytes.count {
      let type = bytes[offset]
      isClients = isClients && isType(type, clientTypes)
      isServers = isServers && isType(type, serverTypes)
      let length = bytes.uint32(at: offset + 1, .big)
      guard isClients || isServers, (4..<(1 << 24)).contains(length) else { return .no }
      if isQuery(bytes.from(offset), Int(length)) || isReady(bytes.from(offset)) { return .certain }
      offset += 1 + Int(length)
      count += 1
    }
    let isUsual = hints.isAt(5432) || hints.name.firstRange(of: ".s.PGSQL.") || hints.isNext
    if offset == bytes.count, count >= (isUsual ? 1 : 2) { return .certain }
    return isUsual && count >= 2 ? .certain : .no
  }

  private static func isQuery(_ bytes: UnsafeRawBufferPointer, _ length: Int) -> Bool {
    guard bytes[0] == UInt8(ascii: "Q"), length > 5, bytes.count > length, bytes[length] == 0 else {
      return false
    }
    return bytes[5..<length].allSatisfy { $0 >= 0x20 || (0x09...0x0D).contains($0) }
  }

  private static func isReady(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count >= 6, bytes[0] == UInt8(ascii: "Z"), bytes.uint32(at: 1, .big) == 5 else {
      return false
    }
    return ("ITE" as StaticString).withUTF8Buffer { $0.contains(bytes[5]) }
  }

  /// What an ErrorResponse says: `SQLSTATE text`, and whether the connection ends with it.
  static func error(_ fields: UnsafeRawBufferPointer) -> (text: [UInt8], isCancelled: Bool, isFatal: Bool) {
    var cursor = FrameCursor(fields)
    var (code, text, isFatal) = ([UInt8](), [UInt8](), false)
    while let kind = cursor.uint8(), kind != 0 {
      guard let value = cursor.cString() ?? cursor.take(cursor.left) else { break }
      switch kind {
      case UInt8(ascii: "C"): code = Array(value)
      case UInt8(ascii: "M"): text = Array(value)
      // The severity that is not translated; servers before 9.6 do not send it.
      case UInt8(ascii: "V"), UInt8(ascii: "S"):
        isFatal = isFatal || value.isWord("FATAL") || value.isWord("PANIC")
      default: break
      }
    }
    return (words(code, text), code.elementsEqual("57014".utf8), isFatal)
  }
}

extension [UInt8] {
  /// Whether a word is somewhere in it.
  fileprivate func firstRange(of word: StaticString) -> Bool {
    withUnsafeBytes { bytes in
      guard bytes.count >= word.utf8CodeUnitCount else { return false }
      return (0...(bytes.count - word.utf8CodeUnitCount)).contains { bytes.from($0).hasPrefix(word) }
    }
  }
}

/// What a text of SQL is called.
struct SQLStatement {
  /// Its first word, in upper case; empty if there is none.
  private(set) var method: [UInt8] = []
  /// Its first bytes.
  private(set) var text: [UInt8]

  /// Bytes that are shown of a statement.
  private static let limit = 200

  /// Reads what there is of a statement.
  init(_ sql: UnsafeRawBufferPointer) {
    var end = min(sql.count, Self.limit)
    // A character is not cut in two.
    while end < sql.count, end > 0, sql[end] & 0xC0 == 0x80 { end -= 1 }
    text = Array(sql[..<end])
    let start = Self.start(of: sql)
    method = sql[start...].prefix(64).prefix { $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "_") }.map(
      \.uppercased)
  }

  /// Where the first word begins: behind spaces, comments and brackets.
  private static func start(of sql: UnsafeRawBufferPointer) -> Int {
    var offset = 0
    while offset < sql.count {
      let rest = sql.from(offset)
      if rest.hasPrefix("--") || rest[0] == UInt8(ascii: "#") {
        offset = sql[offset...].firstIndex(of: 0x0A).map { $0 + 1 } ?? sql.count
      } else if rest.hasPrefix("/*") {
        offset = endOfComment(sql, offset)
      } else if rest[0] <= 0x20 || rest[0] == UInt8(ascii: "(") || rest[0] == UInt8(ascii: ";") {
        offset += 1
      } else {
        return offset
      }
    }
    return offset
  }

  /// Comments may stand in each other.
  private static func endOfComment(_ sql: UnsafeRawBufferPointer, _ start: Int) -> Int {
    var (offset, depth) = (start, 0)
    while offset < sql.count {
      let rest = sql.from(offset)
      if rest.hasPrefix("/*") {
        (offset, depth) = (offset + 2, depth + 1)
      } else if rest.hasPrefix("*/") {
        (offset, depth) = (offset + 2, depth - 1)
        if depth == 0 { return offset }
      } else {
        offset += 1
      }
    }
    return offset
  }
}
