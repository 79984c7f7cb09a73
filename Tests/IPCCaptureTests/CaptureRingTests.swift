import ByteOutput
import CaptureSupport
import IPCModel
import Testing

@testable import IPCCapture

@Suite("What is kept of a capture in memory")
struct CaptureRingTests {
  private static let second: UInt64 = 1_000_000_000
  private static let source = Endpoint(pid: 12, tid: 12, comm: Comm("client"))

  private static func ring(_ bytes: Int, _ duration: UInt64? = nil) -> CaptureRing {
    CaptureRing(
      CaptureSettings(application: "ipcdump test", system: "Linux", start: Recorded.start),
      limit: CaptureRing.Limit(bytes: bytes, duration: duration))
  }

  /// An event that can be told from others by its time and the first bytes of its contents.
  private static func event(_ time: UInt64, _ bytes: Int) -> (Event, [UInt8]) {
    let event = Event(
      time: time, kind: .unixStream, source: source,
      destination: Endpoint(pid: Int32(20 + time % 3), tid: 20, comm: Comm("server")), count: UInt64(bytes))
    return (event, (0..<bytes).map { UInt8(truncatingIfNeeded: Int(time) + $0) })
  }

  private static func add(_ time: UInt64, _ bytes: Int, to ring: inout CaptureRing) -> Bool {
    let (event, content) = event(time, bytes)
    return content.withUnsafeBytes {
      ring.append(event, content: $0, texts: TextTable(), offset: Recorded.offset)
    }
  }

  private static func file(_ contents: CaptureRing.Contents) -> [UInt8] {
    contents.parts.reduce(contents.head) { $0 + $1.withBytes { Array($0) } } + contents.end
  }

  /// Times of the events of a file, each of whose contents is what ``event(_:_:)`` made.
  private static func times(_ contents: CaptureRing.Contents) throws -> [UInt64] {
    let bytes = file(contents)
    var position = 0
    var reader = try CaptureReader(name: "t.pcapng", zone: Recorded.utc) { buffer in
      let count = min(buffer.count, bytes.count - position)
      buffer.copyBytes(from: bytes[position..<position + count])
      position += count
      return count
    }
    var times: [UInt64] = []
    while let entry = try reader.next() {
      guard case .event(let event) = entry else { continue }
      times.append(event.time)
      let content = Self.event(event.time, Int(event.count)).1
      #expect(reader.content.map { Array($0) } == content)
    }
    return times
  }

  @Test func `is all of it as long as there is room, and every file is whole`() throws {
    var ring = Self.ring(1 << 20)
    for time in 1...100 as ClosedRange<UInt64> { #expect(Self.add(time, 100, to: &ring)) }
    let first = ring.contents(at: 100, offset: Recorded.offset, comment: "SIGUSR2")
    #expect(try Self.times(first) == Array(1...100) && first.events == 100 && first.span == 99)
    // A second file has the same and what has come since.
    #expect(Self.add(101, 100, to: &ring))
    let second = ring.contents(at: 101, offset: Recorded.offset, comment: "SIGUSR2")
    #expect(try Self.times(second) == Array(1...101))
  }

  @Test(arguments: [1 << 20, 3 << 20], [400, 4096, 70_000])
  func `is as many bytes as asked for, and never more`(_ limit: Int, _ size: Int) throws {
    var ring = Self.ring(limit)
    var count: UInt64 = 0
    var isKept = true
    while count < UInt64(2 * limit / size) {
      count += 1
      isKept = Self.add(count, size, to: &ring) && ring.byteCount <= limit && isKept
    }
    #expect(isKept)
    // One part of 64, or one event, is missing at most.
    #expect(ring.byteCount >= limit - max(limit / 32, 2 * size))
    let times = try Self.times(ring.contents(at: count, offset: Recorded.offset, comment: ""))
    #expect(times == Array(times[0]...count), "the newest, without a gap")
  }

  @Test func `is what is not older than asked for`() throws {
    var ring = Self.ring(1 << 20, 60 * Self.second)
    for second in 1...200 as ClosedRange<UInt64> { _ = Self.add(second * Self.second, 10, to: &ring) }
    let times = try Self.times(ring.contents(at: 200 * Self.second, offset: Recorded.offset, comment: ""))
    #expect(times.last == 200 * Self.second)
    #expect([138, 139, 140].contains(times[0] / Self.second))
    // Nothing comes any more, and what there was is too old.
    let later = ring.contents(at: 300 * Self.second, offset: Recorded.offset, comment: "")
    #expect(try Self.times(later).isEmpty && later.events == 0 && later.span == 0)
  }

  @Test func `is not given up before it is written, if somebody is about to`() throws {
    var ring = Self.ring(1 << 20)
    var time: UInt64 = 0
    while ring.byteCount < 1_000_000 {
      time += 1
      #expect(Self.add(time, 1000, to: &ring))
    }
    let contents = ring.contents(at: time, offset: Recorded.offset, comment: "")
    for part in contents.parts { part.isAwaited = true }
    let before = Self.file(contents)
    var isFull = false
    while !isFull {
      time += 1
      isFull = !Self.add(time, 1000, to: &ring)
    }
    #expect(Self.file(contents) == before)
    contents.parts[0].isAwaited = false
    #expect(Self.add(time + 1, 1000, to: &ring) && ring.byteCount <= 1 << 20)
  }

  @Test func `says in every part what the processes are`() throws {
    var ring = Self.ring(1 << 20)
    var texts = TextTable()
    var source = Self.source
    source.image = 7
    texts.processes.add(
      ProcessDescription(executable: Array("/bin/client".utf8)), for: KnownProcesses.Image(pid: 12, image: 7))
    for time in 1...5000 as ClosedRange<UInt64> {
      let event = Event(time: time, kind: .pipe, source: source, destination: source, count: 1000)
      let content = [UInt8](repeating: 1, count: 1000)
      _ = content.withUnsafeBytes {
        ring.append(event, content: $0, texts: texts, offset: Recorded.offset)
      }
    }
    let contents = ring.contents(at: 5000, offset: Recorded.offset, comment: "")
    #expect(contents.events < 5000)
    let replayed = Replayed(Self.file(contents))
    #expect(replayed.failure == nil && replayed.count == Int(contents.events))
    let lines = replayed.text.split(separator: "\n")
    #expect(lines.allSatisfy { $0.contains(#""src_exe":"/bin/client""#) })
  }

  @Test func `has losses and waits in their places, and counts`() throws {
    var ring = Self.ring(1 << 20)
    _ = Self.add(1, 10, to: &ring)
    ring.append(Loss(kind: .pipe, count: 3, bytes: 30, time: 2), offset: Recorded.offset)
    ring.append(
      CapturedWaits(time: 3, sentences: Array("a waits for b\n".utf8), json: Array("{}".utf8)),
      offset: Recorded.offset)
    let contents = ring.contents(at: 4, offset: Recorded.offset, comment: "3 lost of pipe")
    let replayed = Replayed(Self.file(contents))
    #expect(replayed.failure == nil && replayed.count == 1 && replayed.text.contains(#""lost_type":"pipe""#))
    #expect(replayed.waits?.sentences == Array("a waits for b\n".utf8))
    #expect(String(decoding: contents.head, as: UTF8.self).contains("3 lost of pipe"))
  }
}
