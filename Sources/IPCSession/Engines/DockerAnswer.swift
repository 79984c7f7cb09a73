import PlainText

/// What Docker's API says of containers (HTTP/1.1, GET /containers/json).
enum DockerAnswer {
  /// Without its end, the connection would stay open.
  private static let request = "GET /containers/json HTTP/1.1\r\nHost: ipcdump\r\nConnection: close\r\n\r\n"

  /// Asks an engine, and writes the names down.
  static func ask(_ server: Int32, into answer: Int32) {
    EngineSocket.send(Array(request.utf8), to: server)
    var bytes: [UInt8] = []
    while EngineSocket.receive(&bytes, from: server) {}
    EngineSocket.write(names(in: bytes), to: answer)
  }

  private struct Container: Decodable {
    let id: String
    let names: [String]?

    enum CodingKeys: String, CodingKey { case id = "Id", names = "Names" }
  }

  /// Names of containers by their ids; none if the answer is not that of success.
  static func names(in answer: [UInt8]) -> [(id: [UInt8], name: [UInt8])] {
    guard let body = body(of: answer),
      let containers = try? PlainJSONDecoder.value(
        [Container].self, from: String(decoding: body, as: UTF8.self))
    else { return [] }
    return containers.compactMap { container in
      // Of several, those with another slash are links of other containers.
      let own = container.names?.map { $0.hasPrefix("/") ? String($0.dropFirst()) : $0 }.first {
        !$0.contains("/")
      }
      return own.map { (Array(container.id.utf8), Array($0.utf8)) }
    }
  }

  // MARK: - HTTP

  private static func body(of answer: [UInt8]) -> [UInt8]? {
    let gap = Array("\r\n\r\n".utf8)
    guard let end = answer.indices.first(where: { answer[$0...].starts(with: gap) }) else { return nil }
    let lines = String(decoding: answer[..<end], as: UTF8.self).lowercased().split(separator: "\r\n")
    guard let status = lines.first?.split(separator: " "), status.count > 1, status[0].hasPrefix("http/1."),
      status[1] == "200"
    else { return nil }
    let body = answer[(end + gap.count)...]
    let isChunked = lines.contains { $0.hasPrefix("transfer-encoding:") && $0.hasSuffix("chunked") }
    return isChunked ? joined(body) : Array(body)
  }

  /// Puts chunks together (RFC 9112, section 7.1).
  private static func joined(_ chunks: ArraySlice<UInt8>) -> [UInt8]? {
    var (left, body) = (chunks, [UInt8]())
    while let end = left.firstIndex(of: UInt8(ascii: "\n")) {
      let digits = left[..<end].prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: "\r") }
      guard let count = Int(String(decoding: digits, as: UTF8.self), radix: 16), count >= 0 else {
        return nil
      }
      if count == 0 { return body }
      left = left[(end + 1)...]
      guard left.count >= count + 2 else { return nil }
      body += left.prefix(count)
      left = left.dropFirst(count + 2)
    }
    return nil
  }
}
