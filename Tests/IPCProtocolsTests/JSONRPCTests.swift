import IPCModel
import Testing

@testable import IPCProtocols

@Suite("JSON-RPC")
struct JSONRPCTests {
  private let request =
    #"{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"search","arguments":{}}}"# + "\n"
  private let answer = #"{"jsonrpc":"2.0","id":3,"result":{"content":[]}}"# + "\n"

  private func expectCall(_ lines: [String], sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(
      lines.filter { $0.hasPrefix("call") }.map { $0.split(separator: " ").dropLast().joined(separator: " ") }
        == ["call tools/call search #3 ok 89>49"], sourceLocation: sourceLocation)
  }

  @Test(arguments: [Script.Channel.socket, .pipes])
  func `is a call with its answer`(_ channel: Script.Channel) {
    let script = Script(channel)
    script.ask(request)
    script.answer(answer)
    #expect(
      script.told() == [
        "request 1>2 json-rpc tools/call search #3 89",
        "response 2>1 json-rpc tools/call search #3 ok 49",
        "call tools/call search #3 ok 89>49 14ns",
      ])
    #expect(script.end() == [])
  }

  @Test(arguments: [Script.Channel.socket, .pipes])
  func `is put together from single bytes`(_ channel: Script.Channel) {
    let script = Script(channel)
    script.askInBytes(request)
    script.answerInBytes(answer)
    expectCall(script.lines)
    #expect(script.lines.count == 3)
  }

  @Test func `is told apart in one transfer`() {
    let script = Script()
    script.ask(request + request.replacing("3,", with: "4,") + #"{"jsonrpc":"2.0","method":"note"}"# + "\n")
    script.answer(answer.replacing("3,", with: "4,") + answer)
    #expect(
      script.told() == [
        "request 1>2 json-rpc tools/call search #3 89", "request 1>2 json-rpc tools/call search #4 89",
        "notification 1>2 json-rpc note 34",
        "response 2>1 json-rpc tools/call search #4 ok 49", "call tools/call search #4 ok 89>49 14ns",
        "response 2>1 json-rpc tools/call search #3 ok 49", "call tools/call search #3 ok 89>49 14ns",
      ])
  }

  @Test func `needs no newline behind a message if the other side answers`() {
    let script = Script()
    script.ask(String(request.dropLast()))
    script.answer(answer)
    #expect(script.told().last == "call tools/call search #3 ok 88>49 14ns")
  }

  @Test func `is as many calls as a batch has requests`() {
    let script = Script()
    script.ask(
      #"[{"jsonrpc":"2.0","id":1,"method":"a"}, {"jsonrpc":"2.0","id":2,"method":"b"},{"jsonrpc":"2.0","method":"n"}]"#
        + "\n")
    script.answer(
      #"[{"jsonrpc":"2.0","id":2,"result":0},{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"Method not found"}}]"#
        + "\n")
    #expect(
      script.told() == [
        "request 1>2 json-rpc a #1 38", "request 1>2 json-rpc b #2 39", "notification 1>2 json-rpc n 33",
        "response 2>1 json-rpc b #2 ok 36", "call b #2 ok 39>36 14ns",
        #"response 2>1 json-rpc a #1 error "-32601 Method not found" 80"#,
        #"call a #1 error "-32601 Method not found" 38>80 14ns"#,
      ])
  }

  @Test func `says what went wrong`() {
    let script = Script()
    script.ask(request)
    script.answer(
      #"{"jsonrpc":"2.0","id":3,"result":{"content":[{"type":"text","text":"no such \u00e9\n"},{"text":"x"}],"isError":true}}"#
        + "\n")
    #expect(script.told().last == "call tools/call search #3 error \"no such é\n\" 89>118 14ns")
  }

  @Test func `with two open requests of one id is ambiguous, and a number is no string`() {
    let script = Script()
    for id in ["1", #""1""#, "2", "2"] { script.ask(#"{"jsonrpc":"2.0","id":\#(id),"method":"m"}"# + "\n") }
    for id in [#""1""#, "1", "2", "2"] { script.answer(#"{"jsonrpc":"2.0","id":\#(id),"result":1}"# + "\n") }
    #expect(
      script.told().filter { $0.hasPrefix("call") } == [
        "call m #1 ok 40>38 34ns", "call m #1 ok 38>36 54ns", "call m #2 ambiguous 38>0",
        "call m #2 ambiguous 38>0",
      ])
  }

  @Test func `is cancelled or unanswered`() {
    let script = Script()
    for id in [1, 2, 3] { script.ask(#"{"jsonrpc":"2.0","id":\#(id),"method":"m"}"# + "\n") }
    script.ask(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"# + "\n")
    script.ask(#"{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":2}}"# + "\n")
    script.answer(#"{"jsonrpc":"2.0","id":2,"error":{"code":-32800,"message":"gone"}}"# + "\n")
    _ = script.told()
    #expect(script.lines.isEmpty)
    #expect(script.end() == ["call m #1 cancelled 38>0", "call m #3 unanswered 38>0"])
  }

  @Test func `is found behind noise, which is told in lines`() {
    let script = Script(.pipes)
    script.ask(request)
    script.answer("starting\nlistening")
    script.answer(" on 3\n" + answer + "{\"level\":\"info\"}\noh")
    script.answer(" no\n")
    #expect(
      script.told() == [
        "request 1>2 json-rpc tools/call search #3 89", "data 2>1 json-rpc 9 (no JSON)",
        "data 2>1 json-rpc 15 (no JSON)", "response 2>1 json-rpc tools/call search #3 ok 49",
        "call tools/call search #3 ok 89>49 24ns", "data 2>1 json-rpc 17 (JSON of another kind)",
        "data 2>1 json-rpc 6 (no JSON)",
      ])
  }

  @Test func `of two writers is decoded in the channel's order`() {
    let script = Script(.pipes)
    script.ask(request, by: 1)
    script.ask(String(request.prefix(20)), by: 3)
    script.ask(request.replacing("3,", with: "5,"), by: 1)
    script.ask(String(request.dropFirst(20)), by: 3)
    script.ask(request.replacing("3,", with: "6,"), by: 3)
    #expect(
      script.told() == [
        "request 1>2 json-rpc tools/call search #3 89", "data 1>2 json-rpc 109 (broken JSON)",
        "data 3>2 json-rpc 69 (no JSON)", "request 3>2 json-rpc tools/call search #6 89",
      ])
  }

  @Test func `is truncated where bytes are missing, and counts nevertheless`() {
    let script = Script()
    script.ask(String(request.prefix(60)), lost: 29)
    script.ask(request.replacing("3,", with: "4,"))
    script.answer(String(answer.prefix(40)), lost: 9)
    script.answer(answer.replacing("3,", with: "4,"))
    #expect(
      script.told() == [
        "request 1>2 json-rpc tools/call #3 89 truncated", "request 1>2 json-rpc tools/call search #4 89",
        "response 2>1 json-rpc tools/call #3 ok 49 truncated", "call tools/call #3 ok 89>49 24ns",
        "response 2>1 json-rpc tools/call search #4 ok 49", "call tools/call search #4 ok 89>49 24ns",
      ])
  }

  @Test func `is not confused by depth, by long values, by escapes`() {
    let script = Script()
    let deep = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
    script.ask(
      #"{"params":{"id":{"method":"x"},"a":\#(deep)},"\u006dethod":"m","jsonrpc":"2.0","id":"\"\ud83d\ude00"}"#
        + "\n")
    script.answer(
      #"{"result":"\#(String(repeating: "x", count: 3_000_000))","id":"\"😀","jsonrpc":"2.0"}"# + "\n")
    #expect(script.told().last == "call m #\"😀 ok 200094>3000044 14ns")
  }

  @Test func `of QMP goes by order where it has no ids`() {
    let script = Script()
    script.answer(#"{"QMP": {"version": {}, "capabilities": []}}"# + "\r\n")
    script.ask(#"{"execute": "qmp_capabilities"}"#)
    script.answer(#"{"return": {}}"# + "\r\n")
    script.ask(#"{"execute": "nope", "id": "x"}"#)
    script.answer(#"{"timestamp": {"seconds": 1}, "event": "STOP"}"# + "\r\n")
    script.answer(#"{"id": "x", "error": {"class": "CommandNotFound", "desc": "not found"}}"# + "\r\n")
    #expect(
      script.told() == [
        "notification 2>1 json-rpc QMP 46", "request 1>2 json-rpc qmp_capabilities 31",
        "response 2>1 json-rpc qmp_capabilities ok 16", "call qmp_capabilities ok 31>16 14ns",
        "request 1>2 json-rpc nope #x 30", "notification 2>1 json-rpc STOP 48",
        #"response 2>1 json-rpc nope #x error "CommandNotFound not found" 73"#,
        #"call nope #x error "CommandNotFound not found" 30>73 24ns"#,
      ])
  }

  @Test func `of who reads single bytes ends before a newline that is read behind the answer`() {
    let script = Script()
    script.answer(#"{"QMP": {}}"# + "\r\n")
    for (name, newline) in [("first", "\n"), ("second", "\r\n"), ("last", "")] {
      script.askInBytes(#"{"execute": "\#(name)"}"#)
      script.answer(#"{"return": {}}"# + "\r\n")
      script.askInBytes(newline)
    }
    #expect(
      script.told().filter { $0.hasPrefix("call") }.map { $0.split(separator: " ").dropLast() } == [
        ["call", "first", "ok", "20>16"], ["call", "second", "ok", "21>16"], ["call", "last", "ok", "19>16"],
      ])
    #expect(script.end() == [])
  }

  @Test(arguments: [0, 1, 2]) func `lacks nothing if only what follows it is not known`(lost: Int) {
    let script = Script()
    script.answer(#"{"QMP": {}}"# + "\r\n")
    script.ask(#"{"execute": "quit"}"#)
    script.answer(#"{"return": {}}"# + "\r\n")
    script.ask("", lost: lost)
    script.ask(#"{"execute": "quit"}"#, lost: lost)
    #expect(
      script.end() == [
        "notification 2>1 json-rpc QMP 13", "request 1>2 json-rpc quit 19",
        "response 2>1 json-rpc quit ok 16",
        "call quit ok 19>16 14ns", "request 1>2 json-rpc quit 19", "call quit unanswered 19>0",
      ])
  }
}
