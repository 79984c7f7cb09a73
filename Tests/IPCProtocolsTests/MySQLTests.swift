import IPCModel
import Testing

@testable import IPCProtocols

@Suite("MySQL")
struct MySQLTests {
  private func packet(_ number: UInt8, _ payload: [UInt8]) -> [UInt8] {
    .little24(payload.count) + [number] + payload
  }
  private func command(_ code: UInt8, _ text: String) -> [UInt8] { packet(0, [code] + .text(text)) }
  private func ok(_ number: UInt8 = 1, more: Bool = false) -> [UInt8] {
    packet(number, [0, 0, 0, more ? 10 : 2, 0, 0, 0])
  }
  private func end(_ number: UInt8, deprecating: Bool = false) -> [UInt8] {
    packet(number, deprecating ? [0xFE, 0, 0, 2, 0, 0, 0] : [0xFE, 0, 0, 2, 0])
  }
  private func connected(deprecating: Bool) -> Dialogue {
    let greeting = [10] + .zero("8.0.36") + Array(repeating: UInt8(1), count: 60)
    let abilities =
      .little32(deprecating ? 1 << 24 : 0) + Array(repeating: UInt8(0), count: 28) + .zero("root") + [0]
    return Dialogue().answering(packet(0, greeting)).asking(packet(1, abilities)).answering(ok(2))
  }

  @Test func `begins with a greeting and answers with rows`() {
    let rows = packet(1, [1]) + packet(2, .text("def column")) + packet(3, [1, 0x31])
    for deprecating in [false, true] {
      let answer =
        deprecating
        ? rows + end(4, deprecating: true)
        : packet(1, [1]) + packet(2, .text("def column")) + end(3) + packet(4, [1, 0x31]) + end(5)
      let dialogue = connected(deprecating: deprecating)
        .asking(command(3, "select 1")).answering(answer)
        .asking(command(3, "nope")).answering(packet(1, [0xFF] + .little16(1064) + .text("#42000bad syntax")))
        .asking(command(0x0E, "")).answering(ok()).asking(command(1, ""))
      let count = answer.count
      let lines = [
        "data 2>1 mysql Greeting 72", "data 1>2 mysql Login root 42", "data 2>1 mysql LoginAnswer 11",
        "request 1>2 mysql SELECT select 1 13", "response 2>1 mysql SELECT select 1 ok \(count)",
        "call SELECT select 1 ok 13>\(count)", "request 1>2 mysql NOPE nope 9",
        #"response 2>1 mysql NOPE nope error "1064 bad syntax" 23"#,
        #"call NOPE nope error "1064 bad syntax" 9>23"#, "request 1>2 mysql Ping 5",
        "response 2>1 mysql Ping ok 11", "call Ping ok 5>11", "notification 1>2 mysql Quit 5",
      ]
      #expect(dialogue.lines() == lines)
      #expect(dialogue.linesOfBytes() == lines)
    }
  }

  @Test func `prepares statements, has many results, and sends files`() {
    let dialogue = connected(deprecating: true)
      .asking(command(0x16, "insert into t values (?)"))
      .answering(
        packet(1, [0] + .little32(7) + .little16(0) + .little16(1) + [0, 0, 0]) + packet(2, .text("def ?"))
      )
      .asking(packet(0, [0x17] + .little32(7) + [0, 1, 0, 0, 0])).answering(ok())
      .asking(packet(0, [0x19] + .little32(7)))
      .asking(command(3, "call p()")).answering(ok(1, more: true) + ok(2))
      .asking(command(3, "load data")).answering(packet(1, [0xFB] + .text("f.csv")))
      .asking(packet(2, .text("1,2\n")) + packet(3, [])).answering(ok(4))
    #expect(
      dialogue.lines().dropFirst(3) == [
        "request 1>2 mysql Prepare insert into t values (?) 29",
        "response 2>1 mysql Prepare insert into t values (?) ok 25",
        "call Prepare insert into t values (?) ok 29>25",
        "request 1>2 mysql INSERT insert into t values (?) 14",
        "response 2>1 mysql INSERT insert into t values (?) ok 11",
        "call INSERT insert into t values (?) ok 14>11",
        "notification 1>2 mysql Close insert into t values (?) 9",
        "request 1>2 mysql CALL call p() 13", "response 2>1 mysql CALL call p() ok 22",
        "call CALL call p() ok 13>22",
        "request 1>2 mysql LOAD load data 14", "stream 1>2 mysql File 12",
        "response 2>1 mysql LOAD load data ok 21", "call LOAD load data ok 14>21",
      ])
    for seed in 0..<60 {
      let (sent, told) = dialogue.damaged(seed: UInt64(seed))
      #expect(told <= sent, "seed \(seed)")
    }
  }
}
