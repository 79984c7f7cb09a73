import IPCModel
import Testing

@testable import IPCProtocols

@Suite("PostgreSQL")
struct PostgresTests {
  private func message(_ type: Character, _ body: [UInt8] = []) -> [UInt8] {
    [UInt8(type.asciiValue ?? 0)] + .big32(body.count + 4) + body
  }
  private func query(_ sql: String) -> [UInt8] { message("Q", .zero(sql)) }
  private func parse(_ sql: String, as name: String = "") -> [UInt8] {
    message("P", .zero(name) + .zero(sql) + [0, 0])
  }
  private func bind(_ name: String = "", portal: String = "") -> [UInt8] {
    message("B", .zero(portal) + .zero(name) + [0, 0, 0, 0, 0, 0])
  }
  private func execute(_ portal: String = "") -> [UInt8] { message("E", .zero(portal) + .big32(0)) }
  private var sync: [UInt8] { message("S") }
  private func ready(_ state: String = "I") -> [UInt8] { message("Z", .text(state)) }
  private func done(_ tag: String) -> [UInt8] { message("C", .zero(tag)) }
  private func error(_ code: String, _ text: String, severity: String = "ERROR") -> [UInt8] {
    message("E", .zero("S" + severity) + .zero("V" + severity) + .zero("C" + code) + .zero("M" + text) + [0])
  }
  private var startup: [UInt8] {
    let body = .big32(196_608) + [UInt8].zero("user") + .zero("me") + .zero("database") + .zero("shop") + [0]
    return .big32(body.count + 4) + body
  }
  private var connected: Dialogue {
    Dialogue().asking(.big32(8) + .big32(80_877_103)).answering("N").asking(startup)
      .answering(
        message("R", .big32(0)) + message("S", .zero("TimeZone") + .zero("UTC"))
          + message("K", .big32(7) + .big32(8)) + ready())
  }

  @Test func `begins with questions and a start, and answers queries`() {
    let dialogue =
      connected
      .asking(query("/* a /* b */ */ -- c\n select 1"))
      .answering(message("T", [0, 0]) + message("D", [0, 0]) + done("SELECT 1") + ready())
      .asking(query("BEGIN;")).answering(done("BEGIN") + ready("T"))
      .asking(query("slow()")).answering(
        error("57014", "canceling statement due to user request") + ready("E")
      )
      .asking(query("nope")).answering(error("42601", "syntax error") + ready("E"))
      .asking(message("X"))
    let lines = [
      "request 1>2 postgres SSLRequest 8", "response 2>1 postgres SSLRequest ok 1",
      "request 1>2 postgres Startup shop 31", "response 2>1 postgres Startup ok 46",
      "request 1>2 postgres SELECT /* a /* b */ */ -- c\n select 1 36",
      "response 2>1 postgres SELECT /* a /* b */ */ -- c\n select 1 ok 34",
      "call SELECT /* a /* b */ */ -- c\n select 1 ok 36>34",
      "request 1>2 postgres BEGIN BEGIN; 12", "response 2>1 postgres BEGIN BEGIN; ok 17",
      "call BEGIN BEGIN; ok 12>17", "request 1>2 postgres SLOW slow() 12",
      #"response 2>1 postgres SLOW slow() cancelled "57014 canceling statement due to user request" 74"#,
      #"call SLOW slow() cancelled "57014 canceling statement due to user request" 12>74"#,
      "request 1>2 postgres NOPE nope 10",
      #"response 2>1 postgres NOPE nope error "42601 syntax error" 47"#,
      #"call NOPE nope error "42601 syntax error" 10>47"#, "notification 1>2 postgres Terminate 5",
    ]
    #expect(dialogue.lines() == lines)
    #expect(dialogue.linesOfBytes() == lines)
  }

  @Test func `names statements that were prepared`() {
    let dialogue =
      connected
      .asking(parse("insert into t values ($1)", as: "s1") + sync).answering(message("1") + ready())
      .asking(bind("s1") + execute() + sync).answering(message("2") + done("INSERT 0 1") + ready())
      .asking(bind("s9") + execute() + sync).answering(message("2") + done("UPDATE 1") + ready())
      .asking(message("D", .text("S") + .zero("s1")) + sync).answering(message("t") + message("n") + ready())
      .asking(parse("select 2") + bind() + message("D", .text("P") + [0]) + execute() + sync)
      .answering(message("1") + message("2") + message("T") + done("SELECT 1") + ready())
      .asking(message("C", .text("S") + .zero("s1")) + sync).answering(message("3") + ready())
    let calls = [
      "call Prepare insert into t values ($1) ok 41>11",
      "call INSERT insert into t values ($1) ok 30>27", "call Execute ok 30>25",
      "call Describe insert into t values ($1) ok 14>16", "call SELECT select 2 ok 52>35",
      "call Close insert into t values ($1) ok 14>11",
    ]
    #expect(dialogue.lines().filter { $0.hasPrefix("call") } == calls)
    #expect(dialogue.linesOfBytes().filter { $0.hasPrefix("call") } == calls)
    #expect(dialogue.linesCoalesced().filter { $0.hasPrefix("call") } == calls)
  }

  @Test func `counts notifications and parameters in no call`() {
    let dialogue =
      connected.asking(query("set x to 1"))
      .answering(
        done("SET") + message("S", .zero("x") + .zero("1"))
          + message("A", .big32(7) + .zero("chan") + .zero("hello")) + ready()
      )
      .answering(message("A", .big32(7) + .zero("chan") + [0]))
    #expect(
      dialogue.lines().suffix(6) == [
        "request 1>2 postgres SET set x to 1 16", "notification 2>1 postgres ParameterStatus x 9",
        "notification 2>1 postgres NotificationResponse chan 20",
        "response 2>1 postgres SET set x to 1 ok 15",
        "call SET set x to 1 ok 16>15", "notification 2>1 postgres NotificationResponse chan 15",
      ])
    #expect(dialogue.linesOfBytes() == dialogue.lines())
  }

  @Test func `copies in and out`() {
    let dialogue =
      connected.asking(query("copy t from stdin")).answering(message("G", [0, 0, 0]))
      .asking(message("d", .text("1\n")) + message("d", .text("2\n"))).asking(message("c"))
      .answering(done("COPY 2") + ready())
      .asking(query("copy t to stdout"))
      .answering(
        message("H", [0, 0, 0]) + message("d", .text("1\n")) + message("c") + done("COPY 1") + ready()
      )
      .asking(parse("copy t from stdin") + bind() + execute() + sync).answering(
        message("1") + message("2") + message("G", [0, 0, 0])
      )
      .asking(message("d", .text("1\n")) + message("c") + sync).answering(done("COPY 1") + ready())
    #expect(
      dialogue.lines().dropFirst(4) == [
        "request 1>2 postgres COPY copy t from stdin 23", "stream 1>2 postgres CopyData 19",
        "response 2>1 postgres COPY copy t from stdin ok 26", "call COPY copy t from stdin ok 23>26",
        "request 1>2 postgres COPY copy t to stdout 22", "response 2>1 postgres COPY copy t to stdout ok 38",
        "call COPY copy t to stdout ok 22>38", "request 1>2 postgres COPY copy t from stdin 54",
        "stream 1>2 postgres CopyData 12", "notification 1>2 postgres Sync 5",
        "response 2>1 postgres COPY copy t from stdin ok 36", "call COPY copy t from stdin ok 54>36",
      ])
  }

  @Test func `cancels by another connection, and is refused`() {
    let cancel = Dialogue().asking(.big32(16) + .big32(80_877_102) + .big32(7) + .big32(8))
    #expect(cancel.lines() == ["notification 1>2 postgres CancelRequest 16"])
    let refused = Dialogue().asking(startup).answering(error("28P01", "no", severity: "FATAL"))
    #expect(
      refused.lines() == [
        "request 1>2 postgres Startup shop 31", #"response 2>1 postgres Startup error "28P01 no" 31"#,
      ])
    let ended = connected.answering(error("57P01", "terminating", severity: "FATAL"))
    #expect(ended.lines().last == #"notification 2>1 postgres ErrorResponse "57P01 terminating" 40"#)
  }

  @Test func `is met in the middle, and found again behind damage`() {
    let answer = message("D", [0, 0]) + done("SELECT 1") + ready()
    #expect(
      Dialogue().asking(query("select 1")).answering(answer).lines() == [
        "request 1>2 postgres SELECT select 1 14", "response 2>1 postgres SELECT select 1 ok 27",
        "call SELECT select 1 ok 14>27",
      ])
    #expect(Dialogue().answering(answer).lines() == ["response 2>1 postgres ok 27"])
    let dialogue = connected.asking([0x51, 0xFF, 0xFF, 0, 0, 1, 2]).asking(query("select 2")).answering(
      answer)
    #expect(
      dialogue.lines().suffix(4) == [
        "data 1>2 postgres 7 (no PostgreSQL message)", "request 1>2 postgres SELECT select 2 14",
        "response 2>1 postgres SELECT select 2 ok 27", "call SELECT select 2 ok 14>27",
      ])
  }

  @Test func `survives damage`() {
    let dialogue =
      connected.asking(query("copy t from stdin")).answering(message("G", [0, 0, 0]))
      .asking(message("d", .text("1\n")) + message("c")).answering(done("COPY 2") + ready())
      .asking(parse("insert into t values ($1)", as: "s1") + bind("s1") + execute() + sync)
      .answering(
        message("1") + message("2") + message("A", .big32(7) + .zero("c") + [0]) + done("INSERT 0 1")
          + ready()
      )
      .asking(query("nope")).answering(error("42601", "syntax error") + ready("E"))
    for seed in 0..<80 {
      let (sent, told) = dialogue.damaged(seed: UInt64(seed))
      #expect(told <= sent, "seed \(seed)")
    }
  }
}
