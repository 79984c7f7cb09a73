import IPCFiltering
import IPCModel
import Testing

@testable import IPCProtocols
@testable import IPCSession

@Suite("Which messages and calls are shown")
struct MessageFilterTests {
  private let client = Endpoint(pid: 10, tid: 10, comm: Comm("client"))
  private let server = Endpoint(pid: 20, tid: 20, comm: Comm("server"))

  private func frame(_ time: UInt64, from source: Endpoint, to destination: Endpoint, _ text: String) -> Frame
  {
    Frame(
      source: source, destination: destination, time: time, begun: time - 20, written: time - 10,
      count: UInt64(text.utf8.count), isTruncated: false, traits: [], content: Array(text.utf8))
  }

  /// A call over TCP to port 80 that has taken a millisecond.
  private var call: Call {
    var request = Message("json-rpc", .request, frame(100, from: client, to: server, "ask"))
    request.method = Array("tools/call".utf8)
    request.id = Array("3".utf8)
    request.channel = label
    var response = Message("json-rpc", .response, frame(1_000_090, from: server, to: client, "answer"))
    response.status = .ok
    var call = Call(request: request, response: response, status: .ok, time: 1_000_090)
    call.responseBytes = 6
    return call
  }

  /// As a reader makes it of a transfer.
  private var label: ChannelLabel {
    var texts = TextTable()
    var event = Event(time: 1, kind: .loopbackTCP, source: client, destination: server, count: 3)
    event.set(Kind.LoopbackSocket.sourcePort, to: 43210)
    event.set(Kind.LoopbackSocket.destinationPort, to: 80)
    event.set(Kind.LoopbackSocket.destinationAddress, to: texts.add("127.0.0.1"))
    var label = ChannelLabel(kind: .loopbackTCP, name: Array("127.0.0.1:80".utf8))
    label.facts = ChannelFact.all(of: event, texts: texts)
    return label
  }

  private func filter(_ expression: String) throws -> MessageFilter {
    var selection = Selection(kinds: Set(Kind.all))
    selection.criteria = [.expression(try WhereExpression(expression))]
    return MessageFilter(EventFilter(selection))
  }

  @Test(arguments: [
    ("method ~ 'tools/.*' and duration > 500us", true), ("duration > 1ms", false), ("duration == 1ms", true),
    ("port == 80", true), ("src_port == 80", false), ("addr == '127.*'", true), ("type == lo", true),
    ("type == call", true), ("type == message", false), ("count == 9", true), ("request_bytes == 3", true),
    ("response_bytes > 6", false), ("channel == '*:80'", true), ("src_pid == 10", true),
    ("src_pid == 20", false),
    ("status == ok and not error", true), ("content contains answer", true), ("self", false),
  ])
  func `calls are chosen by what they have and by their channel`(_ expression: String, _ expected: Bool)
    throws
  {
    #expect(try filter(expression).passes(call) == expected)
  }

  @Test(arguments: [
    ("role == request", true), ("id == 3", true), ("port == 80", true), ("delay == 10", true),
    ("count == 3", true),
    ("content contains answer", false), ("type == message", true), ("status", false),
    ("protocol == json-rpc", true),
  ])
  func `messages are chosen by what they have and by their channel`(
    _ expression: String, _ expected: Bool
  ) throws {
    #expect(try filter(expression).passes(call.request) == expected)
  }

  @Test func `are chosen by what their processes are, also when these are forgotten`() throws {
    var texts = TextTable()
    var known = client
    known.image = 7
    texts.processes.add(
      ProcessDescription(user: Array("nobody".utf8)), for: KnownProcesses.Image(pid: 10, image: 7))
    let filter = try filter("user == nobody")
    var call = call
    #expect(!filter.passes(call))
    filter.note(Event(time: 1, kind: .pipe, source: known, destination: server, count: 1), texts: texts)
    call.request.frame.source = known
    #expect(filter.passes(call))
  }
}
