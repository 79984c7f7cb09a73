/// What the parameters and headers of a request and its answer say.
enum FastCGIParameters {
  /// Method and path as HTTP's, and the script that is run.
  static func title(_ parameters: [UInt8], showsQuery: Bool) -> (method: [UInt8]?, target: [UInt8]?) {
    var values: [String: [UInt8]] = [:]
    parameters.withUnsafeBytes { bytes in
      var cursor = FrameCursor(bytes)
      while let nameCount = length(&cursor), let valueCount = length(&cursor),
        let name = cursor.take(nameCount), let value = cursor.take(valueCount)
      {
        let key = String(decoding: name.prefix(32), as: UTF8.self)
        if names.contains(key) { values[key] = Array(value.prefix(2048)) }
      }
    }
    let script = values["SCRIPT_FILENAME"].flatMap { $0.isEmpty ? nil : $0 }
    guard let method = values["REQUEST_METHOD"] else { return (nil, script) }
    var path = values["REQUEST_URI"] ?? values["DOCUMENT_URI"] ?? values["SCRIPT_NAME"] ?? []
    if !showsQuery { path = Array(path.prefix { $0 != UInt8(ascii: "?") }) }
    return (words(method, path), script)
  }

  private static let names: Set<String> = [
    "REQUEST_METHOD", "REQUEST_URI", "DOCUMENT_URI", "SCRIPT_NAME", "SCRIPT_FILENAME",
  ]

  /// A length of one byte, or of four with the first bit set (section 3.4).
  private static func length(_ cursor: inout FrameCursor) -> Int? {
    guard let first = cursor.uint8() else { return nil }
    guard first & 0x80 != 0 else { return Int(first) }
    guard let rest = cursor.take(3) else { return nil }
    return Int(first & 0x7F) << 24 | Int(rest.uint24(at: 0, .big))
  }

  /// The status of an answer; without one, it went well (RFC 3875, section 6.3.3).
  static func status(_ head: [UInt8]) -> (code: Int, text: [UInt8])? {
    for line in head.split(separator: 0x0A, omittingEmptySubsequences: false) {
      let line = line.last == 0x0D ? line.dropLast() : line
      if line.isEmpty { return nil }
      guard line.prefix(7).map({ $0 | 0x20 }).elementsEqual("status:".utf8) else { continue }
      let text = line.dropFirst(7).drop { $0 == 0x20 || $0 == 0x09 }
      guard let code = Int(String(decoding: text.prefix(3), as: UTF8.self)) else { return nil }
      return (code, Array(text.prefix(256)))
    }
    return nil
  }
}
