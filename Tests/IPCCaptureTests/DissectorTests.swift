import IPCModel
import IPCProtocols
import TestSupport
import Testing

@testable import IPCCapture

@Suite("Wireshark is told to show")
struct DissectorTests {
  static let contents: [([UInt8], Dissector)] = [
    (Array("GET / HTTP/1.1\r\n".utf8), .of(.http)), (Array("HTTP/1.1 200 OK\r\n".utf8), .of(.http)),
    (Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8), .of(.http2)),
    (Array("SSH-2.0-OpenSSH_9".utf8), .of(.ssh)),
    (Array("{\"a\": 1}\n".utf8), .of(.json)), (Array("[]".utf8), .of(.json)),
    (Array("[ {\"b\":2} ]".utf8), .of(.json)),
    ([0x6C, 1, 0, 1] + Array(repeating: 0, count: 12), .of(.dbus)),
    ([0x42, 4, 7, 1] + Array(repeating: 0, count: 12), .of(.dbus)),
    ([0x16, 3, 1, 0, 5, 1], .of(.tls)),
    (Array("{ braces }".utf8), .text), (Array("letters\n".utf8), .text), (Array("BEGIN".utf8), .text),
    ([0x6C, 5, 0, 1] + Array(repeating: 0, count: 12), .data), ([0x6C, 1, 0, 1], .data), ([0], .data),
    (Array("\u{1b}[1mgrün\n".utf8), .text), ([0x16], .data), (Array("[".utf8), .text),
  ]

  private func choose(
    _ contents: [[UInt8]], kind: Kind = .unixStream, rules: [DissectionRule] = [],
    set: (inout Event, inout TextTable) -> Void
  ) -> [DissectorChoice.Outcome] {
    var choice = DissectorChoice(rules: rules)
    var texts = TextTable()
    var event = Event(time: 0, kind: kind, source: .unknown, destination: .unknown, count: 0)
    set(&event, &texts)
    let fields = kind.row.channel
    return contents.map { content in
      content.withUnsafeBytes { choice.dissector(of: event, fields, content: $0, texts: texts) }
    }
  }

  @Test(arguments: contents)
  func `what the first bytes say`(_ bytes: [UInt8], _ expected: Dissector) {
    #expect(choose([bytes]) { _, _ in } == [.known(expected)])
  }

  @Test func `the rest of a long answer as its beginning, in the same direction of the same channel only`() {
    let answer = Array("HTTP/1.1 200 OK\r\n\r\n".utf8)
    let same = choose([answer, [1, 2], Array("text".utf8)]) { event, _ in
      event.set(Kind.UnixSocket.destinationInode, to: 77)
    }
    #expect(same == [.known(.of(.http)), .known(.of(.http)), .known(.of(.http))])
    #expect(choose([answer, [1, 2]]) { _, _ in } == [.known(.of(.http)), .known(.data)])
  }

  @Test func `what usually is at a port, unless the bytes say otherwise`() {
    func chosen(_ source: UInt64, _ destination: UInt64, _ kind: Kind) -> [DissectorChoice.Outcome] {
      choose([[0, 1], Array("GET / HTTP/1.1".utf8)], kind: kind) { event, _ in
        event.set(Kind.LoopbackSocket.sourcePort, to: source)
        event.set(Kind.LoopbackSocket.destinationPort, to: destination)
      }
    }
    #expect(chosen(40_000, 6379, .loopbackTCP) == [.known(.of(.redis)), .known(.of(.http))])
    #expect(chosen(5432, 40_000, .loopbackTCP) == [.known(.of(.postgres)), .known(.of(.http))])
    #expect(chosen(40_000, 53, .loopbackUDP) == [.known(.of(.dns)), .known(.of(.http))])
    #expect(chosen(40_000, 53, .loopbackTCP) == [.known(.data), .known(.of(.http))])
  }

  @Test func `what the user says, before all else`() {
    let rules = [
      DissectionRule(.named(Array("/run/a".utf8)), dissector: "x"),
      DissectionRule(.kinds([.pipe]), dissector: "y"),
      DissectionRule(.port(80), dissector: "z"),
    ]
    let answer = Array("HTTP/1.1 200 OK".utf8)
    #expect(
      choose([answer], rules: rules) { event, texts in
        event.set(Kind.UnixSocket.path, to: texts.add("/run/a"))
      } == [.rule(0)])
    #expect(
      choose([answer], rules: rules) { event, texts in
        event.set(Kind.UnixSocket.path, to: texts.add("/run/b"))
      } == [
        .known(.of(.http))
      ])
    #expect(choose([answer], kind: .pipe, rules: rules) { _, _ in } == [.rule(1)])
    #expect(
      choose([answer], kind: .loopbackUDP, rules: rules) { event, _ in
        event.set(Kind.LoopbackSocket.destinationPort, to: 80)
      } == [
        .rule(2)
      ])
  }
}
