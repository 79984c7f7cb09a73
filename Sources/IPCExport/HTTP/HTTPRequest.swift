/// The head of a request of HTTP/1 (RFC 9112), as much of it as a scrape needs.
struct HTTPRequest: Equatable {
  let method: String
  /// Path of what is asked for, without a query.
  let path: String
  /// Whether OpenMetrics is accepted.
  let acceptsOpenMetrics: Bool

  /// Reads a request.
  ///
  /// - Parameter head: Its lines, up to the empty one.
  init?(_ head: [UInt8]) {
    let lines = String(decoding: head, as: UTF8.self).split(
      separator: "\r\n", omittingEmptySubsequences: false)
    let words = lines[0].split(separator: " ")
    guard words.count == 3, words[2].hasPrefix("HTTP/1.") else { return nil }
    method = String(words[0])
    path = String(words[1].prefix { $0 != "?" })
    acceptsOpenMetrics = lines.dropFirst().contains { line in
      let parts = line.split(separator: ":", maxSplits: 1)
      return parts.count == 2 && parts[0].lowercased() == "accept"
        && parts[1].split(separator: ",").contains { accepted in
          accepted.prefix { $0 != ";" }.lowercased().filter { $0 != " " } == "application/openmetrics-text"
        }
    }
  }
}

/// An answer of HTTP/1, behind which the connection is closed.
struct HTTPResponse {
  let status: String
  var type = "text/plain; charset=utf-8"
  var headers = ""
  let body: [UInt8]

  /// As it is sent.
  ///
  /// - Parameter hasBody: Whether the body is sent, and not only its length.
  func bytes(hasBody: Bool) -> [UInt8] {
    let head =
      "HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\nContent-Length: \(body.count)\r\n\(headers)Connection: close\r\n\r\n"
    return Array(head.utf8) + (hasBody ? body : [])
  }
}
