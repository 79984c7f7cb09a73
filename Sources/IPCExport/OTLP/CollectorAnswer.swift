import PlainText

/// What a collector answers to a request with spans.
enum CollectorAnswer: Equatable {
  /// They were taken, but for so many, which it will never take.
  case taken(rejected: UInt64)
  /// Not now; perhaps after so many seconds.
  case later(seconds: UInt64?)
  /// Never.
  case refused

  private struct Body: Decodable {
    struct Partial: Decodable {
      var rejectedSpans: String?
    }

    var partialSuccess: Partial?
  }

  /// Statuses after which a request is tried again (opentelemetry.io/docs/specs/otlp, OTLP/HTTP response).
  private static let temporary: Set = [429, 502, 503, 504]

  /// Reads an answer of HTTP/1 that has come to its end.
  ///
  /// - Parameter bytes: All of it.
  init?(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    let parts = text.parts(between: "\r\n\r\n")
    let lines = parts[0].split(separator: "\r\n")
    let words = (lines.first ?? "").split(separator: " ")
    guard words.count >= 2, words[0].hasPrefix("HTTP/1."), words[1].count == 3, let status = Int(words[1])
    else { return nil }
    switch status {
    case 200..<300:
      // Who says nothing has taken everything.
      let body = parts.count > 1 ? String(parts[1]) : ""
      let told = try? PlainJSONDecoder.value(Body.self, from: body)
      self = .taken(rejected: told?.partialSuccess?.rejectedSpans.flatMap { UInt64($0) } ?? 0)
    case _ where Self.temporary.contains(status):
      let value = lines.first { $0.lowercased().hasPrefix("retry-after:") }?.split(separator: ":").last
      self = .later(seconds: value.flatMap { UInt64($0.filter { $0 != " " }) })
    default: self = .refused
    }
  }
}
