import CaptureSupport
import IPCCapture
import IPCModel
import TestSupport
import Testing

@Suite("What is written as synthetic connections")
struct StreamTests {
  private static let sh = Endpoint(pid: 4321, tid: 4322, comm: Comm("sh"))
  private static let cat = Endpoint(pid: 12_345, tid: 12_345, comm: Comm("cat"))

  /// An event of a channel, with all that tells the channel.
  private static func event(
    _ kind: Kind, _ recorded: inout Recorded, from source: Endpoint = sh, to destination: Endpoint = cat,
    count: UInt64 = 5, inodes: (UInt64, UInt64) = (70, 71), isBackward: Bool = false
  ) -> Event {
    var event = Event(
      time: 50_000_000_000, kind: kind, source: source, destination: destination, count: count)
    switch kind {
    case .pipe: event.set(Kind.Pipe.inode, to: inodes.0)
    case .pty:
      event.set(Kind.Terminal.name, to: recorded.texts.add("pts/\(inodes.0)"))
      event.set(Kind.Terminal.direction, to: recorded.texts.add(isBackward ? "output" : "input"))
    case .loopbackTCP, .loopbackUDP:
      event.set(Kind.LoopbackSocket.sourcePort, to: isBackward ? 7001 : 40_000)
      event.set(Kind.LoopbackSocket.destinationPort, to: isBackward ? 40_000 : 7001)
      event.set(Kind.LoopbackSocket.sourceAddress, to: recorded.texts.add("127.0.0.1"))
      event.set(Kind.LoopbackSocket.destinationAddress, to: recorded.texts.add("127.0.0.1"))
      event.set(Kind.LoopbackSocket.destinationInode, to: isBackward ? inodes.0 : inodes.1)
    case .processVM: event.set(Kind.ProcessVM.address, to: inodes.0)
    case .mqueue: event.set(Kind.MQueue.inode, to: inodes.0)
    case .sysvMessage: event.set(Kind.SysVMessage.id, to: inodes.0)
    case .vsock:
      event.set(Kind.Vsock.sourceContext, to: 1)
      event.set(Kind.Vsock.sourcePort, to: isBackward ? inodes.1 : inodes.0)
      event.set(Kind.Vsock.destinationContext, to: 1)
      event.set(Kind.Vsock.destinationPort, to: isBackward ? inodes.0 : inodes.1)
    case .netlink: event.set(Kind.Netlink.family, to: recorded.texts.add("family \(inodes.0)"))
    default:
      event.set(Kind.UnixSocket.sourceInode, to: isBackward ? inodes.1 : inodes.0)
      event.set(Kind.UnixSocket.destinationInode, to: isBackward ? inodes.0 : inodes.1)
    }
    return event
  }

  private static let carriers = Kind.all.filter { $0.row.carriesBytes }

  // MARK: - Read back

  @Test(arguments: Kind.all)
  func `is read back as it was, of every kind, both ways`(_ kind: Kind) {
    var recorded = Recorded(form: .streams)
    for _ in 0..<2 {
      recorded.add(
        kind.row.carriesBytes ? Self.event(kind, &recorded) : Self.plain(kind), Array("hello".utf8))
      recorded.add(
        kind.row.carriesBytes
          ? Self.event(kind, &recorded, from: Self.cat, to: Self.sh, isBackward: true) : Self.plain(kind), nil
      )
      recorded.add(Self.plain(kind), [])
    }
    recorded.end()
    let replayed = Replayed(recorded.bytes)
    #expect(replayed.failure == nil)
    #expect(replayed.text == recorded.liveText)
    let isSound = SyntheticPacket.all(of: recorded.bytes).allSatisfy(\.isSound)
    #expect(isSound)
  }

  private static func plain(_ kind: Kind) -> Event {
    Event(time: 1, kind: kind, source: sh, destination: .unknown, count: 0)
  }

  @Test(arguments: [1, 2, 3, 65_494, 65_495, 65_496, 131_071, 600_000], carriers)
  func `is read back with contents of any length, in sound packets`(_ length: Int, _ kind: Kind) {
    var recorded = Recorded(form: .streams)
    var random = SeededRandom(seed: UInt64(length))
    let content = (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    recorded.add(Self.event(kind, &recorded, count: UInt64(length)), content)
    recorded.add(Loss(kind: .pipe, count: 3, bytes: 10, time: 60_000_000_000))
    recorded.add(Self.event(kind, &recorded, count: UInt64(length)), content)
    let replayed = Replayed(recorded.bytes)
    let isSame = replayed.text == recorded.liveText
    #expect(isSame && replayed.failure == nil)
    let packets = SyntheticPacket.all(of: recorded.bytes)
    let isSound = packets.allSatisfy(\.isSound)
    #expect(isSound)
    let sent = packets.flatMap(\.content)
    let isWhole = sent == content + content
    #expect(isWhole)
  }

  @Test func `is read back from a capture of both forms, one behind the other`() {
    var streams = Recorded(form: .streams)
    streams.add(Self.event(.pipe, &streams), Array("hello".utf8))
    let payloads = Sample.small()
    let text = streams.liveText + payloads.liveText + streams.liveText
    #expect(Replayed(streams.bytes + payloads.bytes + streams.bytes).text == text)
  }

  @Test func `and damaged in any one byte is told as far as it can be, or refused in one sentence`() {
    var recorded = Recorded(form: .streams)
    for kind in [.pipe, .unixDatagram, .loopbackTCP] as [Kind] {
      recorded.add(Self.event(kind, &recorded), Array("hello".utf8))
    }
    let bytes = recorded.bytes
    // The section's header is that of any capture.
    let header = Int(bytes[4]) | Int(bytes[5]) << 8
    for index in header..<bytes.count {
      for value in [0, 1, 0x7F, 0xFF, bytes[index] ^ 0x10] as [UInt8] {
        var damaged = bytes
        damaged[index] = value
        guard let sentence = Replayed(damaged).failure?.sentence else { continue }
        #expect(
          sentence.contains("t.pcapng ") && !sentence.contains("\n"), "\(index) as \(value): \(sentence)")
      }
    }
  }

  // MARK: - As connections

  @Test func `has both directions of a socket in one connection, which begins with a handshake`() {
    var recorded = Recorded(form: .streams)
    recorded.add(Self.event(.unixStream, &recorded), Array("hello".utf8))
    recorded.add(
      Self.event(.unixStream, &recorded, from: Self.cat, to: Self.sh, count: 3, isBackward: true),
      Array("yes".utf8))
    recorded.add(Self.event(.unixStream, &recorded), Array("again".utf8))
    let packets = SyntheticPacket.all(of: recorded.bytes)
    #expect(packets.map(\.flags) == [0x02, 0x12, 0x10, 0x18, 0x18, 0x18])
    #expect(packets.map(\.sequence) == [0, 0, 1, 1, 1, 6])
    #expect(packets.map(\.acknowledged) == [0, 1, 1, 1, 6, 4])
    let (way, back) = ("240.0.43.21:49152 > 240.1.23.45:64002", "240.1.23.45:64002 > 240.0.43.21:49152")
    #expect(packets.map(\.way) == [way, back, way, way, back, way])
  }

  @Test func `has what several processes write to a pipe in one direction`() {
    var recorded = Recorded(form: .streams)
    let other = Endpoint(pid: 99, tid: 99, comm: Comm("other"))
    recorded.add(Self.event(.pipe, &recorded), Array("hello".utf8))
    recorded.add(Self.event(.pipe, &recorded, from: other), Array("there".utf8))
    recorded.add(Self.event(.pipe, &recorded), Array("again".utf8))
    let packets = SyntheticPacket.all(of: recorded.bytes).filter { !$0.isControl }
    #expect(Set(packets.map(\.way)) == ["240.0.43.21:49152 > 240.1.23.45:64000"])
    #expect(packets.map(\.sequence) == [1, 6, 11])
  }

  @Test func `has channels of the same processes in different connections`() {
    var recorded = Recorded(form: .streams)
    // Of others, the ends are all that tells the channel.
    for kind in Self.carriers where kind.row.channel.ports == nil && kind != .processVM {
      for inode in 1...20 as ClosedRange<UInt64> {
        recorded.add(Self.event(kind, &recorded, inodes: (2 * inode, 2 * inode + 1)), [1])
      }
    }
    let ways = SyntheticPacket.all(of: recorded.bytes).filter { !$0.content.isEmpty }.map(\.way)
    #expect(ways.count == 180 && Set(ways).count == ways.count)
  }

  @Test
  func `has real addresses and ports of internet sockets, and another connection when they are used again`() {
    var recorded = Recorded(form: .streams)
    recorded.add(Self.event(.loopbackTCP, &recorded), Array("hello".utf8))
    recorded.add(Self.event(.loopbackTCP, &recorded, inodes: (70, 72)), Array("again".utf8))
    let packets = SyntheticPacket.all(of: recorded.bytes)
    #expect(packets.count == 8 && packets[7].sequence == 1)
    let areReal = packets.allSatisfy {
      $0.way.contains("127.0.0.1:40000") && $0.way.contains("127.0.0.1:7001")
    }
    #expect(areReal)
    #expect(packets[0].destinationPort == 7001)
  }

  @Test func `has a gap where bytes were lost, in channels of that kind only`() {
    var recorded = Recorded(form: .streams)
    for kind in [.pipe, .unixStream] as [Kind] { recorded.add(Self.event(kind, &recorded), [1, 2, 3, 4, 5]) }
    recorded.add(Loss(kind: .pipe, count: 2, bytes: 700, time: 60_000_000_000))
    for kind in [.pipe, .unixStream] as [Kind] {
      for _ in 0..<2 { recorded.add(Self.event(kind, &recorded), [1, 2, 3, 4, 5]) }
    }
    let packets = SyntheticPacket.all(of: recorded.bytes).filter { !$0.isControl }
    #expect(packets.map(\.sequence) == [1, 1, 706, 711, 6, 11])
  }

  @Test func `has packets as long as they were where contents were cut off`() {
    var recorded = Recorded(byteLimit: 2, form: .streams)
    for count in [5, 200_000, 5] as [UInt64] {
      recorded.add(Self.event(.pipe, &recorded, count: count), Array(repeating: 1, count: Int(count)))
    }
    let packets = SyntheticPacket.all(of: recorded.bytes).filter { !$0.isControl }
    #expect(packets.map(\.length) == [5, 65_495, 5])
    #expect(packets.map(\.content.count) == [2, 2, 2])
    #expect(packets.map(\.sequence) == [1, 6, 200_006])
    #expect(Replayed(recorded.bytes).text == recorded.liveText)
  }

  @Test func `has datagrams as such`() {
    var recorded = Recorded(form: .streams)
    recorded.add(Self.event(.unixDatagram, &recorded), Array("hello".utf8))
    recorded.add(
      Self.event(.unixDatagram, &recorded, from: Self.cat, to: Self.sh, isBackward: true), Array("there".utf8)
    )
    let packets = SyntheticPacket.all(of: recorded.bytes)
    #expect(packets.map(\.carried) == [17, 17])
    #expect(
      packets.map(\.way) == [
        "240.0.43.21:49152 > 240.1.23.45:64003", "240.1.23.45:64003 > 240.0.43.21:49152",
      ])
  }

  @Test func `has acknowledgements among many segments of one direction`() {
    var recorded = Recorded(form: .streams)
    for _ in 0..<130 { recorded.add(Self.event(.pipe, &recorded), Array("hello".utf8)) }
    let control = SyntheticPacket.all(of: recorded.bytes).filter(\.isControl)
    #expect(control.map(\.acknowledged) == [0, 1, 1, 1 + 64 * 5, 1 + 128 * 5])
  }

  @Test func `begins anew in another file, with the numbers that come next`() {
    var recorded = Recorded(form: .streams)
    recorded.add(Self.event(.pipe, &recorded), Array("hello".utf8))
    let names = SyntheticPacket.blocks(of: recorded.bytes, type: 4)
    recorded.rotate()
    recorded.add(Self.event(.pipe, &recorded), Array("again".utf8))
    let packets = SyntheticPacket.all(of: recorded.bytes)
    #expect(packets.map(\.sequence) == [5, 0, 6, 6])
    #expect(SyntheticPacket.blocks(of: recorded.bytes, type: 4) == names && names.count == 2)
  }

  // MARK: - Protocols

  @Test(arguments: [
    ("GET / HTTP/1.1\r\n", 80, true), ("HTTP/1.1 200 OK\r\n", 80, false), ("{\"id\":", 64_101, true),
    ("{\"QMP\": {}}\r\n", 64_101, false), ("\u{16}\u{3}\u{1}", 443, true), ("SSH-2.0-x\r\n", 22, false),
    ("*1\r\n$4\r\nPING\r\n", 6379, true), ("l\u{1}\0\u{1}\0\0\0\0\0\0\0\0\0\0\0\0", 64_100, true),
    ("PRI * HTT", 80, true), ("GET", 80, true), ("GE", 64_002, true), ("GETS /", 64_002, true),
    ("hello", 64_002, true),
  ])
  func `has the port at its server by which Wireshark finds the protocol`(
    _ content: String, _ port: Int, _ isClient: Bool
  ) {
    var recorded = Recorded(form: .streams)
    recorded.add(Self.event(.unixStream, &recorded), Array(content.utf8))
    let packets = SyntheticPacket.all(of: recorded.bytes)
    #expect(packets[0].destinationPort == port)
    #expect((packets[3].destinationPort == port) == isClient)
  }

  @Test func `has the port of the system's log for its messages`() {
    var recorded = Recorded(form: .streams)
    recorded.add(Self.event(.unixDatagram, &recorded), Array("<30>su: hello".utf8))
    recorded.add(Self.event(.unixDatagram, &recorded, inodes: (72, 73)), Array("<a>hello".utf8))
    #expect(SyntheticPacket.all(of: recorded.bytes).map(\.destinationPort) == [514, 64_003])
  }

  @Test func `has the port of what the user says`() {
    var recorded = Recorded(
      rules: [
        DissectionRule(.port(7001), dissector: "pgsql"), DissectionRule(.kinds([.pipe]), dissector: "x11"),
      ],
      form: .streams)
    recorded.add(Self.event(.loopbackTCP, &recorded), [1])
    recorded.add(Self.event(.pipe, &recorded), [1])
    let packets = SyntheticPacket.all(of: recorded.bytes).filter { !$0.isControl }
    #expect(packets.map(\.destinationPort) == [5432, 6000])
    #expect(Replayed(recorded.bytes).text == recorded.liveText)
  }

  /// A message's header, of 16 bytes, without fields and body.
  private static let message: [UInt8] = [0x6C, 1, 0, 1] + Array(repeating: 0, count: 12)

  @Test func `has messages of D-Bus in a connection behind that of the text before them`() {
    var recorded = Recorded(form: .streams)
    func send(_ content: [UInt8], back: Bool = false) {
      recorded.add(
        Self.event(
          .unixStream, &recorded, from: back ? Self.cat : Self.sh, to: back ? Self.sh : Self.cat,
          count: UInt64(content.count), isBackward: back), content)
    }
    send([0])
    send(Array("AUTH EXTERNAL 30\r\n".utf8))
    send(Array("BEGIN\r\n".utf8) + Self.message)
    send(Array("OK 1234\r\n".utf8), back: true)
    send(Self.message, back: true)
    let packets = SyntheticPacket.all(of: recorded.bytes)
    #expect(Replayed(recorded.bytes).text == recorded.liveText)
    let contents = packets.filter { !$0.isControl }
    #expect(contents.map(\.content.count) == [1, 18, 7, 16, 9, 16])
    #expect(
      contents.map { [$0.sourcePort, $0.destinationPort] } == [
        [49_152, 64_002], [49_152, 64_002], [49_152, 64_002], [49_153, 64_100], [64_002, 49_152],
        [64_100, 49_153],
      ])
    #expect(packets.filter(\.isControl).count == 6)
  }

  // MARK: - Names

  @Test
  func `names every process once, by an address with its number, and anew when its name is another one`() {
    var recorded = Recorded(form: .streams)
    let renamed = Endpoint(pid: 12_345, tid: 12_345, comm: Comm("dog"))
    let huge = Endpoint(pid: 4_194_304, tid: 1, comm: Comm("huge"))
    for (source, destination, inode) in [(Self.sh, Self.cat, 1), (renamed, .unknown, 2), (huge, Self.sh, 3)] {
      recorded.add(
        Self.event(.pipe, &recorded, from: source, to: destination, inodes: (UInt64(inode), 0)), [1])
    }
    let names = SyntheticPacket.blocks(of: recorded.bytes, type: 4).map { block in
      let length = Int(block[2])
      let address = block[4..<8].map { "\($0)" }.joined(separator: ".")
      return "\(address) \(String(decoding: block[8..<4 + length - 1], as: UTF8.self))"
    }
    #expect(
      names == [
        "240.0.43.21 4321(sh)", "240.1.23.45 12345(cat)", "245.1.23.45 12345(dog)",
        "240.255.255.255 <unknown>", "244.19.43.4 4194304(huge)",
      ])
  }

  @Test func `describes processes for Wireshark 5 if that is asked for`() {
    var recorded = Recorded(describesProcesses: true)
    recorded.add(Self.event(.pipe, &recorded), [1])
    let blocks = SyntheticPacket.blocks(of: recorded.bytes, type: 0xBAD)
    #expect(
      blocks == [
        [
          0x6E, 0x7F, 0, 0, 3, 0, 0, 0, 16, 0, 0, 0, 0xE1, 0x10, 0, 0, 2, 0, 2, 0, 0x73, 0x68, 0, 0, 0, 0, 0,
          0,
        ],
        [
          0x6E, 0x7F, 0, 0, 3, 0, 0, 0, 16, 0, 0, 0, 0x39, 0x30, 0, 0, 2, 0, 3, 0, 0x63, 0x61, 0x74, 0, 0, 0,
          0, 0,
        ],
      ])
    #expect(Replayed(recorded.bytes).text == recorded.liveText)
  }
}
