import ByteOutput
import CaptureSupport
import IPCCapture
import IPCFiltering
import IPCFormats
import IPCModel
import IPCTraffic

@testable import IPCTop

/// Ten seconds of made-up traffic, with something of every sort that the screen tells apart.
struct TopScene: ~Copyable {
  static let start = Recorded.start
  private var recorded = Recorded()
  private var events: [(time: UInt64, event: Event, content: [UInt8]?)] = []

  static func end(_ pid: Int32, _ name: String) -> Endpoint {
    Endpoint(pid: pid, tid: pid, comm: Comm(name))
  }

  static let client = end(5001, "client"), server = end(5002, "server")
  static let loop = end(100, "loop"), pump = end(101, "pump")
  static let fast = end(900, "fast"), slow = end(901, "slow")
  static let evil = end(666, "\u{1b}[31mevil\u{7}"), wide = end(700, "grüße日本")

  /// A capture of it.
  static func capture() -> [UInt8] {
    var scene = TopScene()
    scene.talk()
    scene.loop()
    scene.queue()
    scene.strangers()
    return scene.finish()
  }

  /// Requests and answers through a unix socket.
  private mutating func talk() {
    for second in 0..<5 {
      let request =
        #"{"jsonrpc":"2.0","id":\#(second),"method":"tools/call","params":{"name":"search"}}"# + "\n"
      let answer =
        second == 3
        ? #"{"jsonrpc":"2.0","id":\#(second),"error":{"code":-32601,"message":"Method not found"}}"# + "\n"
        : #"{"jsonrpc":"2.0","id":\#(second),"result":{"content":[]}}"# + "\n"
      socket(UInt64(second) * 1000 + 100, Self.client, Self.server, (31, 32), request)
      socket(UInt64(second) * 1000 + 150, Self.server, Self.client, (32, 31), answer)
    }
  }

  private mutating func socket(
    _ milliseconds: UInt64, _ source: Endpoint, _ destination: Endpoint, _ inodes: (UInt64, UInt64),
    _ text: String
  ) {
    add(milliseconds, .unixStream, source, destination, Array(text.utf8), delay: 2_000_000) { event, texts in
      event.set(Kind.UnixSocket.path, to: texts.add("/run/mcp.sock"))
      event.set(Kind.UnixSocket.sourceInode, to: inodes.0)
      event.set(Kind.UnixSocket.destinationInode, to: inodes.1)
    }
  }

  /// Single bytes, in the last second.
  private mutating func loop() {
    for index: UInt64 in 0..<200 {
      pipe(9000 + index * 5, Self.loop, Self.pump, 42, Array("x".utf8), delay: 30_000)
    }
  }

  /// Bytes that wait longer and longer.
  private mutating func queue() {
    for second: UInt64 in 0..<10 {
      pipe(
        second * 1000 + 500, Self.fast, Self.slow, 43, Array(repeating: 0x2A, count: 4096),
        delay: (second + 1) * 100_000_000)
    }
  }

  private mutating func strangers() {
    add(1200, .unixDatagram, Self.wide, Self.evil, Array("hi".utf8), delay: 1000) { event, texts in
      event.set(Kind.UnixSocket.path, to: texts.add("/run/\u{1b}]0;title\u{7}日本.sock"))
      event.set(Kind.UnixSocket.sourceInode, to: 61)
      event.set(Kind.UnixSocket.destinationInode, to: 62)
    }
    add(
      2500, .pipe, Self.end(800, "loner"), .unknown, Array("nobody reads this\n".utf8), traits: .undelivered
    ) {
      event, texts in
      event.set(Kind.Pipe.name, to: texts.add("<anonymous>"))
      event.set(Kind.Pipe.inode, to: 44)
    }
    add(3000, .signal, Self.end(1, "init"), Self.slow, nil) { event, texts in
      event.set(Kind.Signal.number, to: 15)
      event.set(Kind.Signal.name, to: texts.add("SIGTERM"))
    }
  }

  private mutating func pipe(
    _ milliseconds: UInt64, _ source: Endpoint, _ destination: Endpoint, _ inode: UInt64, _ content: [UInt8],
    delay: UInt64
  ) {
    add(milliseconds, .pipe, source, destination, content, delay: delay) { event, texts in
      event.set(Kind.Pipe.name, to: texts.add("<anonymous>"))
      event.set(Kind.Pipe.inode, to: inode)
    }
  }

  private mutating func add(
    _ milliseconds: UInt64, _ kind: Kind, _ source: Endpoint, _ destination: Endpoint, _ content: [UInt8]?,
    delay: UInt64 = Event.unknownDelay, traits: Event.Traits = [],
    fields: (inout Event, inout TextTable) -> Void
  ) {
    var event = Event(
      time: Self.start + milliseconds * 1_000_000, kind: kind, source: source, destination: destination,
      count: UInt64(content?.count ?? 0), traits: traits)
    event.delay = delay
    fields(&event, &recorded.texts)
    events.append((event.time, event, content))
  }

  private consuming func finish() -> [UInt8] {
    for (_, event, content) in events.sorted(by: { $0.time < $1.time }) { recorded.add(event, content) }
    recorded.add(Loss(kind: .pipe, count: 3, bytes: 12, time: Self.start + 9_999_000_000))
    recorded.end()
    return recorded.bytes
  }

  /// Gives the entries of a capture to a body.
  static func read(
    _ bytes: [UInt8],
    _ body: (CaptureReader.Entry, UnsafeRawBufferPointer?, borrowing TextTable) -> Void
  ) throws {
    var position = 0
    var reader = try CaptureReader(name: "t.pcapng", zone: Recorded.utc) { buffer in
      let count = min(buffer.count, bytes.count - position)
      buffer.copyBytes(from: bytes[position..<position + count])
      position += count
      return count
    }
    while let entry = try reader.next() { body(entry, reader.content, reader.texts) }
  }

  /// The model of the whole scene, at its end.
  static func model() throws -> TopModel {
    let model = TopModel()
    try fill(model)
    return model
  }

  static func fill(_ model: TopModel) throws {
    try read(capture()) { entry, content, texts in
      switch entry {
      case .event(let event): model.take(event, content: content, texts: texts)
      case .loss(let loss): model.take(loss)
      }
    }
    model.now = start + 10_000_000_000
  }

  /// A view of it, as of a capture.
  static func view(_ model: TopModel, columns: Int = 80, rows: Int = 24) -> TopView {
    var view = TopView(
      model, title: "scene", isCapture: true,
      clock: WallClock(offset: Recorded.offset, start: start, zone: Recorded.utc))
    view.size = ScreenSize(columns: columns, rows: rows)
    var play = PlayState(position: 10_000_000_000, isPaused: true)
    play.isAtEnd = true
    view.play = play
    view.refresh()
    return view
  }
}
