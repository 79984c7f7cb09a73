import ByteOutput
import IPCFiltering
import IPCFormats
import IPCModel
import Testing

@testable import IPCSession

@Suite("The pipeline of events")
struct EventPipelineTests {
  /// Remembers what it is given.
  private final class Memory: EventConsumer {
    var counts: [UInt64] = []
    var contents: [[UInt8]?] = []
    var lost: UInt64 = 0
    var offsets: [Int64] = []
    var endings = 0
    var pendingBytes = 0
    /// How many events it takes.
    var room = Int.max
    var failure: Failure?

    func take(
      _ event: borrowing Event, content: UnsafeRawBufferPointer?, texts: borrowing TextTable
    ) -> Bool {
      guard counts.count < room else { return false }
      counts.append(event.count)
      contents.append(content.map(Array.init))
      return true
    }

    func take(_ loss: Loss) { lost += loss.count }

    func follow(_ clock: WallClock) { offsets.append(clock.offset) }

    func finish() throws(Failure) {
      endings += 1
      if let failure { throw failure }
    }
  }

  private let first = Memory()
  private let second = Memory()
  private let clock = WallClock(offset: 1, start: 0, zone: TimeZoneOffset(secondsEast: 0))

  private func pipeline(_ selection: Selection = Selection(kinds: [.pipe]), limit: UInt64 = 0)
    -> EventPipeline
  {
    EventPipeline(EventFilter(selection), [first, second], limit: limit, clock: clock)
  }

  /// Hands events over until no more are wanted; returns how many were taken with more being wanted.
  private func take(_ events: Int, _ kind: Kind = .pipe, of pipeline: EventPipeline) -> Int {
    let texts = TextTable()
    for number in 0..<events {
      let event = Event(
        time: 1, kind: kind, source: .unknown, destination: .unknown, count: UInt64(number))
      let wantsMore = [UInt8(number)].withUnsafeBytes { pipeline.take(event, content: $0, texts: texts) }
      if !wantsMore { return number }
    }
    return events
  }

  @Test func `gives every output what passes the filter, with its contents`() {
    let pipeline = pipeline()
    #expect(take(2, of: pipeline) == 2)
    #expect(take(1, .signal, of: pipeline) == 1)
    for output in [first, second] {
      #expect(output.counts == [0, 1])
      #expect(output.contents == [[0], [1]])
    }
    #expect(pipeline.captured == 2)
  }

  @Test func `ends with the event that was the last to be asked for`() {
    let pipeline = pipeline(limit: 2)
    #expect(take(5, of: pipeline) == 1)
    #expect(pipeline.isSatisfied && pipeline.captured == 2)
    #expect(take(1, of: pipeline) == 0)
    #expect(first.counts == [0, 1])
  }

  @Test func `ends before an event that an output has no room for`() {
    first.room = 1
    let pipeline = pipeline()
    #expect(take(3, of: pipeline) == 1)
    #expect(pipeline.isSatisfied && pipeline.captured == 1)
    #expect(second.counts == [0], "it stands behind the one that refused")
  }

  @Test func `waits where an output has much to write`() {
    let pipeline = pipeline()
    second.pendingBytes = 1 << 20
    #expect(take(2, of: pipeline) == 0)
    #expect(pipeline.isFull && !pipeline.isSatisfied && pipeline.captured == 1)
  }

  @Test func `counts losses, but for those of kinds that nobody has asked for`() {
    let pipeline = pipeline()
    for kind in [.pipe, .signal, nil] as [Kind?] {
      pipeline.take(Loss(kind: kind, count: 1, bytes: 0, time: 1))
    }
    #expect(pipeline.lost == 2 && first.lost == 2 && second.lost == 2)
    #expect(pipeline.closingLine == "0 events captured, 2 lost")
  }

  @Test func `says how many events there were`() {
    let pipeline = pipeline()
    for expected in ["1 event captured, 0 lost", "2 events captured, 0 lost"] {
      _ = take(1, of: pipeline)
      #expect(pipeline.closingLine == expected)
    }
  }

  @Test func `tells a clock that is another one`() {
    let pipeline = pipeline()
    pipeline.follow(clock)
    pipeline.follow(WallClock(offset: 5, start: 0, zone: clock.zone))
    #expect(first.offsets == [5] && second.offsets == [5])
  }

  @Test func `ends every output once, whatever befalls another one`() {
    let failure = Failure(.system, "full")
    first.failure = failure
    let pipeline = pipeline()
    #expect(throws: failure) { try pipeline.finish() }
    #expect(throws: Never.self) { try pipeline.finish() }
    #expect(first.endings == 1 && second.endings == 1)
  }
}
