import IPCModel
import Testing

@testable import IPCProtocols

@Suite("HTTP/2")
struct HTTP2Tests {
  private let preface = [UInt8].text("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") + [0, 0, 0, 4, 0, 0, 0, 0, 0]
  private let settings: [UInt8] = [0, 0, 0, 4, 0, 0, 0, 0, 0]

  private func frame(_ type: UInt8, _ flags: UInt8, _ stream: Int, _ payload: [UInt8] = []) -> [UInt8] {
    .big24(payload.count) + [type, flags] + .big32(stream) + payload
  }
  private func headers(_ stream: Int, _ block: [UInt8], flags: UInt8 = 5) -> [UInt8] {
    frame(1, flags, stream, block)
  }
  private func data(_ stream: Int, _ text: String, ends: Bool = true) -> [UInt8] {
    frame(0, ends ? 1 : 0, stream, .text(text))
  }
  private func string(_ text: String) -> [UInt8] { [UInt8(text.utf8.count)] + .text(text) }
  /// A field whose name is in the static table, added to the dynamic one.
  private func field(_ index: UInt8, _ value: String) -> [UInt8] { [0x40 | index] + string(value) }
  private func field(_ name: String, _ value: String) -> [UInt8] { [0x40] + string(name) + string(value) }

  private var get: [UInt8] { [0x82, 0x86] + field(4, "/a?b=1") + field(1, "host:1") }

  @Test func `has many streams, whose frames come in any order`() {
    let dialogue = Dialogue().asking(preface).answering(settings)
      .asking(headers(1, get) + headers(3, [0x83, 0x86, 0xBF, 0xBE], flags: 4) + data(3, "bo", ends: false))
      .asking(data(3, "dy"))
      .answering(headers(3, [0x88], flags: 4) + headers(1, [0x8D], flags: 4))
      .answering(data(3, "hello") + frame(8, 0, 0, .big32(5)) + data(1, "no"))
    let lines = [
      "request 1>2 http2 GET /a host:1 #1 27", "request 1>2 http2 POST /a host:1 #3 35",
      "response 2>1 http2 POST /a host:1 #3 ok 24", "call POST /a host:1 #3 ok 35>24",
      "response 2>1 http2 GET /a host:1 #1 error \"404\" 21",
      "call GET /a host:1 #1 error \"404\" 27>21",
    ]
    #expect(dialogue.lines() == lines)
    #expect(dialogue.linesOfBytes() == lines)
    #expect(dialogue.linesCoalesced() == lines)
  }

  @Test func `continues headers, pads and prioritises them`() {
    let block = get
    let padded = [3] + [UInt8].big32(0) + [16] + block.prefix(4) + [0, 0, 0]
    let dialogue = Dialogue().asking(preface)
      .asking(frame(1, 0x29, 1, padded) + frame(9, 4, 1, Array(block.dropFirst(4))))
      .answering(headers(1, [0x48] + string("103"), flags: 4) + headers(1, [0x88]))
    #expect(
      dialogue.lines() == [
        "request 1>2 http2 GET /a host:1 #1 45", "response 2>1 http2 GET /a host:1 #1 ok 24",
        "call GET /a host:1 #1 ok 45>24",
      ])
  }

  @Test func `carries gRPC with its status in trailers`() {
    let request =
      [0x83, 0x86] + field(4, "/pkg.Greeter/Hello") + field(1, "h")
      + field("content-type", "application/grpc+proto")
    let dialogue = Dialogue().asking(preface)
      .asking(headers(1, request, flags: 4) + data(1, "abc"))
      .answering(headers(1, [0x88] + field(31, "application/grpc"), flags: 4) + data(1, "defg", ends: false))
      .answering(headers(1, field("grpc-status", "5") + field("grpc-message", "no%20such %C3%A9")))
      .asking(headers(3, [0x83, 0x86, 0xC0, 0xBF, 0xBE], flags: 4) + data(3, "abc"))
      .answering(headers(3, [0x88, 0xC0], flags: 4) + headers(3, field("grpc-status", "0")))
    #expect(
      dialogue.lines() == [
        "request 1>2 grpc /pkg.Greeter/Hello h #1 83",
        "response 2>1 grpc /pkg.Greeter/Hello h #1 error \"5 no such é\" 96",
        "call /pkg.Greeter/Hello h #1 error \"5 no such é\" 83>96",
        "request 1>2 grpc /pkg.Greeter/Hello h #3 26", "response 2>1 grpc /pkg.Greeter/Hello h #3 ok 35",
        "call /pkg.Greeter/Hello h #3 ok 26>35",
      ])
    #expect(dialogue.linesOfBytes() == dialogue.lines())
  }

  @Test func `is cancelled or refused`() {
    let dialogue = Dialogue().asking(preface).asking(
      headers(1, get) + headers(3, [0x82, 0x86, 0xBF, 0xBE], flags: 4)
    )
    .answering(headers(1, [0x88], flags: 4) + data(1, "part", ends: false))
    .asking(frame(3, 0, 1, .big32(8))).answering(
      frame(3, 0, 3, .big32(7)) + frame(7, 0, 0, .big32(3) + .big32(11)))
    #expect(
      dialogue.lines() == [
        "request 1>2 http2 GET /a host:1 #1 27", "stream 2>1 http2 GET /a host:1 #1 23",
        "notification 1>2 http2 RST_STREAM #1 \"8 CANCEL\" 13", "call GET /a host:1 #1 cancelled 27>23",
        "request 1>2 http2 GET /a host:1 #3 13",
        "response 2>1 http2 GET /a host:1 #3 error \"7 REFUSED_STREAM\" 0",
        "call GET /a host:1 #3 error \"7 REFUSED_STREAM\" 13>0",
        "data 2>1 http2 GOAWAY \"11 ENHANCE_YOUR_CALM\" 17",
      ])
  }

  @Test func `met in the middle says unknown rather than wrong`() {
    let dialogue = Dialogue().asking(headers(7, [0x82, 0x86, 0xBF, 0xBE])).answering(headers(7, [0x8D]))
      .asking(headers(9, [0x82, 0x86] + field(4, "/new") + [0xBF])).answering(headers(9, [0x88]))
      .asking(headers(11, [0x83, 0x86] + field(4, "/p.S/M") + [0xC4]))
    #expect(
      dialogue.lines() == [
        "request 1>2 http2 unknown #7 13", "response 2>1 http2 unknown #7 error \"404\" 10",
        "call unknown #7 error \"404\" 13>10", "request 1>2 http2 GET /new #9 18",
        "response 2>1 http2 GET /new #9 ok 10", "call GET /new #9 ok 18>10",
        "request 1>2 http2 unknown #11 20", "call unknown #11 unanswered 20>0",
      ])
  }

  @Test func `goes on behind an upgrade, damage and losses`() {
    let upgrade = Dialogue()
      .asking("GET /a HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\n\r\n")
      .answering(.text("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n") + settings)
      .asking(preface).answering(headers(1, [0x88]))
      .asking(headers(3, get)).answering(headers(3, [0x88]))
    #expect(
      upgrade.lines().suffix(4) == [
        "response 2>1 http2 #1 ok 10", "request 1>2 http2 GET /a host:1 #3 27",
        "response 2>1 http2 GET /a host:1 #3 ok 10", "call GET /a host:1 #3 ok 27>10",
      ])
    let script = Script()
    script.ask(preface + headers(1, get))
    script.ask(Array(headers(3, get).prefix(12)), lost: 15)
    script.ask(headers(5, [0x82, 0x86, 0xBF, 0xBE]))
    script.ask(headers(7, get, flags: 4) + Array(data(7, "0123456789").prefix(12)), lost: 7)
    script.answer(headers(7, [0x88]))
    #expect(
      script.told() == [
        "request 1>2 http2 GET /a host:1 #1 27", "data 1>2 http2 27 truncated (bytes are missing)",
        "request 1>2 http2 unknown #5 13", "request 1>2 http2 GET /a host:1 #7 46 truncated",
        "response 2>1 http2 GET /a host:1 #7 ok 10", "call GET /a host:1 #7 ok 46>10 14ns",
      ])
  }

  @Test func `answered before its end is one request`() {
    let dialogue = Dialogue().asking(preface)
      .asking(headers(1, [0x83, 0x86] + field(4, "/a") + field(1, "h"), flags: 4)).answering(
        headers(1, [0x88])
      )
      .asking(data(1, "late") + headers(3, [0x82, 0x86, 0xBF, 0xBE])).answering(headers(3, [0x88]))
    #expect(
      dialogue.lines() == [
        "request 1>2 http2 POST /a h #1 18", "response 2>1 http2 POST /a h #1 ok 10",
        "call POST /a h #1 ok 18>10",
        "request 1>2 http2 GET /a h #3 13", "response 2>1 http2 GET /a h #3 ok 10",
        "call GET /a h #3 ok 13>10",
      ])
  }

  @Test func `reads the specification's examples of header blocks`() {
    // RFC 7541, C.4.1 to C.4.3: strings in Huffman's code, a table that grows.
    let blocks: [[UInt8]] = [
      [0x82, 0x86, 0x84, 0x41, 0x8C, 0xF1, 0xE3, 0xC2, 0xE5, 0xF2, 0x3A, 0x6B, 0xA0, 0xAB, 0x90, 0xF4, 0xFF],
      [0x82, 0x86, 0x84, 0xBE, 0x58, 0x86, 0xA8, 0xEB, 0x10, 0x64, 0x9C, 0xBF],
      [
        0x82, 0x87, 0x85, 0xBF, 0x40, 0x88, 0x25, 0xA8, 0x49, 0xE9, 0x5B, 0xA9, 0x7D, 0x7F, 0x89, 0x25, 0xA8,
        0x49,
        0xE9, 0x5B, 0xB8, 0xE8, 0xB4, 0xBF,
      ],
    ]
    var decoder = HPACKDecoder()
    for (block, path) in zip(blocks, ["/", "/", "/index.html"]) {
      var fields = HTTP2Fields()
      #expect(block.withUnsafeBytes { decoder.decode($0) { fields.add($0, $1) } })
      #expect(fields.path == .text(path))
      #expect(fields.authority == .text("www.example.com"))
    }
  }

  @Test func `bounds its table`() {
    var decoder = HPACKDecoder()
    let value = String(repeating: "x", count: 100)
    for index in 0..<600 {
      let block = field("n\(index)", value)
      #expect(block.withUnsafeBytes { decoder.decode($0) { _, _ in } })
    }
    // 4096 bytes are 30 of these.
    #expect([UInt8(0x80 | (61 + 30))].withUnsafeBytes { decoder.decode($0) { _, _ in } })
    #expect(![UInt8(0x80 | (61 + 31))].withUnsafeBytes { decoder.decode($0) { _, _ in } })
    #expect(decoder.hasMissed)
  }

  @Test func `survives damage`() {
    let request = [0x83, 0x86] + field(4, "/pkg.Greeter/Hello") + field("content-type", "application/grpc")
    let dialogue = Dialogue().asking(preface).answering(settings)
      .asking(headers(1, get) + headers(3, request, flags: 4) + data(3, "body"))
      .answering(headers(1, [0x88], flags: 4) + data(1, "hello") + headers(3, [0x88], flags: 4))
      .answering(
        data(3, "xx", ends: false) + headers(3, field("grpc-status", "5") + field("grpc-message", "%41%4"))
      )
      .asking(headers(5, get) + frame(3, 0, 5, .big32(8)) + frame(7, 0, 0, .big32(3) + .big32(11)))
    for seed in 0..<80 {
      let (sent, told) = dialogue.damaged(seed: UInt64(seed))
      #expect(told <= sent, "seed \(seed)")
    }
    var random = Randomness(7)
    for _ in 0..<800 {
      var decoder = HPACKDecoder()
      let block = (0..<random.below(80)).map { _ in UInt8(random.below(256)) }
      _ = block.withUnsafeBytes { decoder.decode($0) { _, _ in } }
    }
  }
}
