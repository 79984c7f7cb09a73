/// What the fields of a header block say of a message.
struct HTTP2Fields {
  var method: [UInt8]?
  var path: [UInt8]?
  var authority: [UInt8]?
  var status: UInt32?
  var grpcStatus: [UInt8]?
  var grpcMessage: [UInt8]?
  var isGRPC = false
  /// Whether it has a type, and whether fields are unknown, of which that may be one.
  var hasType = false
  var hasUnknown = false
  /// Whether fields that only requests have are among them.
  var isRequest = false

  /// Adds the fields of a block: those behind a body do not take the place of those before it.
  mutating func add(_ name: HPACKDecoder.Name, _ value: [UInt8]) {
    switch name {
    case .method:
      method = method ?? value
      isRequest = true
    case .path:
      path = path ?? value
      isRequest = true
    case .authority:
      authority = authority ?? value
      isRequest = true
    case .scheme: isRequest = true
    case .status: status = UInt32(String(decoding: value, as: UTF8.self)) ?? status
    case .contentType:
      hasType = true
      if value.starts(with: "application/grpc".utf8) { isGRPC = true }
    case .grpcStatus: grpcStatus = value
    case .grpcMessage: grpcMessage = Self.percentDecoded(value)
    case .unknown: hasUnknown = true
    case .other: break
    }
  }

  /// What a request asks for; nil if that is in a part of the table that was not seen.
  func title(showsQuery: Bool) -> [UInt8]? {
    guard let method else { return nil }
    // It may be gRPC's, which posts everything.
    if hasUnknown, !hasType, method.elementsEqual("POST".utf8) { return nil }
    guard let path else { return method.elementsEqual("CONNECT".utf8) ? words(method, authority ?? []) : nil }
    if isGRPC { return path }
    return words(method, showsQuery ? path : Array(path.prefix { $0 != UInt8(ascii: "?") }))
  }

  /// How an answer went: code and text of an error.
  var error: [UInt8]? {
    if let grpcStatus, !grpcStatus.elementsEqual("0".utf8) { return words(grpcStatus, grpcMessage ?? []) }
    if let status, status >= 400 { return digits(status) }
    return nil
  }

  private static func percentDecoded(_ text: [UInt8]) -> [UInt8] {
    var decoded: [UInt8] = []
    var index = 0
    while index < text.count {
      if text[index] == UInt8(ascii: "%"), index + 2 < text.count,
        let byte = UInt8(String(decoding: text[(index + 1)...(index + 2)], as: UTF8.self), radix: 16)
      {
        decoded.append(byte)
        index += 3
      } else {
        decoded.append(text[index])
        index += 1
      }
    }
    return decoded
  }
}

extension HTTP2Fields {
  /// These fields with those of a block behind it, which count if these have none.
  func joined(_ next: HTTP2Fields) -> HTTP2Fields {
    var all = self
    all.method = method ?? next.method
    all.path = path ?? next.path
    all.authority = authority ?? next.authority
    all.status = next.status ?? status
    all.grpcStatus = next.grpcStatus ?? grpcStatus
    all.grpcMessage = next.grpcMessage ?? grpcMessage
    all.isGRPC = isGRPC || next.isGRPC
    all.isRequest = isRequest || next.isRequest
    all.hasType = hasType || next.hasType
    all.hasUnknown = hasUnknown || next.hasUnknown
    return all
  }
}
