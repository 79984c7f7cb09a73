import IPCModel
import Testing

@testable import IPCProtocols

@Suite("HTTP/1")
struct HTTPTests {
  private func request(_ line: String, _ fields: String..., body: String = "") -> String {
    ([line + " HTTP/1.1", "Host: localhost"] + fields).joined(separator: "\r\n") + "\r\n\r\n" + body
  }

  private func answer(_ status: String, _ fields: String..., body: String = "") -> String {
    (["HTTP/1.1 " + status] + fields).joined(separator: "\r\n") + "\r\n\r\n" + body
  }

  private func calls(_ lines: [String]) -> [String] { lines.filter { $0.hasPrefix("call") } }

  @Test func `is a call with its answer, without the query`() {
    let script = Script()
    script.ask(request("GET /a/b?token=x"))
    script.answer(answer("404 Not Found", "Content-Length: 5", body: "sorry"))
    #expect(
      script.told() == [
        "request 1>2 http1 GET /a/b localhost 46",
        #"response 2>1 http1 GET /a/b localhost error "404 Not Found" 50"#,
        #"call GET /a/b localhost error "404 Not Found" 46>50 14ns"#,
      ])
    #expect(script.end() == [])
  }

  @Test func `is put together from single bytes, chunks and trailers included`() {
    let script = Script()
    script.askInBytes(
      request("POST /p", "Transfer-Encoding: chunked", body: "5\r\nhello\r\n0\r\nX: y\r\n\r\n"))
    script.answerInBytes(answer("200 OK", "Content-Length: 2", body: "ok"))
    script.askInBytes(request("GET /q"))
    script.answerInBytes(
      answer("200", "Transfer-Encoding: chunked", body: "a;x=y\r\n0123456789\r\n0\r\n\r\n"))
    #expect(
      calls(script.told()).map { $0.split(separator: " ").dropLast().joined(separator: " ") } == [
        "call POST /p localhost ok 86>40", "call GET /q localhost ok 36>68",
      ])
    #expect(script.end() == [])
  }

  @Test func `goes by order, and knows the answers without a body`() {
    let script = Script()
    script.ask(request("HEAD /1") + request("GET /2") + request("GET /3") + request("GET /4"))
    script.answer(answer("200 OK", "Content-Length: 500") + answer("304 Not Modified", "Content-Length: 9"))
    script.answer(
      "HTTP/1.1 100 Continue\r\n\r\n" + answer("204 No Content")
        + answer("500 \u{FC}bel", "Content-Length: 0"))
    #expect(
      calls(script.told()) == [
        "call HEAD /1 localhost ok 37>40 14ns", "call GET /2 localhost ok 36>48 14ns",
        "call GET /3 localhost ok 36>52 24ns", #"call GET /4 localhost error "500 übel" 36>41 24ns"#,
      ])
  }

  @Test func `with an answer before its request is complete is one call`() {
    let script = Script()
    script.ask(request("PUT /big", "Content-Length: 10", body: "12345"))
    script.answer(answer("413 Too Large", "Content-Length: 0"))
    #expect(script.told() == [#"response 2>1 http1 error "413 Too Large" 45"#])
    script.ask("67890")
    #expect(
      script.told() == [
        "request 1>2 http1 PUT /big localhost 68",
        #"call PUT /big localhost error "413 Too Large" 68>45 0ns"#,
      ])
  }

  @Test func `ends with the channel where nothing says how long it is`() {
    let script = Script()
    script.ask(request("GET /"))
    script.answer("HTTP/1.0 200 OK\r\n\r\nabc")
    script.answer("def")
    #expect(calls(script.told()) == [])
    #expect(
      script.end() == [
        "response 2>1 http1 GET / localhost ok 25", "call GET / localhost ok 35>25 24ns",
      ])
  }

  @Test func `is no call behind an upgrade`() {
    let script = Script()
    script.ask(request("GET /chat", "Upgrade: websocket"))
    script.answer(answer("101 Switching Protocols", "Upgrade: websocket"))
    script.ask([0x01, 0x82, 0, 0, 0, 0] + Array("ab".utf8) + [0x80, 0x81, 0, 0, 0, 0] + Array("c".utf8))
    script.answer([0x82, 126, 1, 0] + [UInt8](repeating: 7, count: 256) + [0x88, 0])
    #expect(
      script.told().dropFirst(2) == [
        "call GET /chat localhost ok 59>56 14ns", "data 1>2 websocket text 15",
        "data 2>1 websocket binary 260", "data 2>1 websocket close 2",
      ])
  }

  @Test func `is another protocol behind CONNECT`() {
    let script = Script()
    script.ask("CONNECT there:80 HTTP/1.1\r\nHost: there:80\r\n\r\n")
    script.answer("HTTP/1.1 200 Connected\r\n\r\n")
    script.ask(#"{"jsonrpc":"2.0","id":1,"method":"m"}"# + "\n")
    #expect(
      script.told().dropFirst() == [
        "response 2>1 http1 CONNECT there:80 there:80 ok 26",
        "call CONNECT there:80 there:80 ok 45>26 14ns", "request 1>2 json-rpc m #1 38",
      ])
  }

  @Test func `goes on behind what is none, and where bytes are missing in a body`() {
    let script = Script()
    script.ask(request("GET /1"))
    script.answer(answer("200 OK", "Content-Length: 100", body: "abc"), lost: 97)
    script.answer("garbage\r\n" + answer("200 OK", "Content-Length: 0"))
    script.ask(request("GET /2"))
    script.answer(answer("200 OK", "Content-Length: 0"))
    let told = script.told()
    #expect(told[1] == "response 2>1 http1 GET /1 localhost ok 140 truncated")
    #expect(told[3] == "data 2>1 http1 9 (no HTTP)")
    #expect(calls(told) == ["call GET /1 localhost ok 36>140 14ns", "call GET /2 localhost ok 36>38 14ns"])
  }

  @Test func `met in the middle begins with the next message that is certain`() {
    let script = Script()
    script.answer("the end of a body")
    script.answer(answer("200 OK", "Content-Length: 0"))
    script.ask(request("GET /"))
    #expect(
      script.told() == [
        "data 2>1 http1 17 (before the first frame)", "response 2>1 http1 ok 38",
        "request 1>2 http1 GET / localhost 35",
      ])
    #expect(script.end() == ["call GET / localhost unanswered 35>0"])
  }

  @Test func `passes a body over without keeping it, and keeps it if it is shown`() {
    let body = String(repeating: "x", count: 3_000_000)
    for isShown in [false, true] {
      let script = Script(contents: isShown)
      script.ask(request("POST /?q=1", "Content-Length: 3000000", body: body))
      let told = script.told()
      #expect(told[0] == "request 1>2 http1 POST \(isShown ? "/?q=1" : "/") localhost 3000065")
      #expect(
        told.count == (isShown ? 2 : 1) && told.last?.count ?? 0 >= (isShown ? 3_000_000 : 1))
    }
  }
}
