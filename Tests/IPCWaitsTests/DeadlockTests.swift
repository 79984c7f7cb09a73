import IPCWaits
import Testing

@Suite("Deadlocks") struct DeadlockTests {
  @Test func `a parent that waits for output while its child waits for room`() throws {
    var scene = Scene()
    scene.process(10, "parent", .read(3))
    scene.process(11, "child", parent: 10, .write(2))
    scene.reads(10, 3, pipe: 1)
    scene.writes(11, 1, pipe: 1)
    scene.reads(10, 4, pipe: 2)
    scene.writes(11, 2, pipe: 2)
    let graph = scene.graph
    let deadlock = try #require(graph.deadlocks.first)
    #expect(graph.deadlocks.count == 1)
    #expect(deadlock.pids == [10, 11])
    #expect(deadlock.threads == [10, 11])
    #expect(deadlock.shape == .cycle)
    #expect(deadlock.blocked == [])
    #expect(
      deadlock.reason
        == "10(parent) cannot read pipe [1] before 11(child) writes there; "
        + "11(child) cannot write to pipe [2] before 10(parent) reads there")
  }

  @Test func `one that keeps its own write end, and those behind it`() throws {
    var scene = Scene()
    scene.process(7421, "client", .read(3))
    scene.process(7400, "server", .write(4))
    scene.process(7390, "logger", .read(3))
    scene.connect(.unixStream, 1, 2)
    scene.end(7421, 3, ChannelID(.unixStream, 1))
    scene.end(7400, 3, ChannelID(.unixStream, 2))
    scene.writes(7400, 4, pipe: 77)
    scene.reads(7390, 6, pipe: 77)
    scene.reads(7390, 3, pipe: 78)
    scene.writes(7390, 5, pipe: 78)
    let graph = scene.graph
    let deadlock = try #require(graph.deadlocks.first)
    #expect(graph.deadlocks.count == 1)
    #expect(deadlock.pids == [7390])
    #expect(deadlock.shape == .alone)
    #expect(deadlock.blocked == [7400, 7421])
    #expect(
      deadlock.reason
        == "it will never read pipe [78] to the end, because it holds the last write end itself (fd 5)")
  }

  @Test func `a thread that could still write frees its process`() {
    var scene = Scene()
    scene.process(10, .read(3))
    scene.reads(10, 3, pipe: 1)
    scene.writes(10, 4, pipe: 1)
    #expect(scene.graph.deadlocks.count == 1)
    scene.thread(12, of: 10, .sleep)
    #expect(scene.graph.deadlocks.isEmpty)
  }

  @Test func `a ring of five, and a knot`() throws {
    var ring = Scene()
    for pid in 10..<15 as Range<Int32> {
      ring.process(pid, .read(3))
      ring.reads(pid, 3, pipe: UInt64(pid))
      ring.writes(pid == 14 ? 10 : pid + 1, 4, pipe: UInt64(pid))
    }
    #expect(try #require(ring.graph.deadlocks.first).shape == .cycle)
    #expect(ring.graph.deadlocks.first?.pids == [10, 11, 12, 13, 14])
    ring.writes(12, 5, pipe: 10)
    #expect(ring.graph.deadlocks.first?.shape == .knot)
    ring.process(20, .sleep)
    ring.writes(20, 3, pipe: 13)
    #expect(ring.graph.deadlocks.isEmpty)
  }

  @Test func `two deadlocks, and one who waits for both`() {
    var scene = Scene()
    for pid in [10, 20] as [Int32] {
      scene.process(pid, .read(3))
      scene.reads(pid, 3, pipe: UInt64(pid))
      scene.writes(pid, 4, pipe: UInt64(pid))
    }
    scene.process(30, parent: 1, .children(10, 20))
    scene.process(31, parent: 1, .children(10))
    let graph = scene.graph
    #expect(graph.deadlocks.map(\.pids) == [[10], [20]])
    #expect(graph.deadlocks.map(\.blocked) == [[31], []])
    #expect(graph.part(from: [31]).deadlocks.map(\.pids) == [[10]])
    #expect(graph.part(from: [31]).waits.map(\.pid) == [10, 31])
    #expect(graph.part(from: [30]).deadlocks.map(\.pids) == [[10], [20]])
  }

  @Test func `all holders of a lock have to give it up, and one of many can be enough`() {
    var scene = Scene()
    scene.process(10, .lock(11, 12))
    scene.process(11, .sleep)
    scene.process(12, .lock(10))
    #expect(scene.graph.deadlocks.map(\.pids) == [[10, 12]])
    #expect(scene.graph.deadlocks.first?.shape == .cycle)
    var other = Scene()
    other.process(10, .poll(3, 4))
    other.reads(10, 3, pipe: 1)
    other.reads(10, 4, pipe: 2)
    other.writes(11, 3, pipe: 1)
    other.writes(12, 3, pipe: 2)
    other.process(11, .sleep)
    other.process(12, .children(10))
    #expect(other.graph.deadlocks.isEmpty)
  }

  @Test func `mutexes taken crosswise by threads, with another one that sleeps`() throws {
    var scene = Scene()
    scene.process(10, .sleep)
    scene.thread(11, of: 10, .mutex((10, 12), 10))
    scene.thread(12, of: 10, .mutex((10, 11), 10))
    let deadlock = try #require(scene.graph.deadlocks.first)
    #expect(deadlock.threads == [11, 12])
    #expect(deadlock.shape == .alone)
    // Without an owner, the third thread could wake them.
    var other = Scene()
    other.process(10, .sleep)
    other.thread(11, of: 10, .mutex(nil, 10))
    #expect(other.graph.deadlocks.isEmpty)
  }

  @Test func `timers, signals' handlers and what is outside`() {
    func deadlocks(_ build: (inout Scene) -> Void) -> Int {
      var scene = Scene()
      build(&scene)
      scene.reads(10, 3, pipe: 1)
      scene.writes(10, 4, pipe: 1)
      return scene.graph.deadlocks.count
    }
    let term = SignalSet(15)
    #expect(deadlocks { $0.process(10, .read(3)) } == 1)
    #expect(deadlocks { $0.process(10, timers: term, .read(3)) } == 0)
    #expect(deadlocks { $0.process(10, timers: term, blocked: term, .read(3)) } == 1)
    #expect(deadlocks { $0.process(10, timers: SignalSet(17), .read(3)) } == 1)
    #expect(deadlocks { $0.process(10, caught: SignalSet(17), timers: SignalSet(17), .read(3)) } == 0)
    #expect(deadlocks { $0.process(10, caught: term, .read(3)) } == 1)
    #expect(deadlocks { $0.process(10, caught: term, .poll(3)) } == 0)
    #expect(deadlocks { $0.process(10, caught: term, blocked: term, .poll(3)) } == 1)
    #expect(deadlocks { $0.process(10, caught: .ofLibrary, .poll(3)) } == 1)
    #expect(deadlocks { $0.process(10, SnapshotWait(.poll, [.descriptor(3, .read), .timer])) } == 0)
    #expect(deadlocks { $0.process(10, SnapshotWait(.other, [.stopped])) } == 0)
  }

  @Test func `named channels can be found by somebody who has not come yet`() {
    var scene = Scene()
    scene.process(10, .read(3))
    scene.end(10, 3, ChannelID(.fifo, 1))
    #expect(scene.graph.deadlocks.isEmpty)
    #expect(scene.graph.waits.first?.targets.first?.isExternal == true)
    scene.process(11, .children(10))
    scene.writes(11, 3, pipe: 1, kind: .fifo)
    #expect(scene.graph.deadlocks.map(\.pids) == [[10, 11]])
  }

  @Test func `an end that nobody is seen to hold makes a wait unknown`() {
    var scene = Scene()
    scene.process(10, .read(3))
    scene.reads(10, 3, pipe: 1)
    let graph = scene.graph
    #expect(graph.deadlocks.isEmpty)
    #expect(graph.unknown.map(\.tid) == [10])
  }

  @Test func `a debugger that waits for whom it has stopped`() {
    var scene = Scene()
    scene.process(10, SnapshotWait(.other, [.traced(by: 11)]))
    scene.process(11, .read(3))
    scene.reads(11, 3, pipe: 1)
    scene.writes(10, 3, pipe: 1)
    #expect(scene.graph.deadlocks.map(\.pids) == [[10, 11]])
  }

  @Test func `a long chain`() {
    var scene = Scene()
    for pid in 10..<3000 as Range<Int32> { scene.process(pid, .children(pid + 1)) }
    scene.process(3000, .read(3))
    scene.reads(3000, 3, pipe: 1)
    scene.writes(3000, 4, pipe: 1)
    #expect(scene.graph.deadlocks.map(\.blocked.count) == [2990])
  }
}
