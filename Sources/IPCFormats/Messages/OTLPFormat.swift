import ByteOutput
import Glibc
import IPCModel
import IPCProtocols

/// Calls as OTLP/JSON lines, a `TracesData` a line: the file format that the OpenTelemetry Collector reads
/// (opentelemetry.io/docs/specs/otel/protocol/file-exporter). Each call is a span of its client and one of its server.
public struct OTLPFormat: MessageFormat {
  /// What is known of where the spans come from.
  public struct Origin: Sendable {
    /// Name of the host.
    public var host: String
    /// Name and version of the program that tells of them.
    public var program: String

    /// Describes it.
    public init(host: String, program: String) {
      self.host = host
      self.program = program
    }

    /// Describes a program of this host (uname(2)).
    ///
    /// - Parameter program: Name and version of the program that tells of the spans.
    public static func ofThisHost(program: String) -> Origin {
      var system = utsname()
      guard uname(&system) == 0 else { return Origin(host: "", program: program) }
      let host = withUnsafeBytes(of: system.nodename) { name in
        String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
      }
      return Origin(host: host, program: program)
    }
  }

  /// See ``Origin``.
  public var origin = Origin(host: "", program: "ipcdump")
  /// Clock by which kernel times become times of day.
  public var clock: WallClock
  /// Number of calls up to now, of which the ids of spans are made.
  private var number: UInt64 = 0
  private let seed: UInt64

  /// Creates a format.
  public init(_ options: FormatOptions) {
    clock = options.clock
    seed = UInt64(bitPattern: Int64(clock.epochNanoseconds(of: clock.start)))
  }

  /// Appends nothing: only calls are spans.
  public mutating func append(_ message: Message, to output: inout OutputBuffer) {}

  /// Appends nothing: there is no place for losses in this format.
  public mutating func append(_ loss: Loss, to output: inout OutputBuffer) {}

  /// Spans of a call: that of its client and, if it is known who has got the request, that of the server.
  package static func spanCount(of call: Call) -> UInt64 { call.request.frame.destination.isKnown ? 2 : 1 }

  /// Appends the line of a call.
  public mutating func append(_ call: Call, to output: inout OutputBuffer) {
    number += 1
    var json = JSONWriter(output)
    json.beginObject()
    json.key("resourceSpans")
    json.beginArray()
    let request = call.request.frame
    let start = min(request.begun ?? request.written ?? request.time, request.time)
    append(call, .client, at: request.source, start, call.time, &json)
    if request.destination.isKnown {
      let response = call.response?.frame
      let end = response.map { min($0.written ?? $0.time, $0.time) } ?? call.time
      append(call, .server, at: request.destination, request.time, max(end, request.time), &json)
    }
    json.endArray()
    json.endObject()
    output = json.finish()
    output.append("\n")
  }

  // MARK: - Spans

  /// Which side's span it is, by its number in OTLP (`SpanKind`, trace.proto).
  private enum SpanKind: UInt64 {
    case server = 2
    case client = 3
  }

  private func append(
    _ call: Call, _ kind: SpanKind, at end: Endpoint, _ start: UInt64, _ stop: UInt64,
    _ json: inout JSONWriter
  ) {
    json.beginObject()
    json.key("resource")
    json.beginObject()
    json.key("attributes")
    json.beginArray()
    json.attribute("host.name", text: origin.host)
    if end.pid >= 0 { json.attribute("process.pid", number: UInt64(end.pid)) }
    end.comm.withBytes { json.attribute("process.executable.name", $0) }
    end.comm.withBytes { json.attribute("service.name", $0) }
    json.endArray()
    json.endObject()
    json.key("scopeSpans")
    json.beginArray()
    json.beginObject()
    json.key("scope")
    json.beginObject()
    json.key("name")
    json.value(text: origin.program)
    json.endObject()
    json.key("spans")
    json.beginArray()
    appendSpan(call, kind, start, stop, &json)
    json.endArray()
    json.endObject()
    json.endArray()
    json.endObject()
  }

  private func appendSpan(
    _ call: Call, _ kind: SpanKind, _ start: UInt64, _ stop: UInt64, _ json: inout JSONWriter
  ) {
    let (client, server) = (2 * number, 2 * number + 1)
    json.beginObject()
    appendID("traceId", [Hashing.spread(seed), Hashing.spread(seed ^ number)], &json)
    appendID("spanId", [Hashing.spread(seed &+ (kind == .client ? client : server))], &json)
    if kind == .server { appendID("parentSpanId", [Hashing.spread(seed &+ client)], &json) }
    json.key("name")
    let name = SpanName.name(of: call)
    name.withUnsafeBufferPointer { json.value($0) }
    json.field("kind", kind.rawValue)
    appendTime("startTimeUnixNano", start, &json)
    appendTime("endTimeUnixNano", max(start, stop), &json)
    json.key("attributes")
    json.beginArray()
    json.appendAttributes(of: call)
    json.endArray()
    json.key("status")
    json.beginObject()
    if call.status != .ok {
      json.field("code", UInt64(2))
      let text = call.error ?? Array("\(call.status.word)".utf8)
      text.withUnsafeBufferPointer { json.field("message", $0) }
    }
    json.endObject()
    json.endObject()
  }

  private func appendID(_ key: StaticString, _ words: [UInt64], _ json: inout JSONWriter) {
    json.key(key)
    json.beginString()
    // An id of zeros is none.
    for word in words { json.output.appendHex(max(word, 1), width: 16) }
    json.endString()
  }

  private func appendTime(_ key: StaticString, _ time: UInt64, _ json: inout JSONWriter) {
    json.key(key)
    json.beginString()
    json.output.appendDecimal(UInt64(max(clock.epochNanoseconds(of: time), 0)))
    json.endString()
  }
}
