import ByteOutput
import IPCFormats
import IPCModel
import IPCProtocols

/// Timeline of calls for Perfetto and chrome://tracing (Trace Event Format): a slice of each call at its client and one at
/// its server, with an arrow for the request and one for the response; messages are slices of a nanosecond.
public struct MessageTimelineFormat: MessageFormat {
  /// Clock of the trace; only its start matters here.
  public var clock: WallClock
  private let byteLimit: Int?
  /// Of each thread, when the slices of each of its tracks end. Slices of one track must not overlap.
  private var tracks: [Int32: [Range<UInt64>]] = [:]
  private var named: Set<UInt64> = []
  private var flow: UInt64 = 0

  /// Tracks of a thread: calls beyond so many at a time are put upon each other.
  private static let trackLimit = 64
  /// Threads that are remembered.
  private static let threadLimit = 65_536
  /// Between the numbers of the tracks of one thread: above every thread id (`PID_MAX_LIMIT`, include/linux/threads.h).
  private static let trackStep: UInt64 = 1 << 22

  /// Creates a format.
  public init(_ options: FormatOptions) {
    clock = options.clock
    byteLimit = options.byteLimit
  }

  /// Appends the array's beginning.
  public mutating func appendHeader(to output: inout OutputBuffer) {
    output.append(
      """
      [
      {"name":"process_name","ph":"M","pid":0,"tid":0,"args":{"name":"<unknown>"}}

      """)
  }

  /// Appends the array's end.
  public mutating func appendFooter(to output: inout OutputBuffer) { output.append("]\n") }

  /// Appends a slice of a message at each end.
  public mutating func append(_ message: Message, to output: inout OutputBuffer) {
    let frame = message.frame
    let sent = slice(at: frame.source, (frame.written ?? frame.time), 1)
    let received = slice(at: frame.destination, frame.time, 1)
    append(sent, message, nil, &output)
    if frame.traits.contains(.undelivered) { return }
    append(received, message, nil, &output)
    appendArrow(from: sent, sent.start, to: received, received.start, &output)
  }

  /// Appends the slices and arrows of a call.
  public mutating func append(_ call: Call, to output: inout OutputBuffer) {
    let request = call.request.frame
    let written = min(request.written ?? request.time, call.time)
    let client = slice(at: request.source, written, call.time - written)
    append(client, call.request, call, &output)
    guard request.destination.isKnown else { return }
    let answer = call.response?.frame
    let answered = max(answer.map { min($0.written ?? $0.time, $0.time) } ?? call.time, request.time)
    let server = slice(at: request.destination, request.time, answered - request.time)
    append(server, call.request, call, &output)
    appendArrow(from: client, client.start, to: server, server.start, &output)
    if answer != nil { appendArrow(from: server, server.end, to: client, client.end, &output) }
  }

  /// Appends a mark through all tracks.
  public mutating func append(_ loss: Loss, to output: inout OutputBuffer) {
    var events = ChromeTraceFormat(FormatOptions(clock: clock))
    events.append(loss, to: &output)
  }

  // MARK: - Slices

  private struct Slice {
    var end: UInt64
    var start: UInt64
    var place: Endpoint
    var track: UInt64
  }

  /// Chooses a track on which nothing overlaps with a slice but what lies within it.
  private mutating func slice(at place: Endpoint, _ start: UInt64, _ duration: UInt64) -> Slice {
    let span = start..<(start + max(duration, 1))
    if tracks.count >= Self.threadLimit { tracks.removeAll(keepingCapacity: true) }
    let thread = max(place.tid >= 0 ? place.tid : place.pid, 0)
    var taken = tracks.removeValue(forKey: thread) ?? []
    var track = taken.firstIndex { busy in
      span.lowerBound >= busy.upperBound
        || (span.lowerBound <= busy.lowerBound && span.upperBound >= busy.upperBound)
    }
    if let track {
      taken[track] = span
    } else if taken.count < Self.trackLimit {
      track = taken.count
      taken.append(span)
    }
    tracks[thread] = taken
    return Slice(
      end: span.upperBound, start: start, place: place,
      track: UInt64(thread) + UInt64(track ?? 0) * Self.trackStep)
  }

  private mutating func append(
    _ slice: Slice, _ message: Message, _ call: Call?, _ output: inout OutputBuffer
  ) {
    name(slice, &output)
    var json = JSONWriter(output, isContinued: true)
    json.beginObject()
    json.key("name")
    let title = message.method ?? Array("\(message.protocol)".utf8)
    title.withUnsafeBufferPointer { json.value($0) }
    json.field("ph", "X")
    json.key("dur")
    append(microseconds: slice.end - slice.start, &json)
    json.field("cat", message.protocol)
    append(slice, slice.start, &json)
    json.key("args")
    json.beginObject()
    json.field("role", call == nil ? message.role.word : "call")
    for (key, text) in [("target", message.target), ("id", message.id)] as [(StaticString, [UInt8]?)] {
      text?.withUnsafeBufferPointer { json.field(key, $0) }
    }
    if let status = call?.status ?? message.status { json.field("status", status.word) }
    if let error = call?.error ?? message.error {
      error.withUnsafeBufferPointer { json.field("error", $0) }
    }
    json.field("channel_type", message.channel.kind.row.name)
    message.channel.name.withUnsafeBufferPointer { json.field("channel", $0) }
    if let call {
      if let duration = call.duration { json.field("duration_ns", duration) }
      json.field("request_bytes", call.request.frame.count)
      json.field("response_bytes", call.responseBytes)
      appendContent(of: call.request.frame, "request", &json)
      appendContent(of: call.response?.frame, "response", &json)
    } else {
      json.field("count", message.frame.count)
      appendContent(of: message.frame, "bytes", &json)
    }
    json.endObject()
    json.endObject()
    json.output.append("\n")
    output = json.finish()
  }

  private func appendContent(of frame: Frame?, _ key: StaticString, _ json: inout JSONWriter) {
    guard let content = frame?.content else { return }
    json.key(key)
    content.prefix(max(byteLimit ?? .max, 0)).withUnsafeBytes { json.value(base64: $0) }
  }

  private mutating func appendArrow(
    from source: Slice, _ start: UInt64, to destination: Slice, _ end: UInt64, _ output: inout OutputBuffer
  ) {
    flow += 1
    appendArrowEnd("s", source, max(min(start, source.end - 1), source.start), &output)
    appendArrowEnd(
      "f", destination, max(min(end, destination.end - 1), destination.start), &output)
  }

  private func appendArrowEnd(
    _ phase: StaticString, _ slice: Slice, _ time: UInt64, _ output: inout OutputBuffer
  ) {
    var json = JSONWriter(output, isContinued: true)
    json.beginObject()
    json.field("name", "transfer")
    json.field("ph", phase)
    json.field("bp", "e")
    json.field("id", flow)
    json.field("cat", "call")
    append(slice, time, &json)
    json.endObject()
    json.output.append("\n")
    output = json.finish()
  }

  private mutating func name(_ slice: Slice, _ output: inout OutputBuffer) {
    guard slice.place.isKnown else { return }
    if named.count >= Self.threadLimit { named.removeAll(keepingCapacity: true) }
    let process = UInt64(1) << 62 | UInt64(slice.place.pid)
    if named.insert(process).inserted { appendName("process_name", slice, &output) }
    if named.insert(slice.track).inserted { appendName("thread_name", slice, &output) }
  }

  private func appendName(_ what: StaticString, _ slice: Slice, _ output: inout OutputBuffer) {
    var json = JSONWriter(output, isContinued: true)
    json.beginObject()
    json.field("name", what)
    json.field("ph", "M")
    appendThread(slice, &json)
    json.key("args")
    json.beginObject()
    json.field("name", slice.place.comm)
    json.endObject()
    json.endObject()
    json.output.append("\n")
    output = json.finish()
  }

  private func append(_ slice: Slice, _ time: UInt64, _ json: inout JSONWriter) {
    json.key("ts")
    append(microseconds: time - min(clock.start, time), &json)
    appendThread(slice, &json)
  }

  private func append(microseconds nanoseconds: UInt64, _ json: inout JSONWriter) {
    json.output.appendDecimal(nanoseconds / 1000)
    json.output.append(".")
    json.output.appendDecimal(nanoseconds % 1000, width: 3)
    json.endValue()
  }

  private func appendThread(_ slice: Slice, _ json: inout JSONWriter) {
    json.field("pid", UInt64(max(slice.place.pid, 0)))
    json.field("tid", slice.track)
  }
}
