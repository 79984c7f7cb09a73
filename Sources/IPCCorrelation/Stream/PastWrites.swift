import IPCModel
import RecordLayout

/// What is known of the writes to a stream before that came into the scope of a filter by name: the last runs of threads,
/// in their order, with their sources and lengths. Which of their bytes are unread, the stream's first record tells.
struct PastWrites {
  private(set) var runs: [StreamWrite] = []

  /// Runs that the kernel keeps of a channel (`PAST_RUNS`, bpf/record/past.h), each with a write that goes on.
  private static let limit = 8

  var isEmpty: Bool { runs.isEmpty }

  /// Adds a run, which is later than all others.
  mutating func append(_ run: StreamWrite) {
    if runs.count == Self.limit { runs.removeFirst() }
    runs.append(run)
  }

  /// Forgets everything.
  mutating func removeAll() { runs.removeAll() }

  /// Leaves only the last bytes, of which so many lay in the stream; of a write that goes on, the kernel counts only what has
  /// been written of it.
  ///
  /// - Returns: How many of the bytes are of nobody's.
  mutating func keepLast(_ count: Int) -> Int {
    let ended = runs.reduce(0) { $0 + ($1.isInFlight ? 0 : $1.count) }
    let goingOn = runs.reduce(0) { $0 + ($1.isInFlight ? $1.count : 0) }
    var excess = max(0, ended - count)
    for index in runs.indices where !runs[index].isInFlight {
      let gone = min(excess, runs[index].count)
      runs[index].count -= gone
      excess -= gone
    }
    runs.removeAll { $0.count == 0 }
    return max(0, count - ended - goingOn)
  }
}

extension StreamCorrelator {
  /// Takes what a thread wrote to a stream before that was of interest.
  func takePast(_ record: UnsafeRawBufferPointer) {
    guard let start = record.baseAddress, let (raw, _) = record.record(ipc_past.self) else { return }
    let transfer = StreamTransfer(start, length: record.count, isSocket: false)
    let stream = stream(before: transfer)
    let source = Endpoint(raw.transfer), goesOn = raw.goes_on != 0
    let earliest = max(raw.birth, stream.writers.earliestBegin(of: source.tid))
    var write = transfer.write(
      by: source, begin: goesOn ? transfer.time : min(earliest, transfer.time),
      end: goesOn ? .max : transfer.time)
    write.lossEpoch = epoch
    if goesOn {
      stream.writers.note(beginning: source, at: transfer.time)
    } else {
      stream.writers.note(source, end: transfer.time)
    }
    switch stream.matcher {
    case .order: stream.past.append(write)
    case .position(let matcher) where goesOn: matcher.begin(&write, transfer, in: stream)
    case .position(let matcher): matcher.end(&write, transfer, in: stream)
    }
  }
}
