import IPCModel

/// HTTP/1.0 and HTTP/1.1 (RFC 9110, RFC 9112).
extension ProtocolDefinition {
  static let http1 = ProtocolDefinition(
    name: "http1", words: ["http", "http1"],
    recognise: { bytes, _ in HTTPStartLine.recognise(bytes) },
    makeDecoder: { HTTP1Decoder(showsQuery: $0.showsQuery) })
}

/// What the first line of a message says (RFC 9112, sections 3 and 4).
enum HTTPStartLine {
  /// Longest method that is taken for one.
  private static let methodLimit = 24

  /// Says whether bytes begin a message.
  static func recognise(_ bytes: UnsafeRawBufferPointer) -> Recognition {
    if bytes.hasPrefix("HTTP/1.") {
      guard bytes.count >= 12 else { return .undecided }
      let isStatus = bytes[7].isDigit && bytes[8] == 0x20 && bytes[9...11].allSatisfy(\.isDigit)
      return isStatus ? .certain : .no
    }
    let isPrefix = ("HTTP/1." as StaticString).withUTF8Buffer { $0.starts(with: bytes) }
    if isPrefix { return .undecided }
    guard let space = bytes.prefix(methodLimit + 1).firstIndex(of: 0x20) else {
      let isMethod = bytes.count <= methodLimit && bytes.allSatisfy(\.isMethodByte)
      return isMethod ? .undecided : .no
    }
    guard space > 0, bytes[..<space].allSatisfy(\.isMethodByte) else { return .no }
    guard let end = bytes.firstIndex(of: 0x0A) else {
      // A target has neither spaces nor control characters.
      let target = bytes[(space + 1)...].prefix { $0 > 0x20 && $0 != 0x7F }
      let rest = UnsafeRawBufferPointer(rebasing: bytes[target.endIndex...])
      let isStillVersion =
        rest.isEmpty
        || (" HTTP/1.1\r" as StaticString).withUTF8Buffer { $0.prefix(8).starts(with: rest.prefix(8)) }
      return isStillVersion ? .undecided : .no
    }
    return version(ofLine: UnsafeRawBufferPointer(rebasing: bytes[..<end])) != nil ? .certain : .no
  }

  /// Where the version begins in a request line; nil if it is none.
  static func version(ofLine line: UnsafeRawBufferPointer) -> Int? {
    let text = line.last == 0x0D ? line.dropLast() : line[...]
    guard text.count > 10 else { return nil }
    let start = text.endIndex - 8
    let tail = UnsafeRawBufferPointer(rebasing: text[start...])
    guard tail.hasPrefix("HTTP/1."), tail[7].isDigit, text[start - 1] == 0x20 else { return nil }
    return start
  }
}

/// The head of a message, as far as its framing and its call depend on it.
struct HTTPHead {
  var isResponse = false
  var method: [UInt8] = []
  /// The target of a request, as it is written.
  var requestTarget: [UInt8] = []
  var status = 0
  var reason: [UInt8] = []
  var host: [UInt8]?
  var contentLength: UInt64?
  var isChunked = false
  var upgrade: [UInt8]?
  /// Whether what is said contradicts itself, so that the end of the body is a guess.
  var isContradictory = false

  /// Reads a head with its empty line; nil if it is none.
  init?(_ bytes: UnsafeRawBufferPointer) {
    var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)[...]
    guard let first = lines.popFirst(), readStart(UnsafeRawBufferPointer(rebasing: first)) else { return nil }
    for line in lines { readField(line.last == 0x0D ? line.dropLast() : line) }
    if isChunked { contentLength = nil }
  }

  private mutating func readStart(_ line: UnsafeRawBufferPointer) -> Bool {
    let text = UnsafeRawBufferPointer(rebasing: line.last == 0x0D ? line.dropLast() : line[...])
    if text.hasPrefix("HTTP/1.") {
      guard text.count >= 12, let code = Int(String(decoding: text[9..<12], as: UTF8.self)) else {
        return false
      }
      isResponse = true
      status = code
      reason = Array(text.dropFirst(13))
      return true
    }
    guard let version = HTTPStartLine.version(ofLine: text), let space = text.firstIndex(of: 0x20),
      space < version - 1
    else { return false }
    method = Array(text[..<space])
    requestTarget = Array(text[(space + 1)..<(version - 1)])
    return true
  }

  private mutating func readField(_ line: Slice<UnsafeRawBufferPointer>) {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return }
    let name = line[..<colon]
    // Of nearly all fields, the length of the name says that it is none of these.
    switch name.count {
    case 4 where name.isField("host"): host = Self.value(line[(colon + 1)...])
    case 7 where name.isField("upgrade"): upgrade = Self.value(line[(colon + 1)...])
    case 14 where name.isField("content-length"):
      let number = UInt64(String(decoding: Self.value(line[(colon + 1)...]), as: UTF8.self))
      if number == nil || (contentLength != nil && contentLength != number) { isContradictory = true }
      contentLength = number
    case 17 where name.isField("transfer-encoding"):
      isChunked = Self.value(line[(colon + 1)...]).suffix(7).map { $0 | 0x20 }.elementsEqual("chunked".utf8)
    default: break
    }
  }

  private static func value(_ bytes: Slice<UnsafeRawBufferPointer>) -> [UInt8] {
    let text = bytes.drop { $0 == 0x20 || $0 == 0x09 }
    guard let last = text.lastIndex(where: { $0 != 0x20 && $0 != 0x09 }) else { return [] }
    return Array(text[...last])
  }

  /// What was asked for: the method and the path, with the query if that is shown.
  func title(showsQuery: Bool) -> [UInt8] {
    var path = requestTarget[...]
    if let range = authority(), !method.elementsEqual("CONNECT".utf8) { path = path[range.upperBound...] }
    if !showsQuery, let query = path.firstIndex(of: UInt8(ascii: "?")) { path = path[..<query] }
    if path.isEmpty { path = [UInt8(ascii: "/")] }
    return method + [0x20] + path
  }

  /// Whom it is for: the host of the target, else that of the field.
  var destination: [UInt8]? {
    if method.elementsEqual("CONNECT".utf8) { return requestTarget }
    return authority().map { Array(requestTarget[$0]) } ?? host
  }

  /// Where a target in absolute form (`http://host/path`) has its host.
  private func authority() -> Range<Int>? {
    let scheme = Array("http://".utf8)
    guard requestTarget.starts(with: scheme) else { return nil }
    let rest = requestTarget[scheme.count...]
    return scheme.count..<(rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex)
  }
}

extension UInt8 {
  var isDigit: Bool { (0x30...0x39).contains(self) }
  /// Whether it may be in a method: a token in capitals, as all that are registered are.
  fileprivate var isMethodByte: Bool { (0x41...0x5A).contains(self) || self == 0x2D || self == 0x5F }
}

extension Slice<UnsafeRawBufferPointer> {
  /// Whether they are the name of a field, in whatever case.
  fileprivate func isField(_ name: StaticString) -> Bool {
    name.withUTF8Buffer { name in
      zip(self, name).allSatisfy { ((0x41...0x5A).contains($0) ? $0 | 0x20 : $0) == $1 }
    }
  }
}
