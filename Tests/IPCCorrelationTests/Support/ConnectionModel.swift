import TestSupport

/// A TCP connection whose threads write and read at random, and which knows the truth.
struct ConnectionModel {
  /// One write or read after the other: it is entered, it happens in one go or in several, it ends.
  private struct Thread {
    let party: Party
    let isWriter: Bool
    var sending: Sending?
    /// Bytes of the write that are in the stream.
    var put = 0
    /// What it has read: where, and every byte with who wrote it.
    var taken: (position: UInt32, bytes: [(byte: UInt8, writer: Party)])?
    var lastArrival: UInt64 = 0
  }

  private static let writers = [Party.ann, .amy, .abe]
  private static let readers = [Party.bob, .bea]

  private let recording: Recording
  private let connection: TracedConnection
  private let disorder: UInt64
  /// Of a hundred records, how many are lost.
  private let losses: Int
  private let makeBytes: (Int, inout SeededRandom) -> [UInt8]
  private var random: SeededRandom
  private var threads: [Thread]
  private var queue: [(byte: UInt8, writer: Party)] = []
  private var records: [(arrival: UInt64, record: [UInt8])] = []

  /// By the time of the read.
  private(set) var truths: [UInt64: ReadTruth] = [:]
  /// Bytes written.
  private(set) var written = 0

  /// - Parameter makeBytes: What a writer, given by its number, writes next.
  init(
    _ recording: Recording, writers: Int, readers: Int, seed: UInt64, disorder: UInt64 = 500_000,
    losses: Int = 0, makeBytes: @escaping (Int, inout SeededRandom) -> [UInt8]
  ) {
    self.recording = recording
    recording.checksInvariants = true
    self.disorder = disorder
    self.losses = losses
    self.makeBytes = makeBytes
    random = SeededRandom(seed: seed)
    connection = .tcp(position: UInt32(truncatingIfNeeded: seed &* 0x9e37_79b9) | 0xffff_0000)
    threads =
      Self.writers.prefix(writers).map { Thread(party: $0, isWriter: true) }
      + Self.readers.prefix(readers).map { Thread(party: $0, isWriter: false) }
  }

  /// Lets every writer write something that is read, so that they are known.
  func introduceWriters() {
    for thread in threads where thread.isWriter {
      recording.send("-", by: thread.party, to: connection)
      recording.receive("-", by: Self.readers[0], from: connection)
    }
    _ = recording.told()
  }

  /// Lets the threads do something, and the records of it arrive in a possible order.
  mutating func run(steps: Int) {
    for _ in 0..<steps {
      recording.clock += UInt64.random(in: 1...20_000, using: &random)
      let index = threads.indices.randomElement(using: &random) ?? 0
      if threads[index].isWriter { stepWriter(index) } else { stepReader(index) }
    }
    for index in threads.indices { while threads[index].sending != nil { stepWriter(index) } }
    for index in threads.indices where threads[index].taken != nil { stepReader(index) }
    for (number, next) in records.sorted(by: { $0.arrival < $1.arrival }).enumerated() {
      recording.clock = next.arrival
      if Int.random(in: 0..<100, using: &random) < losses {
        recording.lost += 1
      } else {
        var record = next.record
        withUnsafeBytes(of: recording.lost) { record.replaceSubrange(36..<40, with: $0) }
        recording.arrive(record)
      }
      if number % 20 == 0 { _ = recording.told(after: 0) }
    }
    _ = recording.toldAtEnd()
  }

  private mutating func stepWriter(_ index: Int) {
    let party = threads[index].party
    guard let sending = threads[index].sending else {
      let bytes = makeBytes(index, &random)
      var begun: Sending?
      let connection = connection
      send(of: index) { begun = $0.begin(bytes, by: party, to: connection) }
      threads[index].sending = begun
      threads[index].put = 0
      return
    }
    let left = sending.bytes.count - threads[index].put
    if left == 0 {
      send(of: index) { $0.end(sending) }
      threads[index].sending = nil
      return
    }
    // A long write waits for room now and then, and others get in between.
    let count = left > 3000 ? Int.random(in: 1...left, using: &random) : left
    queue += sending.bytes[threads[index].put...].prefix(count).map { (byte: $0, writer: party) }
    threads[index].put += count
    written += count
    connection.put(count)
  }

  private mutating func stepReader(_ index: Int) {
    guard let taken = threads[index].taken else {
      if queue.isEmpty { return }
      let count = Int.random(in: 1...min(queue.count, 6000), using: &random)
      threads[index].taken = (connection.copied, Array(queue.prefix(count)))
      queue.removeFirst(count)
      connection.take(count)
      return
    }
    let party = threads[index].party, connection = connection
    send(of: index) {
      $0.receive(taken.bytes.map(\.byte), by: party, from: connection, at: taken.position)
    }
    truths[recording.clock] = ReadTruth(reader: party, bytes: taken.bytes)
    threads[index].taken = nil
  }

  /// A thread's records keep their order; others' may come earlier or later.
  private mutating func send(of index: Int, _ operation: (Recording) -> Void) {
    for record in recording.late({ operation(recording) }) {
      let arrival = recording.clock + UInt64.random(in: 0...disorder, using: &random)
      threads[index].lastArrival = max(arrival, threads[index].lastArrival + 1)
      records.append((threads[index].lastArrival, record))
    }
  }
}
