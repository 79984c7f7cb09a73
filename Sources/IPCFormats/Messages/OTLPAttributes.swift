import ByteOutput
import IPCModel
import IPCProtocols

/// What spans are called.
enum SpanName {
  /// The method, and what it is about where there are few of these: MCP's tools.
  static func name(of call: Call) -> [UInt8] {
    guard let method = call.request.method else { return Array("\(call.request.protocol)".utf8) }
    let isTool = method.elementsEqual("tools/call".utf8) || method.elementsEqual("prompts/get".utf8)
    guard isTool, let target = call.request.target else { return method }
    return method + [0x20] + target
  }
}

/// Attributes by OpenTelemetry's semantic conventions (opentelemetry.io/docs/specs/semconv): rpc, http, db, mcp, network.
extension JSONWriter {
  /// Writes an attribute of a call for each thing that is known of it.
  mutating func appendAttributes(of call: Call) {
    attribute("network.transport", transport(of: call.request.channel.kind))
    appendProtocol(call)
    if call.status == .error || call.status == .cancelled || call.status == .unanswered {
      attribute("error.type", errorType(of: call))
    }
    attribute("ipcdump.status", call.status.word)
    attribute("ipcdump.channel", call.request.channel.name)
    attribute("ipcdump.request_bytes", number: call.request.frame.count)
    attribute("ipcdump.response_bytes", number: call.responseBytes)
  }

  private mutating func appendProtocol(_ call: Call) {
    let request = call.request
    switch "\(request.protocol)" {
    case "http1", "http2": appendHTTP(call)
    case "redis", "postgres", "mysql": appendDatabase(request)
    case "json-rpc": appendJSONRPC(call)
    case "grpc", "ttrpc":
      appendService(request, separator: UInt8(ascii: "/"))
      attribute("rpc.system", request.protocol)
      if let code = call.response?.code { attribute("rpc.grpc.status_code", number: UInt64(code)) }
    default:
      attribute("rpc.system", request.protocol)
      appendService(request, separator: UInt8(ascii: "."))
      if let target = request.target { attribute("server.address", target) }
    }
  }

  private mutating func appendHTTP(_ call: Call) {
    let words = (call.request.method ?? []).split(separator: 0x20, maxSplits: 1)
    if let method = words.first { attribute("http.request.method", Array(method)) }
    if words.count > 1 { attribute("url.path", Array(words[1])) }
    if let host = call.request.target { attribute("server.address", host) }
    if let code = call.response?.code { attribute("http.response.status_code", number: UInt64(code)) }
    attribute("network.protocol.name", "http")
    attribute("network.protocol.version", call.request.protocol.description == "http2" ? "2" : "1.1")
  }

  private mutating func appendDatabase(_ request: Message) {
    let isPostgres = request.protocol.description == "postgres"
    attribute("db.system.name", isPostgres ? "postgresql" : request.protocol)
    if let method = request.method { attribute("db.operation.name", method) }
    if let target = request.target { attribute("db.query.text", target) }
  }

  private mutating func appendJSONRPC(_ call: Call) {
    let request = call.request
    attribute("rpc.system", "jsonrpc")
    if let method = request.method { attribute("rpc.method", method) }
    if let id = request.id {
      attribute("rpc.jsonrpc.request_id", id)
      attribute("jsonrpc.request.id", id)
    }
    if let response = call.response, call.status == .error, let error = response.error {
      let code = error.prefix { $0 != 0x20 }
      if let number = Int64(String(decoding: code, as: UTF8.self)) {
        beginAttribute("rpc.jsonrpc.error_code", "intValue")
        output.append("\"")
        output.appendDecimal(number)
        output.append("\"")
        endAttribute()
        attribute("rpc.jsonrpc.error_message", Array(error.dropFirst(code.count + 1)))
      }
    }
    guard let method = request.method, let target = request.target else { return }
    attribute("mcp.method.name", method)
    switch String(decoding: method, as: UTF8.self) {
    case "tools/call": attribute("gen_ai.tool.name", target)
    case "prompts/get": attribute("gen_ai.prompt.name", target)
    default: attribute("mcp.resource.uri", target)
    }
  }

  /// Writes the service and the method of what is called `service.method` or `/service/method`.
  private mutating func appendService(_ request: Message, separator: UInt8) {
    guard let method = request.method else { return }
    guard let cut = method.lastIndex(of: separator) else { return attribute("rpc.method", method) }
    let service = method[..<cut].drop { $0 == separator }
    if !service.isEmpty { attribute("rpc.service", Array(service)) }
    attribute("rpc.method", Array(method[(cut + 1)...]))
  }

  private func errorType(of call: Call) -> [UInt8] {
    guard let error = call.error else { return Array("\(call.status.word)".utf8) }
    return Array(error.prefix { $0 != 0x20 })
  }

  private func transport(of kind: Kind) -> StaticString {
    switch kind {
    case .pipe: "pipe"
    case .loopbackTCP: "tcp"
    case .loopbackUDP: "udp"
    case .unixStream, .unixDatagram, .unixSeqpacket: "unix"
    default: kind.row.name
    }
  }

  // MARK: - One attribute

  mutating func attribute(_ key: StaticString, _ text: UnsafeBufferPointer<UInt8>) {
    beginAttribute(key, "stringValue")
    output.append(text, .json)
    endAttribute()
  }

  mutating func attribute(_ key: StaticString, _ text: [UInt8]) {
    text.withUnsafeBufferPointer { attribute(key, $0) }
  }

  mutating func attribute(_ key: StaticString, _ text: StaticString) {
    text.withUTF8Buffer { attribute(key, $0) }
  }

  mutating func attribute(_ key: StaticString, text: String) { attribute(key, Array(text.utf8)) }

  /// Writes a number, which OTLP/JSON has as a text, since it has 64 bits.
  mutating func attribute(_ key: StaticString, number: UInt64) {
    beginAttribute(key, "intValue")
    output.append("\"")
    output.appendDecimal(number)
    output.append("\"")
    endAttribute()
  }

  private mutating func beginAttribute(_ key: StaticString, _ form: StaticString) {
    beginObject()
    field("key", key)
    self.key("value")
    beginObject()
    self.key(form)
  }

  private mutating func endAttribute() {
    endValue()
    endObject()
    endObject()
  }
}
