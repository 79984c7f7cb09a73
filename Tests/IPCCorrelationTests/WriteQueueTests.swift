import DequeModule
import IPCModel
import Testing

@testable import IPCCorrelation

@Suite("A queue of writes")
struct WriteQueueTests {
  private static let ann = Endpoint(pid: 1, tid: 1, comm: Comm("ann"))
  private static let bea = Endpoint(pid: 2, tid: 2, comm: Comm("bea"))

  private static func write(
    _ count: Int, by source: Endpoint = ann, at begin: UInt64 = 10, until end: UInt64 = 20,
    from start: Int64 = 0
  ) -> StreamWrite {
    var write = StreamWrite(
      source: source, isInScope: true, fingerprint: Fingerprint(), begin: begin, end: end, count: count)
    write.span = StreamSpan(start: start, limit: start + Int64(count))
    return write
  }

  @Test func `numbers its writes and counts what is unread`() {
    let queue = TestedQueue()
    var first = Self.write(5), second = Self.write(7)
    queue.append(&first)
    queue.append(&second)
    #expect(first.serial < second.serial)
    #expect(queue.available == 12)
    queue.take(6, from: 1)
    #expect(queue.available == 6 && queue.unread == [5, 1])
    queue.giveBack(6, to: 1)
    #expect(queue.available == 12)
    #expect(queue.violations(areInOrderOf: .serials).isEmpty)
  }

  @Test func `is uniform until a second thread writes, and again when its writes are gone`() {
    let queue = TestedQueue()
    var writes = [Self.write(1), Self.write(1, by: Self.bea), Self.write(1, by: Self.bea)]
    queue.append(&writes[0])
    #expect(queue.isUniform)
    queue.append(&writes[1])
    queue.append(&writes[2])
    #expect(!queue.isUniform)
    queue.removeFirst()
    #expect(queue.isUniform)
  }

  @Test func `puts writes where they start if it goes by positions`() {
    let queue = TestedQueue()
    var late = Self.write(4, from: 10), early = Self.write(10, from: 0)
    queue.insert(&late)
    queue.insert(&early)
    #expect(queue.all.map { $0.span.start } == [0, 10])
    #expect(queue.violations(areInOrderOf: .positions).isEmpty)
    #expect(!queue.violations(areInOrderOf: .serials).isEmpty)
  }

  @Test func `moves a write to where its end shows it to be`() {
    let queue = TestedQueue()
    var begun = Self.write(4, until: .max, from: 0), other = Self.write(4, by: Self.bea, from: 2)
    queue.insert(&begun)
    queue.insert(&other)
    #expect(queue.counts.inFlight == 1 && queue.begun(by: 1) == 0)
    queue.end(0, with: Self.write(4), at: StreamSpan(start: 6, limit: 10))
    #expect(queue.begun(by: 1) == nil && queue.counts.inFlight == 0)
    #expect(queue.all[1].source == Self.ann)
    #expect(queue.violations(areInOrderOf: .positions).isEmpty)
  }

  @Test func `gives a write that ended short no more than it had, and says if reads were given more`() {
    let queue = TestedQueue()
    var begun = Self.write(100, until: .max)
    queue.append(&begun)
    queue.take(60, from: 0)
    let isOvertaken = queue.end(0, with: Self.write(50))
    #expect(isOvertaken && queue.all[0].count == 60 && queue.available == 0)
    #expect(queue.violations(areInOrderOf: .serials).isEmpty)
  }

  @Test func `takes what was read beyond the first message of a batch from the next ones`() {
    let queue = TestedQueue()
    var batch = Self.write(30, until: .max)
    batch.isBatch = true
    queue.append(&batch)
    queue.take(25, from: 0)
    let isOvertaken = queue.end(0, with: Self.write(10))
    #expect(!isOvertaken)
    var second = Self.write(10), third = Self.write(10)
    queue.append(&second)
    queue.append(&third)
    #expect(queue.unread == [0, 0, 5])
    #expect(queue.violations(areInOrderOf: .serials).isEmpty)
  }

  @Test func `closes what a thread had begun if that thread writes anew`() {
    let queue = TestedQueue()
    var begun = Self.write(100, until: .max)
    queue.append(&begun)
    queue.take(40, from: 0)
    queue.abandon(by: 1)
    #expect(queue.counts.inFlight == 0 && queue.available == 0)
    queue.removeFinished()
    #expect(queue.isEmpty)
  }

  @Test func `has one urgent byte at most`() {
    let queue = TestedQueue()
    var first = Self.write(1), second = Self.write(1)
    first.isUrgent = true
    second.isUrgent = true
    queue.appendUrgent(&first)
    queue.appendUrgent(&second)
    #expect(queue.counts.urgent == 1 && queue.all.map { $0.isUrgent } == [false, true])
    #expect(queue.firstUnread(skippingUrgent: true) == 0)
    queue.passUrgent(through: second.serial)
    #expect(queue.counts.urgent == 0 && queue.available == 1)
    #expect(queue.violations(areInOrderOf: .serials).isEmpty)
  }

  @Test func `holds no finished writes behind one that waits for room`() {
    let queue = TestedQueue()
    var waiting = Self.write(100, until: .max)
    queue.append(&waiting)
    for _ in 0..<1000 {
      var write = Self.write(1, by: Self.bea)
      queue.append(&write)
      queue.take(1, from: queue.all.count - 1)
      queue.removeFinished()
    }
    #expect(queue.all.count <= 64 && queue.available == 100)
    #expect(queue.violations(areInOrderOf: .serials).isEmpty)
  }

  @Test func `says whether rivals differ in length, and marks them`() {
    let queue = TestedQueue()
    var writes = [Self.write(5), Self.write(5, by: Self.bea), Self.write(6, by: Self.bea)]
    for index in writes.indices { queue.append(&writes[index]) }
    let (equal, unequal) = (queue.doubtSources(of: [0, 1]), queue.doubtSources(of: [1, 2]))
    #expect(!equal && unequal)
    // Of the last two, both of one process, only the thread is in doubt.
    #expect(queue.all.map(\.inference) == [.process, [.process, .thread], .thread])
  }
}

/// A queue that can be looked at in expectations, which copy what they look at.
private final class TestedQueue {
  private var queue = WriteQueue()

  var all: [StreamWrite] { queue.writes.indices.map { queue.writes[$0] } }
  var unread: [Int] { all.map { $0.remaining } }
  var available: Int { queue.available }
  var counts: WriteQueue.Counts { queue.counts }
  var isUniform: Bool { queue.isUniform }
  var isEmpty: Bool { queue.isEmpty }

  func violations(areInOrderOf order: WriteQueue.Order) -> [String] { queue.violations(areInOrderOf: order) }
  func begun(by tid: Int32) -> Int? { queue.begun(by: tid) }
  func firstUnread(skippingUrgent: Bool) -> Int? { queue.firstUnread(skippingUrgent: skippingUrgent) }
  func append(_ write: inout StreamWrite) { queue.append(&write) }
  func appendUrgent(_ write: inout StreamWrite) { queue.appendUrgent(&write) }
  func insert(_ write: inout StreamWrite) { queue.insert(&write) }
  func end(_ index: Int, with write: StreamWrite) -> Bool { queue.end(index, with: write) }
  func end(_ index: Int, with write: StreamWrite, at span: StreamSpan) {
    queue.end(index, with: write, at: span)
  }
  func abandon(by tid: Int32) { queue.abandon(by: tid) }
  func take(_ count: Int, from index: Int) { queue.take(count, from: index) }
  func giveBack(_ count: Int, to index: Int) { queue.giveBack(count, to: index) }
  func passUrgent(through serial: UInt64) { queue.passUrgent(through: serial) }
  func doubtSources(of rivals: [Int]) -> Bool { queue.doubtSources(of: rivals[...]) }
  func removeFirst() { queue.removeFirst() }
  func removeFinished() { queue.removeFinished() }
}
