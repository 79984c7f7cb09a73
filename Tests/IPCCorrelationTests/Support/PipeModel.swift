import TestSupport

/// A pipe whose threads write and read at random, and which knows the truth.
struct PipeModel {
  /// One write or read after the other, each in three steps: it is entered, it happens, it ends.
  private struct Thread {
    let party: Party
    let isWriter: Bool
    var writing: Writing?
    /// What it has written, or read: every byte and who wrote it.
    var moved: [(byte: UInt8, writer: Party)]?
    var lastArrival: UInt64 = 0
  }

  private static let capacity = 65_536
  private static let writers = [Party.ann, .amy, .abe]
  private static let readers = [Party.bob, .bea, Party(name: "ben", pid: 700, tid: 701)]

  private let recording: Recording
  private let disorder: UInt64
  private let makeBytes: (Int, inout SeededRandom) -> [UInt8]
  /// Whether readers splice every second time, after some time in which they do not.
  var hasSplices = false
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
    _ recording: Recording, writers: Int, readers: Int, seed: UInt64, disorder: UInt64,
    makeBytes: @escaping (Int, inout SeededRandom) -> [UInt8]
  ) {
    self.recording = recording
    recording.checksInvariants = true
    self.disorder = disorder
    self.makeBytes = makeBytes
    random = SeededRandom(seed: seed)
    threads =
      Self.writers.prefix(writers).map { Thread(party: $0, isWriter: true) }
      + Self.readers.prefix(readers).map { Thread(party: $0, isWriter: false) }
  }

  /// Lets every writer write something that is read, so that they are known.
  func introduceWriters() {
    for thread in threads where thread.isWriter {
      recording.write("-", by: thread.party)
      recording.read("-", by: Self.readers[0])
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
    for index in threads.indices { while threads[index].writing != nil { stepWriter(index) } }
    for index in threads.indices where threads[index].moved != nil { stepReader(index) }
    for (number, next) in records.sorted(by: { $0.arrival < $1.arrival }).enumerated() {
      recording.clock = next.arrival
      recording.arrive(next.record)
      if number % 20 == 0 { _ = recording.told(after: 0) }
    }
    _ = recording.toldAtEnd()
  }

  private mutating func stepWriter(_ index: Int) {
    guard let writing = threads[index].writing else {
      let bytes = makeBytes(index, &random)
      let party = threads[index].party
      var begun: Writing?
      send(of: index) { begun = $0.begin(bytes, by: party) }
      threads[index].writing = begun
      return
    }
    if threads[index].moved != nil {
      send(of: index) { $0.end(writing, isPut: true) }
      threads[index].moved = nil
      threads[index].writing = nil
      return
    }
    // At the end, when nobody reads any more, the pipe takes what is left.
    let party = threads[index].party
    let bytes = writing.bytes.map { (byte: $0, writer: party) }
    threads[index].moved = bytes
    queue += bytes
    written += bytes.count
    recording.pipe.put(bytes.count)
  }

  private mutating func stepReader(_ index: Int) {
    guard let moved = threads[index].moved else {
      if queue.isEmpty { return }
      if hasSplices, !recording.pipe.isSplicedFrom, truths.count > 10 {
        let party = threads[index].party, backlog = queue.map(\.byte)
        send(of: index) { $0.beginSplice(backlog, by: party) }
      }
      let count = Int.random(in: 1...min(queue.count, 6000), using: &random)
      threads[index].moved = Array(queue.prefix(count))
      queue.removeFirst(count)
      recording.pipe.take(count)
      return
    }
    let party = threads[index].party
    if recording.pipe.isSplicedFrom, Bool.random(using: &random) {
      send(of: index) { $0.splice(moved.count, by: party, isTaken: true) }
    } else {
      send(of: index) { $0.read(moved.map(\.byte), by: party, isTaken: true) }
    }
    truths[recording.clock] = ReadTruth(reader: party, bytes: moved)
    threads[index].moved = nil
  }

  /// A thread's records keep their order; others' may come up to five milliseconds earlier or later.
  private mutating func send(of index: Int, _ operation: (Recording) -> Void) {
    for record in recording.late({ operation(recording) }) {
      let arrival = recording.clock + UInt64.random(in: 0...disorder, using: &random)
      threads[index].lastArrival = max(arrival, threads[index].lastArrival + 1)
      records.append((threads[index].lastArrival, record))
    }
  }
}
