import ByteOutput
import IPCFormats
import IPCModel
import IPCTraffic
import Testing

@testable import IPCProtocols

@Suite("A message's format")
struct MessageFormatTests {
  private let options = FormatOptions(
    timeStyle: .relative, clock: WallClock(offset: 0, start: 0, zone: TimeZoneOffset(secondsEast: 0)),
    contentStyle: .lines)

  private func frame(_ time: UInt64, from source: Int32, to destination: Int32, _ text: String) -> Frame {
    Frame(
      source: Endpoint(pid: source, tid: source, comm: Comm("p\(source)")),
      destination: Endpoint(pid: destination, tid: destination + 1, comm: Comm("p\(destination)")),
      time: time,
      begun: time - 20, written: time - 10, count: UInt64(text.utf8.count), isTruncated: false, traits: [],
      content: Array(text.utf8))
  }

  private var request: Message {
    var message = Message("json-rpc", .request, frame(100, from: 1, to: 2, #"{"id":3,"a":[]}"# + "\n"))
    message.method = Array("tools/call".utf8)
    message.target = Array("a,b".utf8)
    message.id = Array("3".utf8)
    message.channel = ChannelLabel(kind: .pipe, name: Array("[7]".utf8))
    return message
  }

  private var call: Call {
    var response = Message("json-rpc", .response, frame(1_002_000, from: 2, to: 1, "{}"))
    response.status = .error
    response.error = Array("-1 no".utf8)
    var call = Call(request: request, response: response, status: .error, time: 1_002_000)
    call.responseBytes = 2
    call.responseBegun = 1_001_980
    return call
  }

  private func text(
    _ format: any MessageFormat, _ append: (inout any MessageFormat, inout OutputBuffer) -> Void
  ) -> [String] {
    var format = format
    var buffer = OutputBuffer()
    format.appendHeader(to: &buffer)
    append(&format, &buffer)
    format.appendFooter(to: &buffer)
    return buffer.withBytes { String(decoding: $0, as: UTF8.self) }
      .split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { String($0) }
  }

  private func text(of call: Call, _ format: any MessageFormat) -> [String] {
    text(format) { $0.append(call, to: &$1) }
  }

  private func text(of message: Message, _ format: any MessageFormat) -> [String] {
    text(format) { $0.append(message, to: &$1) }
  }

  @Test func `in lines has the contents indented`() {
    #expect(
      text(of: request, MessageTextFormat(options)) == [
        "0.000000100 message 1(p1) > 2(p2): json-rpc request tools/call a,b, id 3, 16 B", "\t{",
        "\t  \"id\": 3,",
        "\t  \"a\": []", "\t}", "",
      ])
    #expect(
      text(of: call, MessageTextFormat(options)) == [
        "0.001002000 call 1(p1) > 2(p2): json-rpc tools/call a,b, id 3, error -1 no, 1.00 ms, 16 B > 2 B",
        "\trequest:", "\t{", "\t  \"id\": 3,", "\t  \"a\": []", "\t}", "\tresponse:", "\t{}", "",
      ])
  }

  @Test func `in JSON has the envelope of an event`() {
    let time = "1970-01-01T00:00:00"
    #expect(
      text(of: request, MessageJSONFormat(options)) == [
        #"{"src_pid":1,"src_comm":"p1","dst_pid":2,"dst_comm":"p2","type":"message","time":"\#(time).000000100+00:00","#
          + #""meta":{"protocol":"json-rpc","role":"request","method":"tools/call","target":"a,b","id":"3","#
          + #""channel_type":"pipe","channel":"[7]","count":16},"bytes":"eyJpZCI6MywiYSI6W119Cg==","src_tid":1,"dst_tid":3}"#,
        "",
      ])
    #expect(
      text(of: call, MessageJSONFormat(options)) == [
        #"{"src_pid":1,"src_comm":"p1","dst_pid":2,"dst_comm":"p2","type":"call","time":"\#(time).001002000+00:00","#
          + #""meta":{"protocol":"json-rpc","method":"tools/call","target":"a,b","id":"3","status":"error","#
          + #""error":"-1 no","duration_ns":1001910,"server_ns":1001880,"channel_type":"pipe","channel":"[7]","#
          + #""request_bytes":16,"response_bytes":2,"request_time":"\#(time).000000100+00:00","#
          + #""response_time":"\#(time).001002000+00:00"},"request":"eyJpZCI6MywiYSI6W119Cg==","response":"e30=","#
          + #""src_tid":1,"dst_tid":3}"#,
        "",
      ])
  }

  @Test func `in CSV has as many columns in each row`() {
    func columns(_ line: String) -> Int { line.filter { $0 == "," }.count }
    let loss = Loss(kind: .pipe, count: 1, bytes: 2, time: 3)
    let lines = text(MessageCSVFormat(options)) { format, output in
      var plain = request
      plain.target = nil
      format.append(plain, to: &output)
      var answered = call
      answered.request.target = nil
      format.append(answered, to: &output)
      format.append(loss, to: &output)
    }
    .filter { !$0.isEmpty }
    #expect(lines.count == 4 && Set(lines.map(columns)).count == 1, "\(lines)")
  }

  @Test func `says how many descriptors come with it`() {
    var (request, call) = (request, call)
    request.descriptors = 2
    call.request.descriptors = 1
    call.response?.descriptors = 3
    #expect(text(of: request, MessageTextFormat(options))[0].hasSuffix(", id 3, 16 B, 2 fds"))
    #expect(
      text(of: call, MessageTextFormat(options))[0].hasSuffix(
        ", 16 B > 2 B, 1 fd in the request, 3 fds in the response"))
    #expect(text(of: request, MessageJSONFormat(options))[0].contains(#""count":16,"fd_count":2},"bytes""#))
    #expect(
      text(of: call, MessageJSONFormat(options))[0].contains(
        #"00:00","request_fd_count":1,"response_fd_count":3},"request""#))
    #expect(text(of: request, MessageCSVFormat(options))[1].hasSuffix(",true,,,,2,,"))
    #expect(text(of: call, MessageCSVFormat(options))[1].hasSuffix(",true,,,,,1,3"))
  }

  @Test func `in OTLP is a span at each end`() {
    let lines = text(of: call, OTLPFormat(options))
    #expect(lines.count == 2)
    #expect(lines[0].contains(#""kind":3,"startTimeUnixNano":"80","endTimeUnixNano":"1002000""#))
    #expect(lines[0].contains(#""kind":2,"startTimeUnixNano":"100","endTimeUnixNano":"1001990""#))
    #expect(lines[0].contains(#"{"key":"network.transport","value":{"stringValue":"pipe"}}"#))
    #expect(lines[0].contains(#"{"key":"gen_ai.tool.name","value":{"stringValue":"a,b"}}"#))
    #expect(lines[0].contains(#""status":{"code":2,"message":"-1 no"}"#))
  }

  @Test func `is added up by method`() {
    var table = CallTable()
    for _ in 0..<3 { table.take(call) }
    var buffer = OutputBuffer()
    CallReport(of: table, top: nil).appendJSON(to: &buffer)
    #expect(
      buffer.withBytes { String(decoding: $0, as: UTF8.self) }
        == #"{"calls":[{"src_pid":1,"src_comm":"p1","dst_pid":2,"dst_comm":"p2","type":"call","protocol":"json-rpc","#
        + #""method":"tools/call","calls":3,"errors":3,"median_ns":1001910,"p99_ns":1001910,"max_ns":1001910,"#
        + #""bytes":54}],"others":{"calls":0}}"# + "\n")
  }
}
