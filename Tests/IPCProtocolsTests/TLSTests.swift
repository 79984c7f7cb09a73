import IPCModel
import Testing

@testable import IPCProtocols

@Suite("TLS")
struct TLSTests {
  private func record(_ type: UInt8, _ content: [UInt8]) -> [UInt8] {
    [type, 3, 3] + .big16(content.count) + content
  }
  private func extensions(_ all: [(Int, [UInt8])]) -> [UInt8] {
    let bytes = all.flatMap { [UInt8].big16($0.0) + .big16($0.1.count) + $0.1 }
    return .big16(bytes.count) + bytes
  }
  private func clientHello(_ name: String) -> [UInt8] {
    let server = .big16(name.utf8.count + 3) + [0] + .big16(name.utf8.count) + .text(name)
    let body =
      [3, 3] + Array(repeating: UInt8(7), count: 32) + [0] + .big16(2) + [0x13, 1] + [1, 0]
      + extensions([(16, .big16(3) + [2] + .text("h2")), (0, server)])
    return record(22, [1] + .big24(body.count) + body)
  }
  private var serverHello: [UInt8] {
    let body =
      [3, 3] + Array(repeating: UInt8(7), count: 32) + [0] + [0x13, 1, 0]
      + extensions([(16, .big16(3) + [2] + .text("h2"))])
    return record(22, [2] + .big24(body.count) + body)
  }

  @Test func `tells names, alerts, and that data went by`() {
    let dialogue = Dialogue().asking(clientHello("example.org"))
      .answering(serverHello + record(20, [1]) + record(23, Array(repeating: 9, count: 300)))
      .asking(record(20, [1]) + record(22, [1, 2, 3, 4, 5, 6]) + record(23, [1, 2, 3]))
      .answering(record(21, [2, 40])).asking(record(21, [1, 0])).asking(record(21, [9, 9, 9, 9]))
    let lines = [
      "data 1>2 tls ClientHello example.org 81", "data 2>1 tls ServerHello h2 58",
      "data 2>1 tls ApplicationData 305",
      "data 1>2 tls ApplicationData 8", #"data 2>1 tls Alert "40 handshake_failure" 7"#,
      "data 1>2 tls Alert 0 close_notify 7", "data 1>2 tls Alert 9",
    ]
    #expect(dialogue.lines() == lines)
    #expect(dialogue.linesOfBytes() == lines)
    #expect(dialogue.lines(from: 1).first == "data 2>1 tls ServerHello h2 58")
    for seed in 0..<60 {
      let (sent, told) = dialogue.damaged(seed: UInt64(seed))
      #expect(told <= sent, "seed \(seed)")
    }
  }

  @Test func `comes behind a question of another protocol`() {
    let dialogue = Dialogue().asking(.big32(8) + .big32(80_877_103)).answering("S").asking(clientHello("db"))
      .answering(serverHello)
    #expect(
      dialogue.lines() == [
        "request 1>2 postgres SSLRequest 8", "response 2>1 postgres SSLRequest ok 1",
        "data 1>2 tls ClientHello db 72", "data 2>1 tls ServerHello h2 58",
      ])
  }
}
