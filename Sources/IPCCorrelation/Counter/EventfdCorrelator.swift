import IPCModel
import RecordLayout

/// Eventfds: a read takes the whole count, and is told once for each thread that had added to it.
final class EventfdCorrelator: KindCorrelator {
  /// Adds of an eventfd that are remembered, at most; nobody reads one that has more.
  private static let addLimit = 4096
  /// Reads of an eventfd that are tried, at most, beyond one whose adds are not known.
  private static let overtakingLimit = 64
  /// Eventfds that are remembered though they rest.
  private static let restingLimit = 4096

  private let settings: CorrelatorSettings
  private var counters: [ChannelKey: CounterState] = [:]

  init(_ settings: CorrelatorSettings) { self.settings = settings }

  func take(_ record: UnsafeRawBufferPointer, header: ipc_header, into buffer: inout ReorderBuffer) {
    guard let (raw, _) = record.record(ipc_counter.self) else { return }
    let key = raw.transfer.key
    switch UInt32(header.type) {
    case IPC_RECORD_CREATED.rawValue:
      // What the last one at this place has left unread is gone with it.
      if let old = counters[key] { decide(old, known: .max, overdue: .max, &buffer) }
      counters[key] = CounterState(raw)
    case IPC_RECORD_WRITE.rawValue:
      guard raw.value > 0 else { return }
      let counter = meet(raw)
      counter.append(CounterAdd(raw))
      if counter.adds.count > Self.addLimit { counter.adds.removeFirst() }
    case IPC_RECORD_READ.rawValue:
      guard raw.value > 0 else { return }
      meet(raw).append(CounterRead(raw))
    default: return
    }
    counters[key]?.lastTouched = header.time
  }

  private func meet(_ raw: ipc_counter) -> CounterState {
    let key = raw.transfer.key
    let counter = counters[key] ?? CounterState(raw)
    counters[key] = counter
    return counter
  }

  // MARK: - Deciding

  func settle(before time: UInt64, into buffer: inout ReorderBuffer) {
    let (sum, isOver) = time.addingReportingOverflow(settings.matchTimeout)
    let now = isOver ? .max : sum
    // Records of other CPUs may come until then.
    let known = now == .max ? .max : now > settings.reorderWindow ? now - settings.reorderWindow : 0
    for counter in counters.values where !counter.reads.isEmpty {
      decide(counter, known: known, overdue: time, &buffer)
    }
  }

  /// Decides the reads before a time. One whose adds are not known yet may have been overtaken by another one, which is
  /// tried first.
  private func decide(_ counter: CounterState, known: UInt64, overdue: UInt64, _ buffer: inout ReorderBuffer)
  {
    var index = 0
    while index < min(counter.reads.count, Self.overtakingLimit), counter.reads[index].time <= known {
      let read = counter.reads[index]
      let isOverdue = index == 0 && (read.time < overdue || overdue == .max)
      if counter.isSemaphore
        ? takeOldest(read, of: counter, isOverdue, &buffer) : takeAll(read, of: counter, isOverdue, &buffer)
      {
        counter.reads.remove(at: index)
        index = 0
      } else {
        index += 1
      }
    }
  }

  /// Takes 1 of what was added first; false if nobody is known to have added anything.
  private func takeOldest(
    _ read: CounterRead, of counter: CounterState, _ isOverdue: Bool, _ buffer: inout ReorderBuffer
  ) -> Bool {
    if counter.initial > 0 {
      counter.initial -= 1
      return true
    }
    guard let add = counter.adds.first, add.began <= read.time else {
      if isOverdue { tell(read.value, of: nil, to: read, in: counter, isCertain: true, &buffer) }
      return isOverdue
    }
    tell(1, of: add, to: read, in: counter, isCertain: true, &buffer)
    counter.adds[0].value -= 1
    if add.value == 1 { counter.adds.removeFirst() }
    return true
  }

  /// Takes all that had been added; false if that is not what was read.
  private func takeAll(
    _ read: CounterRead, of counter: CounterState, _ isOverdue: Bool, _ buffer: inout ReorderBuffer
  ) -> Bool {
    let own = min(counter.initial, read.value)
    let solver = CounterSolver(counter.adds, sum: read.value - own, before: read.time)
    if let solution = solver.solution {
      counter.initial = 0
      take(solution, for: read, of: counter, isCertain: !solver.isAmbiguous, &buffer)
      return true
    }
    guard isOverdue else { return false }
    // The kernel has added, or records are missing: what is known comes first.
    var left = read.value - own
    let prefix = counter.adds.map { add in
      guard add.began <= read.time, add.value <= left else { return false }
      left -= add.value
      return true
    }
    counter.initial = 0
    take(prefix, for: read, of: counter, isCertain: false, &buffer)
    if left > 0 { tell(left, of: nil, to: read, in: counter, isCertain: true, &buffer) }
    return true
  }

  /// Tells a read once for each source of the adds that were taken, in the order of their first.
  private func take(
    _ taken: [Bool], for read: CounterRead, of counter: CounterState, isCertain: Bool,
    _ buffer: inout ReorderBuffer
  ) {
    var sums: [CounterAdd] = []
    for (add, isTaken) in zip(counter.adds, taken) where isTaken {
      if let index = sums.firstIndex(where: { $0.source == add.source }) {
        sums[index].value &+= add.value
      } else {
        sums.append(add)
      }
    }
    for sum in sums { tell(sum.value, of: sum, to: read, in: counter, isCertain: isCertain, &buffer) }
    var isTaken = taken.makeIterator()
    counter.adds.removeAll { _ in isTaken.next() == true }
  }

  private func tell(
    _ value: UInt64, of add: CounterAdd?, to read: CounterRead, in counter: CounterState, isCertain: Bool,
    _ buffer: inout ReorderBuffer
  ) {
    var event = Event(
      time: read.time, kind: .eventfd, source: add?.source ?? .unknown, destination: read.destination,
      count: 8)
    if read.isInScope || add?.isInScope == true { event.traits.insert(.inScope) }
    if let add {
      event.setDelay(written: add.ended, read: read.time)
      if !isCertain || counter.isDoubtful { event.traits.insert(.inferredSource) }
    }
    event.set(Kind.Eventfd.count, to: 8)
    event.set(Kind.Eventfd.value, to: value)
    event.set(Kind.Eventfd.id, to: counter.id)
    event.set(Kind.Eventfd.semaphore, to: counter.isSemaphore ? 1 : 0)
    buffer.append(event, content: .none)
  }

  var earliestPending: UInt64? {
    var earliest: UInt64?
    for counter in counters.values {
      if let time = counter.reads.first?.time { earliest = min(earliest ?? time, time) }
    }
    return earliest
  }

  func recordsWereLost() {
    for counter in counters.values { counter.isDoubtful = true }
  }

  func sweep(at time: UInt64, channels: OpenChannels?, into buffer: inout ReorderBuffer) {
    let surplus = counters.count - Self.restingLimit
    guard surplus > 0 else { return }
    let resting = counters.filter { $0.value.reads.isEmpty }
    for (key, _) in resting.sorted(by: { $0.value.lastTouched < $1.value.lastTouched }).prefix(surplus) {
      counters[key] = nil
    }
  }
}
