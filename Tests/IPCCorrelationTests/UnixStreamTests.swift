import IPCModel
import RecordLayout
import Testing

@Suite("A unix stream")
struct UnixStreamTests {
  private let recording = Recording()
  private let connection = TracedConnection.unix()

  @Test func `tells who sent what to whom`() {
    recording.send("hello", by: .ann, to: connection)
    recording.receive("hello", by: .bob, from: connection)
    #expect(recording.told() == ["ann > bob 5 \"hello\""])
    #expect(recording.told.first?.event.kind == .unixStream)
    #expect(
      recording.told.first?.meta
        == ["path": "<anonymous>", "count": "5", "src_inode": "71", "dst_inode": "72"])
    #expect(recording.toldAtEnd() == [])
  }

  @Test(
    arguments: [
      (nil, "/run/server", "/run/server"), ("/run/client", nil, "/run/client"),
      ("/run/client", "/run/server", "/run/server"),
    ] as [(String?, String?, String)])
  func `is named by its receiver, else by its sender`(source: String?, destination: String?, path: String) {
    (connection.sourceName, connection.destinationName) = (source, destination)
    recording.send("x", by: .ann, to: connection)
    recording.receive("x", by: .bob, from: connection)
    #expect(recording.told().count == 1)
    #expect(recording.told.first?.meta["path"] == path)
  }

  @Test func `keeps the name of a socket that is never accepted`() {
    for path in ["/run/first", "/run/second"] {
      // Both at one address, one after the other.
      let connection = TracedConnection.unix(inode: path == "/run/first" ? 71 : 73, peerInode: 0)
      connection.destinationName = path
      recording.send("x", by: .ann, to: connection)
    }
    #expect(recording.toldAtEnd().count == 2)
    #expect(Set(recording.told.map { $0.meta["path"] }) == ["/run/first", "/run/second"])
  }

  @Test func `that is new had nothing in it before a splice that is told after the read`() {
    let connection = TracedConnection.unix(unread: 5)
    recording.receive("hello", by: .bob, from: connection)
    recording.send("hello", by: .ann, to: connection)
    #expect(recording.told() == ["ann > bob 5 \"hello\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `divides a read among its writers`() {
    recording.send("one", by: .ann, to: connection)
    recording.send("two", by: .amy, to: connection)
    recording.receive("onetw", by: .bob, from: connection)
    recording.receive("o", by: .bea, from: connection)
    #expect(recording.told() == ["ann > bob 3 \"one\"", "amy > bob 2 \"tw\"", "amy > bea 1 \"o\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `tells overlapping writes apart by their bytes`() {
    recording.send("-", by: .abe, to: connection)
    let ann = recording.begin(Array("apple".utf8), by: .ann, to: connection)
    let amy = recording.begin(Array("melon".utf8), by: .amy, to: connection)
    connection.put(10)
    recording.end(ann)
    recording.end(amy)
    recording.receive("-melonapple", by: .bob, from: connection)
    #expect(
      recording.told() == ["abe > bob 1 \"-\"", "amy > bob 5 \"melon\"", "ann > bob 5 \"apple\""])
  }

  @Test func `keeps its two directions apart`() {
    let back = TracedConnection.unix(address: connection.peer, inode: 72, peerInode: 71)
    recording.send("question", by: .ann, to: connection)
    recording.send("answer", by: .bob, to: back)
    recording.receive("answer", by: .ann, from: back)
    recording.receive("question", by: .bob, from: connection)
    #expect(recording.told() == ["bob > ann 6 \"answer\"", "ann > bob 8 \"question\""])
    #expect(recording.told.map { $0.meta["src_inode"] } == ["72", "71"])
  }

  @Test func `after a loss is inferred until a read leaves it empty`() {
    recording.send("one two", by: .ann, to: connection)
    recording.losing { recording.send("x", by: .amy, to: .unix(address: 0x9000, inode: 5)) }
    recording.receive("one", by: .bob, from: connection)
    recording.receive(" two", by: .bob, from: connection)
    recording.send("three", by: .ann, to: connection)
    recording.receive("three", by: .bob, from: connection)
    // What was lost shows at the first record behind it.
    #expect(
      recording.told() == ["ann? > bob 3 \"one\"", "ann? > bob 4 \" two\"", "ann > bob 5 \"three\""])
  }

  @Test func `does not tell a batch's messages again that were read while it went on`() {
    let batch = recording.begin(Array("one".utf8), by: .ann, to: connection, isBatch: true)
    connection.put(9)
    recording.receive("onetwo", by: .bob, from: connection)
    for _ in 0..<3 { recording.end(batch, count: 3) }
    recording.receive("six", by: .bob, from: connection)
    #expect(recording.told() == ["ann > bob 6 \"onetwo\"", "ann > bob 3 \"six\""])
    #expect(recording.toldAtEnd() == [])
  }

  // MARK: - What is passed

  private var passed: [String?] { recording.told.map { $0.meta["fds"] } }

  @Test func `tells a passed descriptor with the first byte that it went with`() {
    recording.send("plain", by: .ann, to: connection)
    recording.send("fd", by: .ann, to: connection, passing: .file(3, "passwd", "etc"))
    recording.receive("plain", by: .bob, from: connection)
    recording.receive("f", by: .bob, from: connection, passing: .file(7, "passwd", "etc"))
    recording.receive("d", by: .bob, from: connection)
    #expect(recording.told().count == 3)
    #expect(passed == [nil, "3>7 /etc/passwd", nil])
  }

  @Test func `tells a descriptor that comes in the middle of a read with its writer's bytes`() {
    recording.send("plain", by: .ann, to: connection)
    recording.send("fd", by: .amy, to: connection, passing: .file(3, "passwd", "etc"))
    recording.receive("plainfd", by: .bob, from: connection, passing: .file(7, "passwd", "etc"))
    #expect(recording.told() == ["ann > bob 5 \"plain\"", "amy > bob 2 \"fd\""])
    #expect(passed == [nil, "3>7 /etc/passwd"])
  }

  @Test func `tells a descriptor whose sender was not seen with the last bytes of the read`() {
    recording.send("plain", by: .ann, to: connection)
    recording.send("fd", by: .amy, to: connection)
    recording.receive("plainfd", by: .bob, from: connection, passing: .file(7, "passwd", "etc"))
    #expect(recording.told().count == 2)
    #expect(passed == [nil, "?>7 /etc/passwd"])
  }

  @Test func `tells a descriptor that nobody received`() {
    recording.send("fd", by: .ann, to: connection, passing: .file(3, "passwd", "etc"))
    #expect(recording.toldAtEnd() == ["ann > nobody 2 \"fd\""])
    #expect(passed == ["3>? /etc/passwd"])
  }

  @Test func `tells the receiver's credentials of all bytes of a read`() {
    recording.send("one", by: .ann, to: connection)
    recording.send("two", by: .amy, to: connection)
    recording.receive("onetwo", by: .bob, from: connection, passing: .credentials(pid: 100))
    #expect(recording.told().count == 2)
    #expect(recording.told.map { $0.meta["creds"] } == ["pid 100 uid 1 gid 2", "pid 100 uid 1 gid 2"])
  }
}
