import IPCWaits
import Testing

@Suite("Leaked ends") struct LeakTests {
  /// A shell that reads what a command prints, and a daemon that the command has left behind.
  private func scene(
    reader: Int32 = 3, daemonParent: Int32 = 1, holder: Int32 = 1, _ wait: SnapshotWait? = .sleep
  ) -> Scene {
    var scene = Scene()
    scene.process(1, "init", parent: 0, .sleep)
    scene.process(10, "bash", .read(reader))
    scene.process(20, "daemon", parent: daemonParent, wait)
    scene.reads(10, reader, pipe: 5)
    scene.writes(20, holder, pipe: 5)
    return scene
  }

  @Test func `a daemon has kept a command's output`() throws {
    let leak = try #require(scene().graph.leaks.first)
    #expect(leak.channel == "[5]")
    #expect(leak.reader == .init(pid: 10, name: "bash", descriptor: 3))
    #expect(leak.holders == [.init(pid: 20, name: "daemon", descriptor: 1)])
  }

  @Test func `who has to do with it is no bystander`() {
    #expect(scene(daemonParent: 10).graph.leaks.isEmpty)
    #expect(scene(reader: 0).graph.leaks.isEmpty)
    #expect(scene(reader: 0, holder: 5).graph.leaks.count == 1)
    #expect(scene(nil).graph.leaks.isEmpty)
    #expect(scene(SnapshotWait(.other, [.stopped])).graph.leaks.isEmpty)
    #expect(scene(.write(1)).graph.leaks.isEmpty)
    var other = scene()
    other.writes(10, 8, pipe: 6)
    other.reads(20, 8, pipe: 6)
    #expect(other.graph.leaks.isEmpty)
  }

  @Test func `every descriptor is told, and one who still writes excuses all`() {
    var several = scene()
    several.writes(20, 2, pipe: 5)
    #expect(several.graph.leaks.first?.holders.map(\.descriptor) == [1, 2])
    several.process(21, "worker")
    several.writes(21, 1, pipe: 5)
    #expect(several.graph.leaks.isEmpty)
  }

  @Test func `a reader behind a deadlock leaks nothing`() {
    var stuck = scene(.read(4))
    stuck.reads(20, 4, pipe: 9)
    stuck.writes(20, 5, pipe: 9)
    #expect(stuck.graph.leaks.isEmpty)
    #expect(stuck.graph.deadlocks.map(\.blocked) == [[10]])
  }
}
