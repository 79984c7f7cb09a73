import ByteOutput
import IPCFormats
import IPCWaits
import Testing

@Suite("What is told of waits") struct WaitReportTests {
  private static let graph: WaitGraph = {
    var scene = Scene()
    scene.process(7421, "client", .read(3))
    scene.process(7400, "server", .write(4))
    scene.process(7390, "logger", .read(3))
    scene.connect(.unixStream, 1, 2)
    for inode in [1, 2] as [UInt64] {
      var socket = SnapshotChannel(ChannelID(.unixStream, inode), name: "/run/x.sock")
      socket.peer = .channel(ChannelID(.unixStream, 3 - inode))
      scene.snapshot.add(socket)
    }
    scene.end(7421, 3, ChannelID(.unixStream, 1))
    scene.end(7400, 3, ChannelID(.unixStream, 2))
    scene.writes(7400, 4, pipe: 77)
    scene.reads(7390, 6, pipe: 77)
    scene.reads(7390, 3, pipe: 78)
    scene.writes(7390, 5, pipe: 78)
    var full = SnapshotChannel(ChannelID(.pipe, 77), name: "[77]")
    (full.unread, full.capacity) = (65536, 65536)
    scene.snapshot.add(full)
    return scene.graph
  }()

  private func text(width: Int? = nil, from pids: [Int32]? = nil, isColored: Bool = false) -> String {
    var output = OutputBuffer()
    WaitReport(Self.graph, from: pids, at: 0).appendText(width: width, isColored: isColored, to: &output)
    return output.withBytes { String(decoding: $0, as: UTF8.self) }
  }

  private let expected = """
    7421(client) has been reading unix-stream /run/x.sock for 1.00 s
      7400(server) could write there; it has been writing pipe [77] for 1.00 s (65536 of 65536 bytes unread)
        7390(logger) could read there; it has been reading pipe [78] for 1.00 s
          nobody else has its write end open: 7390(logger) waits for itself (fd 5)
    DEADLOCK of 7390(logger): it will never read pipe [78] to the end, because it holds the last write end itself \
    (fd 5). 2 more wait for it: 7400(server), 7421(client)

    """

  @Test func `the tree`() {
    #expect(text() == expected)
    #expect(text(from: [7421]) == expected)
    #expect(text(width: 80).split(separator: "\n").allSatisfy { $0.count <= 80 })
    #expect(text(isColored: true).contains("\u{1b}[1;31mDEADLOCK\u{1b}[0m of"))
  }

  @Test func `JSON`() {
    var output = OutputBuffer()
    WaitReport(Self.graph, from: [7390], at: 0).appendJSON(
      clock: WallClock(offset: 0, start: 0, zone: TimeZoneOffset(secondsEast: 0)), to: &output)
    let text = output.withBytes { String(decoding: $0, as: UTF8.self) }
    #expect(
      text == """
        {"time":"1970-01-01T00:00:00.000000000+00:00","waits":[{"pid":7390,"tid":7390,"comm":"logger",\
        "waiting_ns":1000000000,"call":"read","mode":"any","on":[{"type":"pipe","channel":"[78]","fd":3,\
        "by":[{"pid":7390,"comm":"logger","fd":5,"does":"write"}],"external":false}]}],\
        "deadlocks":[{"pids":[7390],"threads":[7390],"kind":"self","reason":"it will never read pipe [78] to the \
        end, because it holds the last write end itself (fd 5)","blocked":[7400,7421]}],"leaks":[],"unknown":[],\
        "unseen_processes":0}

        """)
  }
}
