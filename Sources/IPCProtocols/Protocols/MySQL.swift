import IPCModel

/// MySQL and MariaDB (dev.mysql.com/doc/dev/mysql-server/latest/PAGE_PROTOCOL.html): packets of three bytes of length, a
/// number, and what it says.
extension ProtocolDefinition {
  static let mySQL = ProtocolDefinition(
    name: "mysql", words: ["mysql", "mariadb"],
    recognise: { bytes, hints in MySQLPacket.recognise(bytes, hints) }, makeDecoder: { _ in MySQLDecoder() })
}

struct MySQLPacket {
  static let headCount = 4

  let length: Int
  let number: UInt8

  init(_ bytes: UnsafeRawBufferPointer) {
    length = Int(bytes.uint24(at: 0, .little))
    number = bytes[3]
  }

  /// Says whether bytes begin with what a server greets with, or, at the usual place, with a command.
  static func recognise(_ bytes: UnsafeRawBufferPointer, _ hints: ChannelHints) -> Recognition {
    guard bytes.count >= headCount + 1 else { return bytes.count > 2 && bytes[2] != 0 ? .no : .undecided }
    let packet = MySQLPacket(bytes)
    guard packet.number == 0, packet.length > 0, packet.length < 1 << 20 else { return .no }
    let end = headCount + packet.length
    if bytes[4] == 10, packet.length >= 40 {
      // The version, which is text that begins with a digit.
      guard bytes.count >= 16 else { return .undecided }
      guard bytes[5].isDigit, let zero = bytes[5..<min(bytes.count, 80)].firstIndex(of: 0) else { return .no }
      return bytes[5..<zero].allSatisfy { (0x21..<0x7F).contains($0) } ? .certain : .no
    }
    guard hints.isAt(3306) || hints.isAt("mysqld.sock") || hints.isAt("mysql.sock") || hints.isNext,
      bytes.count >= end,
      MySQLCommand.name(of: bytes[4]) != nil
    else { return .no }
    return bytes.count == end || bytes[4] == 3 ? .certain : .no
  }
}

/// What clients ask for.
enum MySQLCommand {
  static func name(of command: UInt8) -> StaticString? {
    switch command {
    case 0x01: "Quit"
    case 0x02: "InitDB"
    case 0x03: "Query"
    case 0x04: "FieldList"
    case 0x08: "Shutdown"
    case 0x09: "Statistics"
    case 0x0C: "ProcessKill"
    case 0x0D: "Debug"
    case 0x0E: "Ping"
    case 0x11: "ChangeUser"
    case 0x12, 0x1E: "BinlogDump"
    case 0x15: "RegisterReplica"
    case 0x16: "Prepare"
    case 0x17: "Execute"
    case 0x18: "SendLongData"
    case 0x19: "Close"
    case 0x1A: "Reset"
    case 0x1B: "SetOption"
    case 0x1C: "Fetch"
    case 0x1F: "ResetConnection"
    default: nil
    }
  }

  /// Whether a server says nothing to it.
  static func isUnanswered(_ command: UInt8) -> Bool { command == 0x01 || command == 0x18 || command == 0x19 }
}

/// How far a server's answer has come.
struct MySQLAnswer {
  private enum Part {
    case first, columns, rows
    /// Definitions of a statement's parameters and columns, so many packets of them.
    case definitions
  }

  /// Command that it answers.
  var command: UInt8 = 0
  /// Whether the end of the definitions is not told by a packet of its own.
  var isDeprecatingEOF = false
  /// Code and text, if it failed.
  private(set) var error: [UInt8]?
  private(set) var isCancelled = false
  /// The number of the statement that was prepared.
  private(set) var statement: UInt32?
  /// Whether the client is to send a file.
  private(set) var wantsFile = false

  private var part = Part.first
  private var left: UInt64 = 0

  /// Learns of a packet, of which there are the first bytes.
  ///
  /// - Returns: Whether it is the last one.
  mutating func take(_ content: UnsafeRawBufferPointer, length: Int) -> Bool {
    guard let first = content.first else { return false }
    if first == 0xFF, part != .rows || length < 0xFF_FFFF { return fail(content) }
    switch part {
    case .first: return begin(first, content, length)
    case .definitions:
      left -= min(left, 1)
      return left == 0
    case .columns:
      if left > 0 {
        left -= 1
        if left == 0, isDeprecatingEOF { part = .rows }
        return false
      }
      part = .rows
      // A cursor's rows are fetched by other commands.
      return command == 0x17 && content.count >= 5 && content.uint16(at: 3, .little) & 0x40 != 0
    case .rows:
      guard first == 0xFE, length < (isDeprecatingEOF ? 0xFF_FFFF : 9) else { return false }
      return end(statusOf: content, isOK: isDeprecatingEOF && length > 5)
    }
  }

  private mutating func begin(_ first: UInt8, _ content: UnsafeRawBufferPointer, _ length: Int) -> Bool {
    switch command {
    case 0x16 where first == 0 && content.count >= 9:
      statement = content.uint32(at: 1, .little)
      let (columns, parameters) = (
        UInt64(content.uint16(at: 5, .little)), UInt64(content.uint16(at: 7, .little))
      )
      left = columns + parameters
      if !isDeprecatingEOF { left += (columns > 0 ? 1 : 0) + (parameters > 0 ? 1 : 0) }
      part = .definitions
      return left == 0
    case 0x03, 0x17:
      if first == 0 { return end(statusOf: content, isOK: true) }
      if first == 0xFB, command == 0x03 {
        wantsFile = true
        return false
      }
      var cursor = FrameCursor(content, .little)
      left = Self.number(&cursor) ?? 0
      part = .columns
      return false
    case 0x04, 0x1C:
      part = .rows
      return first == 0xFE && length < 9
    case 0x11:
      // Another way to authenticate is asked for.
      return first == 0
    case 0x12, 0x1E: return false
    default: return true
    }
  }

  /// Ends a result; others may follow.
  private mutating func end(statusOf content: UnsafeRawBufferPointer, isOK: Bool) -> Bool {
    var cursor = FrameCursor(content, .little)
    _ = cursor.uint8()
    if isOK {
      _ = Self.number(&cursor)
      _ = Self.number(&cursor)
    } else {
      _ = cursor.uint16()
    }
    let hasMore = (cursor.uint16() ?? 0) & 0x08 != 0
    if hasMore { part = .first }
    return !hasMore
  }

  private mutating func fail(_ content: UnsafeRawBufferPointer) -> Bool {
    guard content.count >= 3 else { return true }
    let code = content.uint16(at: 1, .little)
    // A mark and the SQLSTATE stand before the text.
    let hasState = content.count >= 9 && content[3] == UInt8(ascii: "#")
    error = words(digits(code), Array(content.from(hasState ? 9 : 3).first(1024)))
    isCancelled = code == 1317
    return true
  }

  /// A number of one to nine bytes.
  private static func number(_ cursor: inout FrameCursor) -> UInt64? {
    guard let first = cursor.uint8() else { return nil }
    switch first {
    case 0xFC: return cursor.uint16().map { UInt64($0) }
    case 0xFD: return cursor.take(3).map { UInt64($0.uint24(at: 0, .little)) }
    case 0xFE: return cursor.take(8).map { UInt64($0.uint32(at: 0, .little)) }
    default: return UInt64(first)
    }
  }
}
