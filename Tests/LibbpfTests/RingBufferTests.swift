import Glibc
import Testing

@testable import Libbpf

/// A ring as the kernel lays it out, filled by hand.
@Suite struct RingBufferTests {
  @Test func `records come in their order, and end where the next one is not finished`() throws {
    let memory = try RingMemory(size: 4096)
    var ring = try RingBuffer(descriptor: memory.descriptor, size: 4096)
    #expect(ring.waiting == 0)
    memory.append([1, 2, 3])
    memory.append([4], isDiscarded: true)
    memory.append([5])
    memory.append([6], isFinished: false)
    memory.append([7])
    #expect(ring.waiting == 5 * 16)
    #expect(ring.taken() == [[1, 2, 3], [5]])
    #expect(ring.waiting == 2 * 16)
    memory.finish(at: 3 * 16)
    #expect(ring.taken() == [[6], [7]])
    #expect(ring.waiting == 0)
  }

  @Test func `whoever has enough goes on with the next record`() throws {
    let memory = try RingMemory(size: 4096)
    var ring = try RingBuffer(descriptor: memory.descriptor, size: 4096)
    for number in 1...3 { memory.append([UInt8(number)]) }
    #expect(ring.taken(atMost: 2) == [[1], [2]])
    #expect(ring.taken() == [[3]])
  }

  @Test func `a ring is gone through again and again`() throws {
    let memory = try RingMemory(size: 4096)
    var ring = try RingBuffer(descriptor: memory.descriptor, size: 4096)
    for round in 0..<100 {
      let records = (0..<7).map { [UInt8](repeating: UInt8((round + $0) % 251), count: 100 + round) }
      for record in records { memory.append(record) }
      #expect(ring.taken() == records)
      #expect(ring.waiting == 0)
    }
  }

  @Test func `room is given back in shares, not for each record, and all of it in the end`() throws {
    let memory = try RingMemory(size: 1 << 16)
    var ring = try RingBuffer(descriptor: memory.descriptor, size: 1 << 16)
    for _ in 0..<1000 { memory.append([UInt8](repeating: 0, count: 56)) }
    var positions: Set<UInt> = []
    ring.consume { _ in
      positions.insert(memory.consumed)
      return true
    }
    #expect(positions == Set((0...15).map { 4096 * $0 }))
    #expect(memory.consumed == 64_000)
  }
}

extension RingBuffer {
  /// The records that wait, or the first few of them.
  fileprivate mutating func taken(atMost limit: Int = .max) -> [[UInt8]] {
    var records: [[UInt8]] = []
    consume { record in
      records.append([UInt8](record))
      return records.count < limit
    }
    return records
  }
}
