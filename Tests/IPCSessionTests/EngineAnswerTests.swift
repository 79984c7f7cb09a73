import Foundation
import Testing

@testable import IPCSession

@Suite("What container engines answer")
struct EngineAnswerTests {
  private static let ids = ["1", "2", "3"].map { String(repeating: $0, count: 64) }

  private func pairs(_ names: [(id: [UInt8], name: [UInt8])]) -> [String] {
    names.map { String(decoding: $0.id.prefix(1) + [UInt8(ascii: " ")] + $0.name, as: UTF8.self) }
  }

  private func docker(_ answer: String) -> [String] { pairs(DockerAnswer.names(in: Array(answer.utf8))) }

  private static let body =
    #"[{"Id":"\#(ids[0])","Names":["/other/link","/web"],"Image":"x"},{"Id":"\#(ids[1])","Names":["db"]},"#
    + #"{"Id":"\#(ids[2])","Names":null}]"#

  @Test func `is read of Docker and podman, whole or in chunks`() {
    #expect(
      docker("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + Self.body) == ["1 web", "2 db"])
    let half = Self.body.count / 2
    let chunks = [Self.body.prefix(half), Self.body.dropFirst(half)].map {
      String($0.count, radix: 16) + ";x=y\r\n" + $0 + "\r\n"
    }
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    #expect(docker(head + chunks.joined() + "0\r\n\r\n") == ["1 web", "2 db"])
    for broken in ["", "0\r\n\r\n", chunks[0], "fffffffffffffffff\r\n", "-1\r\nx"] {
      #expect(docker(head + broken).isEmpty)
    }
  }

  @Test(arguments: [
    "", "HTTP/1.1 500 no\r\n\r\n[]", "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n{}", "garbage",
    "HTTP/1.1 200 OK\r\n\r\n[{\"Id\":1}]",
  ])
  func `is nothing where it is no answer`(_ answer: String) { #expect(docker(answer).isEmpty) }

  private func field(_ number: UInt8, _ value: [UInt8]) -> [UInt8] {
    [number << 3 | 2, UInt8(value.count & 0x7F | 0x80), UInt8(value.count >> 7)] + value
  }

  private func field(_ number: UInt8, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }

  @Test func `is read of runtimes, which answer in protobuf`() {
    func container(_ id: String, _ name: String) -> [UInt8] {
      // Among the fields that nobody asks for are numbers, too.
      field(
        1, field(1, id) + field(2, "sandbox") + field(3, field(1, name) + [2 << 3, 7]) + [6 << 3, 0x80, 1])
    }
    let message = container(Self.ids[0], "proxy") + container(Self.ids[1], "dns")
    let framed = [0, 0, 0, UInt8(message.count >> 8), UInt8(message.count & 0xFF)] + message
    #expect(pairs(RuntimeAnswer.names(in: framed)) == ["1 proxy", "2 dns"])
    #expect(pairs(RuntimeAnswer.names(in: framed + [0, 0])) == ["1 proxy", "2 dns"])
    for cut in 0..<framed.count { _ = RuntimeAnswer.names(in: Array(framed.prefix(cut))) }
    #expect(RuntimeAnswer.names(in: [UInt8(1)] + framed.dropFirst()).isEmpty, "it is compressed")
  }

  @Test func `is told on only in lines that are ids and names`() {
    let lines = [
      "\(Self.ids[0]) web", "\(Self.ids[1]) \u{1b}[2J", "abc web", "\(Self.ids[2])", "\(Self.ids[2]) ",
      "\(Self.ids[2]) two words", "\(Self.ids[2].replacing("3", with: "G")) x", "\(Self.ids[2]) db",
    ]
    let answer = Array(lines.joined(separator: "\n").utf8)
    #expect(pairs(EngineSocket.names(in: answer)) == ["1 web", "3 db"])
  }
}
