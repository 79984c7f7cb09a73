import IPCModel
import Testing

@testable import IPCProtocols

@Suite("A protocol")
struct ProtocolSnifferTests {
  private func sniff(
    _ contents: [[UInt8]], _ kind: Kind = .unixStream, _ set: (inout Event) -> Void = { _ in }
  ) -> [ChannelProtocol?] {
    var sniffer = ProtocolSniffer()
    var event = Event(time: 0, kind: kind, source: .unknown, destination: .unknown, count: 0)
    set(&event)
    return contents.map { content in content.withUnsafeBytes { sniffer.sniff(event, content: $0) } }
  }

  @Test func `is told by how it begins, and else is none`() {
    let contents = ["GET / HTTP/1.1\r\n", "PRI * HTTP/2.0\r\n", "SSH-2.0-x", "{\"a\": 1}\n", "BEGIN", ""]
    #expect(sniff(contents.map { Array($0.utf8) }) == [.http, .http2, .ssh, .json, nil, nil])
  }

  @Test func `begins as no other does`() {
    let beginnings: [[UInt8]] = [
      Array("HTTP/1.0 200".utf8), Array("PRI * HTTP/2.0".utf8), Array("SSH-".utf8), Array("[]".utf8),
      [0x6C, 1, 0, 1] + Array(repeating: 0, count: 12), [0x16, 3, 1, 0, 5, 1],
    ]
    for bytes in beginnings {
      let those = ChannelProtocol.allCases.filter { known in
        bytes.withUnsafeBytes { known.row.begins?($0) ?? false }
      }
      #expect(those.count == 1, "\(bytes)")
    }
  }

  @Test func `is usual at ports that are no other's`() {
    for ports in [\ProtocolRow.tcpPorts, \ProtocolRow.udpPorts] {
      let all = ProtocolRow.registry.flatMap { $0[keyPath: ports] }
      #expect(Set(all).count == all.count)
    }
    func sniffed(_ source: UInt64, _ destination: UInt64, _ kind: Kind) -> [ChannelProtocol?] {
      sniff([[0]], kind) {
        $0.set(Kind.LoopbackSocket.sourcePort, to: source)
        $0.set(Kind.LoopbackSocket.destinationPort, to: destination)
      }
    }
    #expect(sniffed(5432, 9, .loopbackTCP) == [.postgres])
    #expect(sniffed(9, 53, .loopbackUDP) == [.dns])
  }
}
