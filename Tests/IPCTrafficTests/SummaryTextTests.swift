import IPCModel
import Testing

@testable import IPCFormats
@testable import IPCTraffic

@Suite("A summary's text")
struct SummaryTextTests {
  private let scene = Scene()

  private func waiting(
    _ operation: BlockedThread.Operation, duration: UInt64?, others: [Endpoint]?, tid: Int32 = 500,
    isPolling: Bool = false
  ) -> BlockedThread {
    BlockedThread(
      thread: Endpoint(pid: 500, tid: tid, comm: Comm("bob")), isPolling: isPolling, duration: duration,
      waits: [wait(operation, others: others)])
  }

  private func wait(
    _ operation: BlockedThread.Operation, kind: Kind = .pipe, inode: UInt64 = 42, others: [Endpoint]?
  ) -> BlockedThread.Wait {
    BlockedThread.Wait(
      operation, kind: kind, inode: inode, receiver: ReceivingEnd(kind: kind, inode: inode), others: others)
  }

  @Test func `is a table in columns`() {
    scene.pipe(1_000_000, delay: 12_345)
    scene.pipe(24, from: Scene.bob, to: Scene.ann, inode: 7)
    let unread = [ReceivingEnd(kind: .pipe, inode: 42): UInt64(512)]
    #expect(
      scene.table(at: Snapshot(duration: 2_000_000_000, unread: unread)) == [
        "SOURCE    DESTINATION  TYPE  CHANNEL  MESSAGES    BYTES  BYTES/S   MEDIAN      P99  UNREAD",
        "100(ann)  500(bob)     pipe  [42]            1  1000000   500 kB  12.3 µs  12.3 µs     512",
        "500(bob)  100(ann)     pipe  [7]             1       24     12 B        -        -       -",
        "all                                          2  1000024   500 kB",
      ])
  }

  @Test func `adds up the others in one line, which widens no column`() {
    for inode: UInt64 in 1...1000 { scene.pipe(1, inode: inode) }
    let lines = scene.table(top: 1)
    #expect(lines.count == 4)
    #expect(lines[2] == "others (999)                               999    999      1 B")
  }

  @Test func `says how to leave out what processes say to themselves, if that is most`() {
    scene.pipe(1, to: Scene.ann)
    scene.pipe(1)
    #expect(scene.table().count == 4)
    scene.pipe(1, to: Scene.ann)
    #expect(
      scene.table().last
        == "2 of 3 events are of processes with themselves; --where 'not self' leaves them out")
  }

  @Test func `is the same table on a terminal that it fits`() {
    scene.pipe(1_000_000, delay: 12_345)
    let lines = scene.table()
    let width = lines.map(\.count).max() ?? 0
    #expect(scene.table(width: width) == lines)
    #expect(scene.table(width: width - 1) != lines)
  }

  @Test func `has two lines a row on a terminal that is too narrow`() {
    scene.pipe(1_000_000, name: "/run/" + String(repeating: "long/", count: 40) + "name.sock", delay: 12_345)
    for inode: UInt64 in 1...9 { scene.pipe(1, inode: inode) }
    scene.take(Loss(kind: .pipe, count: 1, bytes: 0, time: 1))
    #expect(
      scene.table(top: 1, width: 80) == [
        "SOURCE > DESTINATION  TYPE CHANNEL",
        "    MESSAGES    BYTES  BYTES/S   MEDIAN      P99  UNREAD",
        "100(ann) > 500(bob)  pipe /run/long/long/long/long/l…ng/long/long/long/name.sock",
        "           1  1000000   111 kB  12.3 µs  12.3 µs       -",
        "others (9)",
        "           9        9      1 B",
        "all",
        "          10  1000009   111 kB",
        "1 operation was lost, so that there was more than is shown here",
      ])
  }

  @Test func `fits a terminal whatever names are like`() {
    let long = Endpoint(pid: 4_194_304, tid: 4_194_304, comm: Comm("\u{1b}[2J\u{1b}[2J\u{1b}[2J"))
    let wide = Endpoint(pid: 4_194_303, tid: 4_194_303, comm: Comm("日本語日本"))
    for name in ["", "日本", "\u{202e}", "/"] {
      scene.pipe(.max >> 8, from: long, to: wide, name: String(repeating: name, count: 60) + "/x", delay: 1)
    }
    let blocked = waiting(.read, duration: 3_210_000_000, others: (1...9).map { _ in long })
    let lines = scene.table(at: Snapshot(duration: 1, blocked: [blocked]), width: 80)
    #expect(lines.allSatisfy { TerminalText.width(of: $0) <= 80 }, "\(lines.joined(separator: "\n"))")
    #expect(lines.suffix(2).allSatisfy { $0.hasPrefix("    ") })
  }

  @Test func `says nobody, unknown, and what was lost`() {
    scene.pipe(2, from: .unknown)
    scene.pipe(1, to: .unknown, traits: .undelivered)
    scene.take(Loss(kind: .pipe, count: 3, bytes: 0, time: 1))
    let lines = scene.table()
    #expect(lines[1].hasPrefix("unknown   500(bob)     pipe"))
    #expect(lines[2].hasPrefix("100(ann)  nobody       pipe"))
    #expect(lines.last == "3 operations were lost, so that there was more than is shown here")
  }

  @Test func `tells who waits for whom`() {
    scene.pipe(1, name: "/run/queue")
    let snapshot = Snapshot(
      duration: 1, unread: [ReceivingEnd(kind: .pipe, inode: 42): 65_536],
      blocked: [
        waiting(.read, duration: 3_210_000_000, others: [Scene.ann]),
        waiting(.write, duration: nil, others: [], tid: 507),
      ])
    #expect(
      scene.table(at: snapshot).suffix(2) == [
        "blocked: 500(bob) reads from pipe /run/queue for 3.21 s; 100(ann) could write",
        "blocked: 500(bob), thread 507, writes to pipe /run/queue (65536 bytes unread); nobody could read",
      ])
  }

  @Test func `tells of what a thread polls`() {
    var several = waiting(.read, duration: 1_000_000, others: [Scene.ann], isPolling: true)
    several.waits.append(wait(.write, kind: .unixStream, inode: 7, others: []))
    several.waits.append(wait(.read, kind: .loopbackUDP, inode: 8, others: nil))
    several.otherCount = 2
    var splice = several
    splice.isPolling = false
    splice.otherCount = 0
    splice.waits.removeLast(2)
    splice.waits.append(wait(.write, inode: 9, others: [Scene.ann]))
    let snapshot = Snapshot(
      duration: 1, unread: [ReceivingEnd(kind: .unixStream, inode: 7): 10],
      blocked: [
        waiting(.read, duration: 2_000_000, others: [Scene.ann], isPolling: true),
        waiting(.write, duration: nil, others: [Scene.ann, Scene.bob], isPolling: true), several, splice,
      ])
    #expect(
      scene.table(at: snapshot).suffix(10) == [
        "blocked: 500(bob) polls pipe [42] for 2.00 ms, to read; 100(ann) could write",
        "blocked: 500(bob) polls pipe [42], to write; 100(ann), 500(bob) could read",
        "blocked: 500(bob) polls for 1.00 ms; any of these would end it:",
        "  to read from pipe [42]; 100(ann) could write",
        "  to write to unix-stream [7] (10 bytes unread); nobody could read",
        "  to read from loopback-udp [8]; who could write is not known",
        "  something else",
        "blocked: 500(bob) splices for 1.00 ms; one of these holds it up:",
        "  to read from pipe [42]; 100(ann) could write",
        "  to write to pipe [9]; 100(ann) could read",
      ])
  }

  @Test func `names some of those who could end a wait`() {
    let crowd = (1...9).map { Endpoint(pid: $0, tid: $0, comm: Comm("w")) }
    let line = scene.table(
      at: Snapshot(duration: 1, blocked: [waiting(.read, duration: nil, others: crowd)])
    ).last
    #expect(line?.hasSuffix("; 1(w), 2(w), 3(w), 4(w), 5(w), 6(w), 7(w), 8(w), 1 more could write") == true)
  }

  @Test func `tells of many channels as far as they can be read`() {
    var many = waiting(.read, duration: nil, others: [], isPolling: true)
    many.waits = (1...20).map { wait(.read, inode: $0, others: [Scene.ann]) }
    let lines = scene.table(at: Snapshot(duration: 1, blocked: [many]))
    #expect(lines.suffix(18).first == "blocked: 500(bob) polls; any of these would end it:")
    #expect(lines.suffix(2) == ["  to read from pipe [16]; 100(ann) could write", "  4 more channels"])
  }

  @Test func `lets no name steer a terminal`() {
    scene.pipe(1, from: Endpoint(pid: 1, tid: 1, comm: Comm("\u{1b}[2J")), name: "/a\nb")
    let line = scene.table()[1]
    #expect(line.hasPrefix(#"1(\x1b[2J)"#) && line.contains(#"/a\nb"#), "\(line)")
  }

  @Test(
    arguments: [
      (0, "0 ns"), (999, "999 ns"), (1000, "1.00 µs"), (1004, "1.00 µs"), (1005, "1.01 µs"),
      (9999, "10.0 µs"),
      (99_949, "99.9 µs"), (999_499, "999 µs"), (999_500, "1.00 ms"), (12_300_000, "12.3 ms"),
      (1_500_000_000, "1.50 s"), (999_500_000_000, "1000 s"), (86_400_000_000_000, "86400 s"),
    ])
  func `has times of three digits`(_ nanoseconds: UInt64, _ text: String) {
    #expect(Quantity.time(nanoseconds) == text)
  }

  @Test func `has rates of any size`() {
    #expect(Quantity.rate(nil) == "-")
    #expect(Quantity.rate(1_234_567) == "1.23 MB")
    #expect(Quantity.rate(.max) == "18.4 EB")
  }

  @Test func `as JSON has every figure`() {
    scene.pipe(1000, name: "/run/\"q\"", delay: 5000)
    scene.pipe(24, from: Scene.bob, to: .unknown, inode: 7, traits: .undelivered)
    var polling = waiting(.write, duration: nil, others: nil, isPolling: true)
    polling.otherCount = 2
    let snapshot = Snapshot(
      duration: 2_000_000_000, unread: [ReceivingEnd(kind: .pipe, inode: 42): 512],
      blocked: [waiting(.read, duration: 9, others: [Scene.ann]), polling])
    #expect(
      scene.json(at: snapshot)
        == #"{"duration_ns":2000000000,"events":2,"bytes":1024,"lost":0,"edges":["#
        + #"{"src_pid":100,"src_comm":"ann","dst_pid":500,"dst_comm":"bob","type":"pipe","channel":"/run/\"q\"","#
        + #""messages":1,"bytes":1000,"bytes_per_second":500,"delay_median_ns":5000,"delay_p99_ns":5000,"unread":512},"#
        + #"{"src_pid":500,"src_comm":"bob","dst_pid":-1,"dst_comm":"<unknown>","type":"pipe","channel":"[7]","#
        + #""messages":1,"bytes":24,"bytes_per_second":12,"delay_median_ns":null,"delay_p99_ns":null,"unread":null,"#
        + #""delivered":false}],"others":{"edges":0,"messages":0,"bytes":0,"folded_edges":0},"blocked":["#
        + #"{"pid":500,"tid":500,"comm":"bob","operation":"read","type":"pipe","channel":"/run/\"q\"","#
        + #""waiting_ns":9,"unread":512,"waits_for":[{"pid":100,"comm":"ann"}],"call":"transfer","among":1},"#
        + #"{"pid":500,"tid":500,"comm":"bob","operation":"write","type":"pipe","channel":"/run/\"q\"","#
        + #""waiting_ns":null,"unread":512,"waits_for":null,"call":"poll","among":3}]}"# + "\n")
  }

  @Test func `as JSON of the past knows nothing of now`() {
    scene.pipe(1)
    #expect(scene.json().hasSuffix(#""blocked":null}"# + "\n"))
    #expect(scene.json().contains(#""unread":null"#))
  }
}
