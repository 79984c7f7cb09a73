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

  @Test func `of databases is told by how a client begins, and lasts in both directions`() {
    let startup: [UInt8] = [0, 0, 0, 9, 0, 3, 0, 0, 0],
      encryption: [UInt8] = [0, 0, 0, 8, 4, 0xD2, 0x16, 0x2F]
    #expect(sniff([startup]) == [.postgres] && sniff([encryption]) == [.postgres])
    #expect(sniff([[0, 0, 0, 9, 0, 2, 0, 0, 0], [0, 0, 0, 8]]) == [nil, nil])
    let commands = ["*1\r\n$4\r\nPING\r\n", "*12\r\n", "*1\r\n$"]
    #expect(sniff(commands.map { Array($0.utf8) }) == [.redis, .redis, .redis])
    let others = ["*", "*\r\n", "* list\r\n", "*1\r\nx", "*123456789\r\n"]
    #expect(sniff(others.map { Array($0.utf8) }) == others.map { _ in nil })

    var sniffer = ProtocolSniffer()
    var event = Event(time: 0, kind: .unixStream, source: .unknown, destination: .unknown, count: 0)
    func sniffed(_ content: [UInt8], from source: UInt64, to destination: UInt64) -> ChannelProtocol? {
      event.set(Kind.UnixSocket.sourceInode, to: source)
      event.set(Kind.UnixSocket.destinationInode, to: destination)
      return content.withUnsafeBytes { sniffer.sniff(event, content: $0) }
    }
    #expect(sniffed(Array("+OK\r\n".utf8), from: 8, to: 7) == nil)
    #expect(sniffed(Array(commands[0].utf8), from: 7, to: 8) == .redis)
    #expect(sniffed(Array("+OK\r\n".utf8), from: 8, to: 7) == .redis)
    #expect(sniffed(Array("+OK\r\n".utf8), from: 8, to: 9) == nil)
  }

  @Test(
    arguments: [
      ("/var/run/postgresql/.s.PGSQL.5432", .postgres), (".s.PGSQL.6543", .postgres),
      ("/run/redis/redis-server.sock", .redis), ("@redis.sock", nil), ("/tmp/redis.sock", .redis),
      ("/run/mysqld/mysqld.sock", .mysql), ("/tmp/mysql.sock", .mysql), ("/run/redis.sock/other", nil),
      ("<anonymous>", nil), ("", nil), ("/", nil),
    ] as [(String, ChannelProtocol?)])
  func `is usual at unix sockets of certain names`(_ path: String, _ expected: ChannelProtocol?) {
    let found = Array(path.utf8).withUnsafeBufferPointer { ProtocolSniffer().usual(atSocket: $0) }
    #expect(found == expected)
  }

  @Test func `begins as no other does`() {
    let beginnings: [[UInt8]] = [
      Array("HTTP/1.0 200".utf8), Array("PRI * HTTP/2.0".utf8), Array("SSH-".utf8), Array("[]".utf8),
      [0x6C, 1, 0, 1] + Array(repeating: 0, count: 12), [0x16, 3, 1, 0, 5, 1],
      [0, 0, 0, 9, 0, 3, 0, 0, 0], Array("*1\r\n$4\r\nPING\r\n".utf8),
    ]
    for bytes in beginnings {
      let those = ChannelProtocol.allCases.filter { known in
        guard let beginning = known.row.beginning, beginning.firstBytes.contains(bytes[0]) else {
          return false
        }
        return bytes.withUnsafeBytes { beginning.begins($0) }
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
