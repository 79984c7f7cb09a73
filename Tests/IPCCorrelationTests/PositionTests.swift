import IPCModel
import RecordLayout
import Testing

@Suite("A TCP connection")
struct PositionTests {
  private let recording = Recording()
  private let connection = TracedConnection.tcp()
  private let long = [UInt8](repeating: 0x61, count: 100_000)

  private func text(_ count: Int, _ letter: String = "a") -> String {
    String(repeating: letter, count: count)
  }

  @Test func `tells who sent what to whom`() {
    recording.send("hello", by: .ann, to: connection)
    recording.receive("hello", by: .bob, from: connection)
    #expect(recording.told() == ["ann > bob 5 \"hello\""])
    #expect(recording.toldAtEnd() == [])
    #expect(recording.told.first?.event.kind == .loopbackTCP)
    #expect(recording.told.first?.event.traits == [])
    #expect(
      recording.told.first?.meta == [
        "src_port": "40000", "dst_port": "80", "dst_inode": "82", "count": "5", "src_addr": "127.0.0.1",
        "dst_addr": "127.0.0.1",
      ])
  }

  @Test func `names its services, each asked for once`() {
    let recording = Recording { port, kind in port == 80 && kind == .loopbackTCP ? "http" : nil }
    for _ in 0..<2 {
      recording.send("x", by: .ann, to: connection)
      recording.receive("x", by: .bob, from: connection)
    }
    _ = recording.told()
    #expect(recording.told.map { $0.meta["dst_serv"] } == ["http", "http"])
    #expect(recording.told.map { $0.meta["src_serv"] } == [nil, nil])
  }

  @Test func `divides a read among the writers by position`() {
    recording.send("one", by: .ann, to: connection)
    recording.send("two", by: .amy, to: connection)
    recording.send("three", by: .ann, to: connection)
    recording.receive("onetw", by: .bob, from: connection)
    recording.receive("othree", by: .bea, from: connection)
    #expect(
      recording.told() == [
        "ann > bob 3 \"one\"", "amy > bob 2 \"tw\"", "amy > bea 1 \"o\"", "ann > bea 5 \"three\"",
      ])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `is exact in whatever order its records come`() {
    let first = recording.late { recording.send("same", by: .ann, to: connection) }
    let second = recording.late { recording.send("same", by: .amy, to: connection) }
    let early = recording.late { recording.receive("same", by: .bea, from: connection) }
    recording.receive("same", by: .bob, from: connection)
    recording.arrive(late: second)
    recording.arrive(late: early)
    recording.arrive(late: first)
    #expect(recording.told() == ["ann > bea 4 \"same\"", "amy > bob 4 \"same\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `lets a read wait for its own write, not for that of another read`() {
    let first = recording.late { recording.send("one", by: .ann, to: connection) }
    recording.send("two", by: .amy, to: connection)
    recording.receive("one", by: .bob, from: connection)
    recording.receive("two", by: .bea, from: connection)
    #expect(recording.told() == [])
    #expect(recording.waiting == 1, "the second read is decided")
    recording.arrive(late: first)
    #expect(recording.told() == ["ann > bob 3 \"one\"", "amy > bea 3 \"two\""])
  }

  @Test(arguments: [UInt32.max - 6, .max - 5, .max, 0, 0x7fff_fffd, 0x8000_0000])
  func `goes on where positions begin again at 0`(position: UInt32) {
    let connection = TracedConnection.tcp(position: position)
    for round in 0..<5 {
      recording.send("ann\(round)", by: .ann, to: connection)
      recording.send("amy\(round)", by: .amy, to: connection)
      recording.receive("ann\(round)am", by: .bob, from: connection)
      recording.receive("y\(round)", by: .bob, from: connection)
    }
    let lines = recording.told()
    #expect(lines.count == 15)
    for round in 0..<5 {
      #expect(
        Array(lines[(3 * round)...].prefix(3)) == [
          "ann > bob 4 \"ann\(round)\"", "amy > bob 2 \"am\"", "amy > bob 2 \"y\(round)\"",
        ])
    }
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `carries more than 4 GiB`() {
    let recording = Recording(capturing: 0)
    for round in 0..<12 {
      let party = round % 2 == 0 ? Party.ann : .amy
      let sending = recording.begin([0x61], by: party, to: connection)
      connection.put(1 << 30)
      recording.end(sending, count: 1 << 30)
      recording.receive("a", count: 1 << 30, by: .bob, from: connection)
      #expect(recording.told() == ["\(party.name) > bob 1073741824"])
    }
    #expect(recording.toldAtEnd() == [])
  }

  // MARK: - Writes that go on

  @Test func `tells a long write to whoever gets its first half, at once`() {
    let recording = Recording(capturing: 0)
    let sending = recording.begin(long, by: .ann, to: connection)
    connection.put(60_000)
    recording.receive(text(60_000), by: .bob, from: connection)
    #expect(recording.told() == ["ann > bob 60000"])
    connection.put(40_000)
    recording.receive(text(40_000), by: .bea, from: connection)
    recording.end(sending)
    #expect(recording.told() == ["ann > bea 40000"])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `knows where a write ended that was broken off`() {
    let recording = Recording(capturing: 0)
    let sending = recording.begin(long, by: .ann, to: connection)
    connection.put(10)
    recording.receive(text(5), by: .bob, from: connection)
    recording.end(sending, count: 10)
    recording.send("melon", by: .amy, to: connection)
    recording.receive(text(10), by: .bob, from: connection)
    #expect(recording.told() == ["ann > bob 5", "ann > bob 5", "amy > bob 5"])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `takes nothing from a write that fails`() {
    let sending = recording.begin(long, by: .ann, to: connection)
    recording.end(sending, count: 0)
    recording.send("x", by: .amy, to: connection)
    recording.receive("x", by: .bob, from: connection)
    #expect(recording.told() == ["amy > bob 1 \"x\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `knows a batch of messages before their records come`() {
    let recording = Recording(capturing: 0)
    let sending = recording.begin(long, by: .ann, to: connection, isBatch: true)
    connection.put(9)
    recording.receive("onetwo", by: .bob, from: connection)
    #expect(recording.told() == ["ann > bob 6"])
    // sendmmsg: three messages, all told at the end with the same positions.
    for _ in 0..<3 { recording.end(sending, count: 3) }
    recording.receive("six", by: .bob, from: connection)
    #expect(recording.told() == ["ann > bob 3"])
    #expect(recording.toldAtEnd() == [])
  }

  // MARK: - Writes that overlap

  /// Both are entered before either writes, so that neither's record says exactly where it lies.
  private func overlap(_ first: String, _ second: String) -> (ann: Sending, amy: Sending) {
    recording.send("-", by: .abe, to: connection)
    recording.receive("-", by: .bob, from: connection)
    _ = recording.told()
    let ann = recording.begin(Array(first.utf8), by: .ann, to: connection)
    let amy = recording.begin(Array(second.utf8), by: .amy, to: connection)
    connection.put(first.utf8.count + second.utf8.count)
    return (ann, amy)
  }

  @Test func `tells overlapping writes apart by their bytes`() {
    let sendings = overlap("apple", "melon")
    recording.end(sendings.ann)
    recording.end(sendings.amy)
    recording.receive("melonapple", by: .bob, from: connection)
    #expect(recording.told() == ["amy > bob 5 \"melon\"", "ann > bob 5 \"apple\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `waits until overlapping writes account for all positions`() {
    let sendings = overlap("appleapple", "applemelon")
    recording.end(sendings.ann)
    recording.receive("apple", by: .bob, from: connection)
    recording.receive("melon", by: .bob, from: connection)
    #expect(recording.told() == [])
    recording.end(sendings.amy)
    recording.receive("appleapple", by: .bea, from: connection)
    let lines = recording.told()
    // The first five bytes are anybody's, and with them it is a guess how much of each is left.
    #expect(lines.allSatisfy { $0.contains("?") }, "\(lines)")
    #expect(recording.told.reduce(0) { $0 + $1.event.count } == 21)
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `infers overlapping writes of equal bytes`() {
    let sendings = overlap("same", "same")
    recording.end(sendings.ann)
    recording.end(sendings.amy)
    recording.receive("same", by: .bob, from: connection)
    recording.receive("same", by: .bob, from: connection)
    #expect(recording.told() == ["ann? > bob 4 \"same\"", "amy? > bob 4 \"same\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `is exact about overlapping writes of one thread's name and number`() {
    // Two records of one thread whose positions say less than they could, as sendmmsg makes them.
    let sending = recording.begin(Array("same".utf8), by: .ann, to: connection)
    connection.put(8)
    recording.end(sending)
    recording.end(sending)
    recording.receive("samesame", by: .bob, from: connection)
    #expect(recording.told() == ["ann > bob 8 \"samesame\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `finds the place of a loose write between exact ones`() {
    recording.send("-", by: .abe, to: connection)
    let late = recording.begin(Array("late".utf8), by: .ann, to: connection)
    recording.send("same", by: .amy, to: connection)
    connection.put(4)
    recording.end(late)
    recording.send("same", by: .amy, to: connection)
    recording.receive("-samelatesame", by: .bob, from: connection)
    #expect(
      recording.told() == [
        "abe > bob 1 \"-\"", "amy > bob 4 \"same\"", "ann > bob 4 \"late\"", "amy > bob 4 \"same\"",
      ])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `does not let go of writes that others are told from`() {
    recording.send("-", by: .abe, to: connection)
    let late = recording.begin(Array("late".utf8), by: .ann, to: connection)
    for _ in 0..<100 {
      recording.send("same", by: .amy, to: connection)
      recording.receive("same", by: .bob, from: connection, at: connection.written &- 4)
    }
    connection.put(4)
    recording.end(late)
    recording.receive("late", by: .bob, from: connection, at: connection.written &- 4)
    #expect(recording.told(after: 200).last == "ann > bob 4 \"late\"")
  }
}
