import IPCModel
import RecordLayout
import Testing

@testable import IPCCorrelation

@Suite("What becomes of a channel's ends")
struct LifecycleTests {
  private let recording = LifecycleRecording()
  private let pipe = TracedEnd.pipe()

  private func connect(_ party: Party = .ann, _ fill: (inout ipc_life) -> Void = { _ in }) {
    recording.life(IPC_OPERATION_CONNECT, at: .client, of: .server, by: party, fill)
  }

  private func close(
    _ end: TracedEnd, of other: TracedEnd, by party: Party, ways: [ipc_ways] = [],
    traits: [ipc_life_traits] = []
  ) {
    recording.life(IPC_OPERATION_CLOSE, at: end, of: other, by: party, ways: ways, traits: traits)
  }

  @Test func `is told of a connection with both its ends`() {
    recording.name(.server)
    connect()
    recording.life(IPC_OPERATION_ACCEPT, at: .server, of: .client, by: .bob)
    #expect(recording.told() == ["ann > bob connect", "bob > ann accept"])
    #expect(recording.told.map { $0.meta["path"] } == ["/run/s", "/run/s"])
    #expect(recording.told.map { $0.meta["src_inode"] } == ["7", "8"])
    #expect(recording.told.map { $0.meta["dst_inode"] } == ["8", "7"])
    #expect(recording.told.allSatisfy { $0.event.count == 0 && $0.meta["count"] == nil && $0.content == nil })
  }

  @Test func `is told in the order of time if the accept is seen first`() {
    let early = recording.late { connect() }
    recording.life(IPC_OPERATION_ACCEPT, at: .server, of: .client, by: .bob)
    recording.arrive(late: early)
    #expect(recording.told() == ["ann > bob connect", "bob > ann accept"])
  }

  @Test func `waits no longer than a transfer for who accepts`() {
    connect()
    #expect(recording.told() == [] && recording.hasPending)
    #expect(recording.told(after: 200) == ["ann > <unknown> connect"])
    #expect(!recording.hasPending)
  }

  @Test func `infers who would accept from who listens, and knows for certain who has connected`() {
    connect { $0.peer = 500 }
    #expect(recording.told(after: 200) == ["ann > <unknown>(500/500)? connect"])
    recording.life(IPC_OPERATION_ACCEPT, at: .server, of: .client, by: .bob) { life in
      life.other = 0xa000
      life.peer = 300
      RecordBytes.set(&life.peer_comm, to: "abe")
    }
    #expect(recording.told(after: 200) == ["bob > abe(300/300) accept"])
  }

  @Test func `is told of a connection that did not come about, with where to`() {
    recording.life(IPC_OPERATION_CONNECT, at: .client, by: .ann) { life in
      life.error = 2
      life.path_length = 6
      RecordBytes.set(&life.path, to: "/gone!")
    }
    recording.life(IPC_OPERATION_CONNECT, at: .client, by: .ann) { life in
      life.error = 111
      life.path_length = 4
      withUnsafeMutableBytes(of: &life.path) { $0.copyBytes(from: [0, 0x61, 0x62, 0x63]) }
    }
    #expect(recording.told() == ["ann > <unknown> connect ENOENT", "ann > <unknown> connect ECONNREFUSED"])
    #expect(recording.told.map { $0.meta["path"] } == ["/gone!", "@abc"])
  }

  @Test func `names who reads a pipe that is closed, and who has closed what has ended`() {
    recording.pass("x", from: .ann, to: .bob, through: pipe.write)
    close(pipe.write, of: pipe.read, by: .ann, ways: [IPC_WAY_WRITE])
    recording.life(IPC_OPERATION_EOF, at: pipe.read, of: pipe.write, by: .bob)
    close(pipe.read, of: pipe.write, by: .bob, ways: [IPC_WAY_READ])
    #expect(
      recording.told() == [
        "ann > bob 1 \"x\"", "ann > bob close write", "ann > bob eof", "bob > ann close read",
      ])
    #expect(
      recording.told.last?.meta["pipe_inode"] == "42"
        && recording.told.last?.meta["pipe_name"] == "<anonymous>")
  }

  @Test func `names who has broken the pipe`() {
    recording.pass("x", from: .ann, to: .bob, through: pipe.write)
    close(pipe.read, of: pipe.write, by: .bob, ways: [IPC_WAY_READ])
    recording.life(IPC_OPERATION_EPIPE, at: pipe.write, of: pipe.read, by: .ann) { $0.error = 32 }
    #expect(recording.told().suffix(2) == ["bob > ann close read", "ann > bob epipe EPIPE"])
  }

  @Test func `does not name who had an earlier pipe at the same address`() {
    recording.pass("x", from: .ann, to: .bob, through: pipe.write)
    close(pipe.read, of: pipe.write, by: .bob)
    let next = TracedEnd.pipe(1, inode: 43)
    close(next.write, of: next.read, by: .amy)
    recording.life(IPC_OPERATION_EOF, at: next.read, of: next.write, by: .bea)
    #expect(recording.told(after: 200).suffix(2) == ["amy > bea close", "amy > bea eof"])
  }

  @Test func `waits for who is at the other end of what is closed`() {
    close(pipe.write, of: pipe.read, by: .ann)
    recording.life(IPC_OPERATION_EOF, at: pipe.read, of: pipe.write, by: .bob)
    #expect(recording.told() == ["ann > bob close", "ann > bob eof"])
  }

  @Test func `ends one way by a shutdown`() {
    connect()
    recording.life(IPC_OPERATION_ACCEPT, at: .server, of: .client, by: .bob)
    recording.life(IPC_OPERATION_SHUTDOWN, at: .client, of: .server, by: .ann, ways: [IPC_WAY_WRITE])
    recording.life(IPC_OPERATION_EOF, at: .server, of: .client, by: .bob)
    recording.life(
      IPC_OPERATION_SHUTDOWN, at: .server, of: .client, by: .bob, ways: [IPC_WAY_READ, IPC_WAY_WRITE])
    recording.life(IPC_OPERATION_EPIPE, at: .server, of: .client, by: .bob)
    #expect(
      recording.told().suffix(4) == [
        "ann > bob shutdown write", "ann > bob eof", "bob > ann shutdown both", "bob > bob epipe",
      ])
  }

  @Test func `closes by an execution only what that has executed`() {
    close(pipe.write, of: pipe.read, by: .ann, traits: [IPC_LIFE_IF_EXECUTED])
    recording.life(IPC_OPERATION_EXEC, at: nil, by: .ann) { $0.error = 2 }
    recording.life(IPC_OPERATION_EOF, at: pipe.read, of: pipe.write, by: .bob)
    #expect(recording.told(after: 200) == ["<unknown> > bob eof"])
    close(pipe.write, of: pipe.read, by: .ann, traits: [IPC_LIFE_IF_EXECUTED])
    // It may be met before the execution is over.
    recording.life(IPC_OPERATION_EOF, at: pipe.read, of: pipe.write, by: .bob)
    recording.life(IPC_OPERATION_EXEC, at: nil, by: .amy)
    #expect(recording.told() == [])
    recording.life(IPC_OPERATION_EXEC, at: nil, by: .ann)
    #expect(recording.told() == ["ann > bob close", "ann > bob eof"])
  }

  @Test func `does not hold others up for an execution that takes long`() {
    close(pipe.write, of: pipe.read, by: .ann, traits: [IPC_LIFE_IF_EXECUTED])
    recording.pass("x", from: .amy, to: .bob, through: TracedEnd.pipe(2).write)
    #expect(recording.told(after: 200) == ["amy > bob 1 \"x\""])
    #expect(!recording.hasPending)
    recording.life(IPC_OPERATION_EXEC, at: nil, by: .ann)
    #expect(recording.told(after: 200) == ["ann > <unknown> close"])
  }

  @Test func `is told once of a process whose last two threads exit at once`() {
    close(pipe.write, of: pipe.read, by: .ann, traits: [IPC_LIFE_AT_EXIT])
    close(pipe.write, of: pipe.read, by: .ann, traits: [IPC_LIFE_AT_EXIT])
    #expect(recording.told(after: 200) == ["ann > <unknown> close"])
  }

  @Test func `has the ports of the source's end first, whoever has acted`() {
    let ends = (
      TracedEnd(kind: IPC_KIND_LOOPBACK_TCP, address: 0x77, inode: 5, port: 4000),
      TracedEnd(kind: IPC_KIND_LOOPBACK_TCP, address: 0x78, inode: 0, port: 80)
    )
    close(ends.0, of: ends.1, by: .ann)
    recording.life(IPC_OPERATION_EOF, at: ends.1, of: ends.0, by: .bob) { $0.own_inode = 6 }
    #expect(recording.told() == ["ann > bob close", "ann > bob eof"])
    #expect(recording.told.map { $0.meta["src_port"] } == ["4000", "4000"])
    #expect(recording.told.map { $0.meta["dst_port"] } == ["80", "80"])
    #expect(recording.told.map { $0.meta["dst_inode"] } == ["6", "6"])
  }

  @Test func `of a terminal says which, and which way has ended`() {
    let end = TracedEnd(kind: IPC_KIND_PTY, address: 0x101, inode: 1 << 32 | 3)
    recording.life(IPC_OPERATION_EOF, at: end, by: .ann, traits: [IPC_LIFE_MASTER]) { life in
      RecordBytes.set(&life.terminal, to: "pts3")
      life.session = 9
      life.error = 5
    }
    #expect(recording.told() == ["<unknown> > ann eof EIO"])
    #expect(recording.meta("tty_name") == "pts/3" && recording.meta("dst_sid") == "9")
    #expect(recording.meta("direction") == "output")
  }

  @Test(arguments: [(false, false), (true, false), (false, true)])
  func `is of the traced tree if one end is`(closer: Bool, reader: Bool) {
    close(pipe.write, of: pipe.read, by: closer ? .ann.inScope : .ann)
    recording.life(IPC_OPERATION_EOF, at: pipe.read, of: pipe.write, by: reader ? .bob.inScope : .bob)
    _ = recording.told()
    #expect(
      recording.told.map { $0.event.traits.contains(.inScope) } == [closer || reader, closer || reader])
  }

  @Test func `is no event if nobody has asked`() {
    let recording = LifecycleRecording(tellsLifecycle: false)
    recording.life(IPC_OPERATION_CLOSE, at: pipe.write, of: pipe.read, by: .ann)
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `is told of all that waits when the trace ends, but for what was not executed`() {
    connect()
    close(pipe.write, of: pipe.read, by: .amy, traits: [IPC_LIFE_IF_EXECUTED])
    #expect(recording.toldAtEnd() == ["ann > <unknown> connect"])
  }
}
