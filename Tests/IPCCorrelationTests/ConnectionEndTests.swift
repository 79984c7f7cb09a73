import IPCModel
import RecordLayout
import Testing

@testable import IPCCorrelation

@Suite("What nobody reads of a connection")
struct ConnectionEndTests {
  private let recording = Recording()
  private let unix = TracedConnection.unix()
  private let tcp = TracedConnection.tcp()

  @Test func `is told when the trace ends, one event a run`() {
    for connection in [unix, tcp] {
      recording.send("one ", by: .ann, to: connection)
      recording.send("two", by: .amy, to: connection)
      recording.receive("on", by: .bob, from: connection)
      #expect(recording.told() == ["ann > bob 2 \"on\""])
    }
    let lines = recording.toldAtEnd().sorted()
    #expect(
      lines == [
        "amy > nobody 3 \"two\"", "amy > nobody 3 \"two\"", "ann > nobody 2 \"e \"", "ann > nobody 2 \"e \"",
      ])
    #expect(recording.told.suffix(4).allSatisfy { $0.event.traits == .undelivered })
  }

  @Test func `is not told if it may have gone to another host`() {
    tcp.isLocal = false
    recording.send("one", by: .ann, to: tcp)
    _ = recording.sweep(after: 2100)
    #expect(recording.sweep(after: 70_000, OpenChannels()) == 1)
    #expect(recording.told() == [])
    recording.send("two", by: .ann, to: tcp)
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `is told when the receiving end is gone though the sending one lives on`() {
    for connection in [unix, tcp] {
      recording.send("hello", by: .ann, to: connection)
      recording.receive("hel", by: .bob, from: connection)
      _ = recording.told()
      _ = recording.sweep(after: 2100)
      #expect(recording.wantsOpenChannels)
      #expect(recording.sweep(after: 10, recording.live(connection, writers: [.ann])) == 1)
      #expect(recording.told() == ["ann > nobody 2 \"lo\""])
    }
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `waits as long as the receiving end lives`() {
    for connection in [unix, tcp] {
      recording.send("hello", by: .ann, to: connection)
      let live = recording.live(connection, readers: [.bob], unread: 5)
      #expect(recording.sweep(after: 2100, live) == 0)
      recording.receive("hello", by: .bob, from: connection)
      #expect(recording.told() == ["ann > bob 5 \"hello\""])
      _ = recording.sweep(after: 2100)
    }
  }

  @Test func `waits for a minute for a server that may still accept`() {
    unix.peerInode = 0
    for connection in [unix, tcp] {
      recording.send("hello", by: .ann, to: connection)
      let live = recording.live(connection, writers: [.ann])
      #expect(recording.sweep(after: 2100, live) == 0)
      #expect(recording.sweep(after: 50_000, live) == 0)
      connection.peerInode = 72
      recording.receive("he", by: .bob, from: connection)
      #expect(recording.told() == ["ann > bob 2 \"he\""])
      #expect(recording.sweep(after: 2100, live) == 1, "it has been accepted, and is gone now")
      #expect(recording.told() == ["ann > nobody 3 \"llo\""])
    }
  }

  @Test func `does not wait longer than a minute`() {
    unix.peerInode = 0
    for connection in [unix, tcp] {
      recording.send("hello", by: .ann, to: connection)
      #expect(recording.sweep(after: 61_000, recording.live(connection, writers: [.ann])) == 1)
      #expect(recording.told() == ["ann > nobody 5 \"hello\""])
    }
  }

  @Test func `of TCP is not what the receiver's kernel has not got yet`() {
    recording.send("hello", by: .ann, to: tcp)
    #expect(recording.sweep(after: 2100, recording.live(tcp, readers: [.bob], unread: 0)) == 0)
    recording.receive("hello", by: .bob, from: tcp)
    #expect(recording.told() == ["ann > bob 5 \"hello\""])
  }

  @Test func `has been read by somebody who was not seen, if reads have gone past it`() {
    recording.send("one", by: .ann, to: tcp)
    recording.send("two", by: .ann, to: tcp)
    tcp.take(3)
    recording.receive("two", by: .bob, from: tcp)
    #expect(recording.told() == ["ann > bob 3 \"two\""])
    _ = recording.sweep(after: 2100)
    #expect(recording.told() == ["ann > <unknown> 3 gone"])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `does not keep connections that rest`() {
    for number in 0..<1000 as Range<UInt64> {
      let connection = TracedConnection.tcp(hash: number + 1)
      recording.send("x", by: .ann, to: connection)
      recording.receive("x", by: .bob, from: connection)
    }
    #expect(recording.told().count == 1000)
    #expect(recording.sweep(after: 2100) == 1000)
  }

  @Test func `and was unread before the trace is inferred to be of the only process that can write`() {
    let unix = TracedConnection.unix(unread: 3)
    recording.begin(with: recording.live(unix, writers: [.ann], readers: [.bob], unread: 3), .ann)
    recording.receive("old", by: .bob, from: unix)
    #expect(recording.told() == ["ann? > bob 3 \"old\""])
  }

  @Test func `and was unread in TCP before the trace is told at once when a write shows where that ended`() {
    recording.begin(with: recording.live(tcp, writers: [.ann], readers: [.bob], unread: 3), .ann)
    tcp.put(3)
    recording.send("new", by: .amy, to: tcp)
    recording.receive("oldnew", by: .bob, from: tcp)
    #expect(recording.told() == ["ann? > bob 3 \"old\"", "amy > bob 3 \"new\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `and was unread in TCP before the trace is told after a while if nothing was written`() {
    recording.begin(with: recording.live(tcp, writers: [.ann], readers: [.bob], unread: 3), .ann)
    tcp.put(3)
    recording.receive("old", by: .bob, from: tcp)
    #expect(recording.told(after: 90) == [])
    #expect(recording.told(after: 20) == ["ann? > bob 3 \"old\""])
  }
}
