import IPCModel
import Testing

@testable import IPCProtocols

@Suite("A framing")
struct FramingTests {
  private func framed(_ body: String) -> String { "Content-Length: \(body.utf8.count)\r\n\r\n\(body)" }

  @Test func `by Content-Length has notifications, calls, cancelled ones`() {
    let script = Script(.pipes)
    script.ask(framed(#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}"#))
    script.ask(
      framed(#"{"jsonrpc":"2.0","method":"initialized"}"#)
        + framed(#"{"jsonrpc":"2.0","id":2,"method":"textDocument/hover"}"#)
        + framed(#"{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":2}}"#))
    script.answer("note\n" + framed(#"{"jsonrpc":"2.0","id":1,"result":null}"#))
    script.answerInBytes(framed(#"{"jsonrpc":"2.0","id":2,"error":{"code":-32800,"message":"gone"}}"#))
    let told = script.told()
    #expect(
      told.prefix(7) == [
        "request 1>2 json-rpc initialize #1 80", "notification 1>2 json-rpc initialized 62",
        "request 1>2 json-rpc textDocument/hover #2 76", "notification 1>2 json-rpc $/cancelRequest 84",
        "data 2>1 json-rpc 5 (no header)", "response 2>1 json-rpc initialize #1 ok 60",
        "call initialize #1 ok 80>60 24ns",
      ])
    #expect(told.last?.hasPrefix(#"call textDocument/hover #2 cancelled "-32800 gone" 76>87"#) == true)
  }

  @Test func `of the Debug Adapter Protocol has seq, command and message`() {
    let script = Script(.pipes)
    script.ask(framed(#"{"seq":7,"type":"request","command":"launch","arguments":{}}"#))
    script.answer(framed(#"{"seq":1,"type":"event","event":"stopped"}"#))
    script.answer(
      framed(
        #"{"seq":2,"type":"response","request_seq":7,"success":false,"command":"launch","message":"no such file"}"#
      ))
    #expect(
      script.told() == [
        "request 1>2 json-rpc launch #7 82", "notification 2>1 json-rpc stopped 64",
        #"response 2>1 json-rpc launch #7 error "no such file" 126"#,
        #"call launch #7 error "no such file" 82>126 24ns"#,
      ])
  }

  @Test func `by NUL has answers in parts, and calls that nobody answers`() {
    let script = Script()
    script.ask(#"{"method":"org.example.More","parameters":{},"more":true}"# + "\0")
    script.answer(#"{"parameters":{"a":1},"continues":true}"# + "\0")
    script.answer(#"{"parameters":{"a":2}}"# + "\0")
    script.ask(#"{"method":"org.example.One","oneway":true}"# + "\0")
    script.ask(#"{"method":"org.example.Bad"}"# + "\0")
    script.answer(#"{"error":"org.varlink.service.MethodNotFound","parameters":{}}"# + "\0")
    #expect(
      script.told() == [
        "request 1>2 varlink org.example.More 58", "stream 2>1 varlink org.example.More 40",
        "response 2>1 varlink org.example.More ok 23", "call org.example.More ok 58>63 24ns",
        "notification 1>2 varlink org.example.One 43", "request 1>2 varlink org.example.Bad 29",
        #"response 2>1 varlink org.example.Bad error "org.varlink.service.MethodNotFound" 63"#,
        #"call org.example.Bad error "org.varlink.service.MethodNotFound" 29>63 14ns"#,
      ])
  }
}

@Suite("Redaction")
struct RedactionTests {
  private func redacted(_ text: String) -> String {
    Redaction.redacted(Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) } ?? text
  }

  @Test(arguments: [
    ("Authorization: Bearer abc def\r\nX: y", "Authorization: ***\r\nX: y"),
    ("cookie: a=b; c=d\r\n", "cookie: ***\r\n"), ("Set-Cookie: a=b\r\n", "Set-Cookie: ***\r\n"),
    (
      #"{"password": "a\"b", "tokens": 3, "access_token":17}"#,
      #"{"password": "***", "tokens": 3, "access_token":***}"#
    ),
    (#"{"x":"{\"api_key\":\"k\"}"}"#, #"{"x":"{\"api_key\":\"***\"}"}"#),
    ("/?a=1&token=xyz&b=2", "/?a=1&token=***&b=2"), ("client_secret=s", "client_secret=***"),
    ("ALTER ROLE a PASSWORD 'x y' LOGIN", "ALTER ROLE a PASSWORD '***' LOGIN"),
    ("*3\r\n$4\r\nAUTH\r\n$1\r\nu\r\n$6\r\nsecret\r\n", "*3\r\n$4\r\nAUTH\r\n$1\r\n***\r\n$6\r\n***\r\n"),
    ("a secret: of mine", "a secret: *** mine"), ("no secrets here", "no secrets here"),
    ("Authorization:", "Authorization:"),
  ])
  func `finds the values of keys`(_ text: String, _ shown: String) {
    #expect(redacted(text) == shown)
  }
}

extension RedactionTests {
  @Test func `finds what several transfers carry`() {
    let redactor = StreamRedactor()
    var texts = TextTable()
    let name = texts.add("<anonymous>")
    func redacted(_ text: String) -> String {
      var event = Event(
        time: 0, kind: .pipe, source: .unknown, destination: .unknown, count: UInt64(text.utf8.count))
      event.set(Kind.Pipe.name, to: name)
      event.set(Kind.Pipe.inode, to: 7)
      Array(text.utf8).withUnsafeBytes { redactor.redact(event, $0, texts: texts) }
      return String(decoding: redactor.bytes, as: UTF8.self)
    }
    let text = "GET / HTTP/1.1\r\nAuthorization: Bearer abc\r\nX: y"
    #expect(text.map { redacted(String($0)) }.joined() == text.replacing("Bearer abc", with: "**********"))
    #expect(redacted(#"{"password": "x""#) == #"{"password": "*""#)
  }
}
