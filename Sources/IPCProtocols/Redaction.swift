import Glibc
import IPCModel

/// Finds secrets in bytes: the values of `Authorization`, `Cookie`, `password`, `token`, `secret`, `api_key` and their like,
/// wherever a key stands before them as in headers, JSON, forms, queries and SQL; passwords of Redis and Postgres.
public enum Redaction {
  /// What stands for a secret.
  public static let mark: StaticString = "***"

  /// Keys whose values are secrets; what stands before them, as in `access_token`, changes nothing.
  private static let keys: [StaticString] = [
    "authorization", "cookie", "password", "passwd", "requirepass", "masterauth", "token", "secret",
    "api_key",
    "api-key", "apikey", "private_key",
  ]

  /// First letters of the keys, by which most bytes are passed over.
  private static let firstLetters: [Bool] = {
    var letters = [Bool](repeating: false, count: 256)
    for key in keys {
      key.withUTF8Buffer { key in
        letters[Int(key[0])] = true
        letters[Int(key[0]) & ~0x20] = true
      }
    }
    letters[Int(UInt8(ascii: "a"))] = true
    letters[Int(UInt8(ascii: "A"))] = true
    return letters
  }()

  /// Where secrets are, in their order.
  public static func secrets(in bytes: UnsafeRawBufferPointer) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var index = 0
    while index < bytes.count {
      guard firstLetters[Int(bytes[index])] else {
        index += 1
        continue
      }
      let rest = UnsafeRawBufferPointer(rebasing: bytes[index...])
      let values = redisPasswords(in: rest) ?? value(behindKeyIn: rest).map { [$0] } ?? []
      for value in values where !value.isEmpty {
        found.append((value.lowerBound + index)..<(value.upperBound + index))
      }
      index = found.last.map { max($0.upperBound, index + 1) } ?? index + 1
    }
    return found
  }

  /// Bytes with ``mark`` for each secret; nil if there is none.
  public static func redacted(_ bytes: [UInt8]) -> [UInt8]? {
    bytes.withUnsafeBytes { raw in
      let secrets = secrets(in: raw)
      if secrets.isEmpty { return nil }
      var result: [UInt8] = []
      var start = 0
      for secret in secrets {
        result += bytes[start..<secret.lowerBound]
        mark.withUTF8Buffer { result += $0 }
        start = secret.upperBound
      }
      return result + bytes[start...]
    }
  }

  /// Overwrites secrets with asterisks, so that there are as many bytes as before.
  public static func mask(_ bytes: UnsafeMutableRawBufferPointer) {
    for secret in secrets(in: UnsafeRawBufferPointer(bytes)) {
      UnsafeMutableRawBufferPointer(rebasing: bytes[secret]).initializeMemory(as: UInt8.self, repeating: 0x2A)
    }
  }

  // MARK: - Keys and values

  private static func value(behindKeyIn bytes: UnsafeRawBufferPointer) -> Range<Int>? {
    for key in keys {
      let length = key.utf8CodeUnitCount
      guard bytes.count > length, matches(key, bytes) else { continue }
      // `tokens` and `secretary` are other words.
      if isWordByte(bytes[length]) { continue }
      if let range = value(in: bytes, from: length, isHeader: key.utf8Start[0] < 0x64) { return range }
    }
    return nil
  }

  private static func matches(_ word: StaticString, _ bytes: UnsafeRawBufferPointer) -> Bool {
    word.withUTF8Buffer { word in
      guard bytes.count >= word.count else { return false }
      for index in 0..<word.count where lower(bytes[index]) != word[index] { return false }
      return true
    }
  }

  private static func lower(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7A).contains(lower(byte)) || byte == 0x5F
  }

  /// The value behind a key: `"key": "value"`, `key=value`, `Key: value` up to the end of the line, `KEY 'value'`.
  private static func value(in bytes: UnsafeRawBufferPointer, from start: Int, isHeader: Bool) -> Range<Int>?
  {
    var index = start
    func skip(_ passes: (UInt8) -> Bool) {
      while index < bytes.count, passes(bytes[index]) { index += 1 }
    }
    skip { $0 == UInt8(ascii: "\\") }
    let isQuotedKey = index < bytes.count && (bytes[index] == 0x22 || bytes[index] == 0x27)
    if isQuotedKey { index += 1 }
    skip { $0 == 0x20 || $0 == 0x09 }
    guard index < bytes.count else { return nil }
    let separator = bytes[index]
    let isSQL = separator == 0x27
    guard separator == UInt8(ascii: ":") || separator == UInt8(ascii: "=") || isSQL else { return nil }
    if !isSQL { index += 1 }
    skip { $0 == 0x20 || $0 == 0x09 }
    let escapes = index
    skip { $0 == UInt8(ascii: "\\") }
    if index < bytes.count, bytes[index] == 0x22 || bytes[index] == 0x27 {
      return quoted(in: bytes, from: index + 1, by: bytes[index], isEscaped: index > escapes)
    }
    index = escapes
    let valueStart = index
    if isHeader, separator == UInt8(ascii: ":"), !isQuotedKey {
      skip { $0 != 0x0D && $0 != 0x0A }
    } else {
      skip { $0 > 0x20 && !Self.ends.contains($0) }
    }
    return valueStart..<index
  }

  private static let ends = Array("&,;{}[]()<>\"'".utf8)

  private static func quoted(
    in bytes: UnsafeRawBufferPointer, from start: Int, by quote: UInt8, isEscaped: Bool
  ) -> Range<Int> {
    var index = start
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "\\") {
        // In JSON within a string, the quote at the end is escaped itself.
        if isEscaped, index + 1 < bytes.count, bytes[index + 1] == quote { break }
        index += 2
        continue
      }
      if bytes[index] == quote { break }
      index += 1
    }
    return start..<min(index, bytes.count)
  }

  // MARK: - Redis

  /// Passwords of Redis's `AUTH`, alone or in `HELLO`: each string behind the word (redis.io/docs, "RESP protocol").
  private static func redisPasswords(in bytes: UnsafeRawBufferPointer) -> [Range<Int>]? {
    guard matches("auth\r\n", bytes) else { return nil }
    var found: [Range<Int>] = []
    var index = 6
    while found.count < 2, index < bytes.count, bytes[index] == UInt8(ascii: "$"),
      let newline = bytes[index...].firstIndex(of: 0x0A),
      let length = Int(String(decoding: bytes[(index + 1)..<newline].prefix { $0.isDigit }, as: UTF8.self))
    {
      let end = min(newline + 1 + min(length, bytes.count), bytes.count)
      found.append((newline + 1)..<end)
      index = min(end + 2, bytes.count)
    }
    return found
  }
}

extension Message {
  /// The message without secrets in what is shown of it.
  public func redacted() -> Message {
    var message = self
    message.method = method.map { Redaction.redacted($0) ?? $0 }
    message.target = target.map { Redaction.redacted($0) ?? $0 }
    message.error = error.map { Redaction.redacted($0) ?? $0 }
    if isPassword {
      message.frame.content = frame.content.map { $0.prefix(5) + Array("\(Redaction.mark)".utf8) }
    } else {
      message.frame.content = frame.content.map { Redaction.redacted($0) ?? $0 }
    }
    return message
  }

  /// Whether it is Postgres's answer to the question for a password ("Message Formats": `p`, then the length).
  private var isPassword: Bool {
    `protocol`.description == "postgres" && frame.content?.first == UInt8(ascii: "p")
  }
}

extension Call {
  /// The call without secrets in what is shown of it.
  public func redacted() -> Call {
    var call = self
    call.request = request.redacted()
    call.response = response?.redacted()
    return call
  }
}
