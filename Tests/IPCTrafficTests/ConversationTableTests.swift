import IPCModel
import Testing

@testable import IPCTraffic

@Suite("A summary")
struct ConversationTableTests {
  private let scene = Scene()
  private var report: TrafficReport { scene.report(top: nil, at: nil) }

  @Test func `of nothing has no edges`() {
    #expect(report.conversations.isEmpty)
    #expect(report.events == 0 && report.bytes == 0 && report.lost == 0)
    #expect(report.others == FoldedConversations())
  }

  @Test func `adds up the transfers of an edge`() {
    for count: UInt64 in 1...4 { scene.pipe(count) }
    #expect(report.conversations.map(\.messages) == [4])
    #expect(report.conversations.map(\.bytes) == [10])
    #expect(report.events == 4 && report.bytes == 10)
    #expect(report.duration == 3_000_000_000)
  }

  private func connect(_ client: UInt64, error: String? = nil) {
    scene.add(.unixStream, 0, Scene.ann, Scene.bob) { event, texts in
      event.set(Kind.UnixSocket.sourceInode, to: client)
      guard let fields = Kind.unixStream.row.lifecycle else { return }
      event.set(fields.operation, to: texts.add("connect"))
      if let error { event.set(fields.error, to: texts.add(error)) }
    }
  }

  @Test func `counts connections, and those that said nothing, and adds up nothing of them`() {
    connect(7)
    connect(8)
    connect(9, error: "ECONNREFUSED")
    #expect(report.events == 0 && report.conversations.isEmpty)
    #expect(report.connections == 2 && report.silentConnections == 2)
    scene.add(.unixStream, 5, Scene.bob, Scene.ann) { event, _ in
      event.set(Kind.UnixSocket.sourceInode, to: 70)
      event.set(Kind.UnixSocket.destinationInode, to: 7)
    }
    #expect(report.connections == 2 && report.silentConnections == 1 && report.events == 1)
  }

  @Test func `adds up no signal that was refused`() {
    scene.add(.signal, 0, Scene.ann, Scene.bob) { event, texts in
      event.set(Kind.Signal.error, to: texts.add("EPERM"))
    }
    #expect(report.events == 0 && report.conversations.isEmpty)
  }

  @Test func `keeps ways, processes, channels and kinds apart`() {
    let amy = Endpoint(pid: 102, tid: 102, comm: Comm("amy"))
    scene.pipe(1)
    scene.pipe(2, from: Scene.bob, to: Scene.ann)
    scene.pipe(3, from: amy)
    scene.pipe(4, inode: 43)
    scene.add(.unixStream, 5, Scene.ann, Scene.bob) { event, texts in
      event.set(Kind.UnixSocket.path, to: texts.add("<anonymous>"))
      event.set(Kind.UnixSocket.sourceInode, to: 42)
      event.set(Kind.UnixSocket.destinationInode, to: 42)
    }
    #expect(report.conversations.map(\.bytes) == [5, 4, 3, 2, 1])
  }

  @Test func `takes threads and names of a process for one, and tells the last name`() {
    scene.pipe(1)
    scene.pipe(1, from: Endpoint(pid: 100, tid: 107, comm: Comm("worker")))
    #expect(report.conversations.map(\.messages) == [2])
    #expect(report.conversations.first?.source.comm == Comm("worker"))
  }

  @Test func `gives a process one name, its last one, on all of its edges`() {
    scene.pipe(9, inode: 1)
    scene.pipe(1, from: Endpoint(pid: 100, tid: 101, comm: Comm("cat"), thread: Comm("x")), inode: 2)
    scene.pipe(3, from: Scene.bob, to: Endpoint(pid: 100, tid: 101, comm: Comm("cat")))
    #expect(report.conversations.map(\.source.comm) == [Comm("cat"), Comm("bob"), Comm("cat")])
    #expect(report.conversations.map(\.destination.comm) == [Comm("bob"), Comm("cat"), Comm("bob")])
  }

  @Test func `keeps what nobody received apart from what an unknown process did`() {
    scene.pipe(2, to: .unknown)
    scene.pipe(1, to: .unknown, traits: .undelivered)
    #expect(report.conversations.map(\.isDelivered) == [true, false])
    #expect(report.conversations.map(\.bytes) == [2, 1])
  }

  @Test func `names a channel alike both ways`() {
    func socket(_ from: UInt64, _ to: UInt64) {
      scene.add(.unixStream, 1, Scene.ann, Scene.bob) { event, texts in
        event.set(Kind.UnixSocket.path, to: texts.add("<anonymous>"))
        event.set(Kind.UnixSocket.sourceInode, to: from)
        event.set(Kind.UnixSocket.destinationInode, to: to)
      }
    }
    socket(8, 9)
    socket(9, 8)
    #expect(report.conversations.map { String(decoding: $0.channel, as: UTF8.self) } == ["[8]-[9]"])
    #expect(report.conversations.first?.receiver == ReceivingEnd(kind: .unixStream, inode: 8))
  }

  @Test func `names a connection by its lower port, so that all of a client are one edge`() {
    func connection(_ from: UInt64, _ to: UInt64, _ address: String) {
      scene.add(.loopbackTCP, 1, Scene.ann, Scene.bob) { event, texts in
        event.set(Kind.LoopbackSocket.sourcePort, to: from)
        event.set(Kind.LoopbackSocket.destinationPort, to: to)
        event.set(Kind.LoopbackSocket.sourceAddress, to: texts.add(address))
        event.set(Kind.LoopbackSocket.destinationAddress, to: texts.add(address))
      }
    }
    for port: UInt64 in 40_000..<40_010 { connection(port, 80, "127.0.0.1") }
    connection(80, 40_000, "127.0.0.1")
    connection(40_000, 80, "::1")
    #expect(
      report.conversations.map { String(decoding: $0.channel, as: UTF8.self) } == [
        "127.0.0.1:80", "[::1]:80",
      ])
    #expect(report.conversations.map(\.messages) == [11, 1])
  }

  @Test func `tells FIFOs by their paths and signals by their names`() {
    scene.pipe(3, name: "/run/queue")
    scene.add(.signal, 0, Scene.ann, Scene.bob) { event, texts in
      event.set(Kind.Signal.name, to: texts.add("SIGUSR1"))
    }
    scene.add(.signal, 0, Scene.ann, Scene.bob) { event, texts in
      event.set(Kind.Signal.name, to: texts.add("SIGUSR2"))
    }
    scene.add(.signal, 0, Scene.ann, Scene.bob) { event, texts in
      event.set(Kind.Signal.name, to: texts.add("SIGUSR2"))
    }
    let names = report.conversations.map { String(decoding: $0.channel, as: UTF8.self) }
    #expect(names == ["/run/queue", "SIGUSR2", "SIGUSR1"])
    #expect(report.conversations.map(\.messages) == [1, 2, 1])
  }

  @Test func `counts delays that are known only`() {
    scene.pipe(1, delay: 100)
    scene.pipe(1)
    scene.pipe(1, delay: 100)
    #expect(report.conversations.first?.delays.count == 2)
    #expect(report.conversations.first?.delays.quantile(permille: 990) == 100)
  }

  @Test func `shows the greatest edges and adds up the others`() {
    for inode: UInt64 in 1...5 { scene.pipe(inode * 10, inode: inode) }
    let report = scene.report(top: 2, at: nil)
    #expect(report.conversations.map(\.bytes) == [50, 40])
    #expect(report.others == FoldedConversations(conversations: 3, messages: 3, bytes: 60))
    #expect(report.folded == 0)
  }

  @Test func `folds the smallest edges when there are too many, and loses no byte`() {
    let scene = Scene(limit: 8)
    for inode: UInt64 in 1...100 {
      scene.pipe(inode == 3 ? 1_000_000 : 1, inode: inode)
      scene.pipe(2, inode: inode)
    }
    let report = scene.report(top: nil, at: nil)
    #expect(report.conversations.count <= 8)
    #expect(report.conversations.first?.bytes == 1_000_002)
    #expect(report.folded == 100 - UInt64(report.conversations.count))
    #expect(report.others.conversations == report.folded)
    #expect(report.conversations.reduce(0) { $0 + $1.messages } + report.others.messages == 200)
    #expect(report.conversations.reduce(0) { $0 + $1.bytes } + report.others.bytes == report.bytes)
    #expect(report.bytes == 1_000_000 + 99 + 200)
    // What is told apart still is found.
    scene.pipe(5, inode: 3)
    #expect(scene.report(top: 1, at: nil).conversations.first?.bytes == 1_000_007)
  }

  @Test func `does not wrap when lying lengths add up`() {
    scene.pipe(.max)
    scene.pipe(.max)
    #expect(report.bytes == .max)
    #expect(report.conversations.first?.bytes == .max)
  }

  @Test func `tells rates over the whole time`() {
    func rate(of bytes: UInt64, after duration: UInt64) -> UInt64? {
      scene.report(top: nil, at: Snapshot(duration: duration)).rate(of: bytes)
    }
    scene.pipe(1000)
    #expect(rate(of: 1000, after: 0) == nil)
    #expect(rate(of: .max, after: 1) == .max)
    for _ in 0..<2 { scene.pipe(1000) }
    #expect(report.rate(of: 3000) == 1500)
    #expect(rate(of: 3000, after: 10_000_000_000) == 300)
  }

  @Test func `takes at least the time from the first to the last event, which may be told after the look`() {
    for _ in 0..<3 { scene.pipe(1000) }
    #expect(scene.report(top: nil, at: Snapshot(duration: 1_999_999_999)).duration == 2_000_000_000)
    #expect(scene.report(top: nil, at: Snapshot(duration: 2_000_000_001)).duration == 2_000_000_001)
  }
}
