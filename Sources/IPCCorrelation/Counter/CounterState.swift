import IPCModel
import RecordLayout

/// What a call added to an eventfd's counter.
struct CounterAdd {
  let source: Endpoint
  let isInScope: Bool
  /// When the call began, if that was seen, and when it ended.
  let began: UInt64
  let ended: UInt64
  /// What of it has not been taken.
  var value: UInt64

  init(_ raw: ipc_counter) {
    source = Endpoint(raw.transfer)
    isInScope = raw.transfer.header.has(IPC_FLAG_IN_SCOPE)
    ended = raw.transfer.header.time
    began = raw.began == 0 ? ended : min(raw.began, ended)
    value = raw.value
  }
}

/// What a read took, as long as it is not known who had added it.
struct CounterRead {
  let destination: Endpoint
  let isInScope: Bool
  let time: UInt64
  let value: UInt64

  init(_ raw: ipc_counter) {
    destination = Endpoint(raw.transfer)
    isInScope = raw.transfer.header.has(IPC_FLAG_IN_SCOPE)
    time = raw.transfer.header.time
    value = raw.value
  }
}

/// What is known of one eventfd.
final class CounterState {
  let id: UInt64
  /// Whether a read takes 1 of the oldest add (EFD_SEMAPHORE).
  let isSemaphore: Bool
  /// What is in the counter that nobody was seen to add: its first count, or what it had before the trace.
  var initial: UInt64
  /// When it was met, if it had been there before.
  private let met: UInt64
  /// In the order in which the calls ended.
  var adds: [CounterAdd] = []
  /// In the order of time.
  var reads: [CounterRead] = []
  /// Whether records are missing.
  var isDoubtful = false
  var lastTouched: UInt64 = 0

  /// Meets an eventfd by its first record.
  init(_ raw: ipc_counter) {
    id = raw.transfer.identity
    isSemaphore = raw.traits & IPC_COUNTER_SEMAPHORE.rawValue != 0
    let isNew = UInt32(raw.transfer.header.type) == IPC_RECORD_CREATED.rawValue
    met = isNew ? 0 : raw.transfer.header.time
    switch UInt32(raw.transfer.header.type) {
    case IPC_RECORD_CREATED.rawValue: initial = raw.value
    // What was there before is there still, unless it has been read by now.
    case IPC_RECORD_WRITE.rawValue: initial = raw.left
    // What is left is of later adds, except where a read takes 1.
    default: initial = isSemaphore ? raw.left + (raw.left == .max ? 0 : 1) : 0
    }
  }

  func append(_ add: CounterAdd) {
    // It was in the counter when that was met.
    if add.began <= met { initial -= min(initial, add.value) }
    var index = adds.count
    while index > 0, adds[index - 1].ended > add.ended { index -= 1 }
    adds.insert(add, at: index)
  }

  func append(_ read: CounterRead) {
    var index = reads.count
    while index > 0, reads[index - 1].time > read.time { index -= 1 }
    reads.insert(read, at: index)
  }
}

/// Finds out which adds a read has taken: all that came before it, whose sum is what it has read. Of adds whose calls overlap it
/// is not known which came first, but an add that had ended when another one began came before that.
struct CounterSolver {
  /// Steps after which several solutions are taken for granted: adds that were looked at.
  private static let stepLimit = 20_000

  private let adds: [CounterAdd]
  private let time: UInt64
  /// When the first call began of those from each add on.
  private let beginnings: [UInt64]
  private var taken: [Bool]
  private var steps = 0
  /// Which adds were taken; nil if no choice has the sum.
  private(set) var solution: [Bool]?
  /// Whether others can have been taken, so that other sources had added other amounts.
  private(set) var isAmbiguous = false

  /// - Parameters:
  ///   - sum: What the adds that were taken have in all.
  ///   - time: When the read ended: later adds were not taken.
  init(_ adds: [CounterAdd], sum: UInt64, before time: UInt64) {
    self.adds = adds
    self.time = time
    taken = Array(repeating: false, count: adds.count)
    var beginnings = adds.map(\.began)
    for index in beginnings.indices.dropLast().reversed() {
      beginnings[index] = min(beginnings[index], beginnings[index + 1])
    }
    self.beginnings = beginnings
    if canReach(sum, from: 0, end: time) { search(from: 0, left: sum, end: .max) }
  }

  /// Goes on from an add.
  ///
  /// - Parameter end: When the first call ended whose add was not taken: what began later was not either.
  private mutating func search(from index: Int, left: UInt64, end: UInt64) {
    steps += 1
    if steps > Self.stepLimit { isAmbiguous = true }
    if isAmbiguous, solution != nil || steps > Self.stepLimit { return }
    if left == 0 { return note() }
    guard index < adds.count else { return }
    let add = adds[index]
    if add.value <= left, add.began <= end, add.began <= time {
      taken[index] = true
      search(from: index + 1, left: left - add.value, end: end)
      taken[index] = false
    }
    // Without it, only those can have been taken that had begun when it ended.
    let next = min(end, add.ended)
    if canReach(left, from: index + 1, end: min(next, time)) {
      search(from: index + 1, left: left, end: next)
    }
  }

  /// Whether the adds from a place on that had begun at some time are together enough.
  private mutating func canReach(_ sum: UInt64, from start: Int, end: UInt64) -> Bool {
    var left = sum
    var index = start
    while left > 0, index < adds.count, beginnings[index] <= end {
      let add = adds[index]
      if add.began <= end { left -= min(add.value, left) }
      index += 1
    }
    steps += index - start
    return left == 0
  }

  private mutating func note() {
    guard let solution else {
      self.solution = taken
      return
    }
    if sums(of: solution) != sums(of: taken) { isAmbiguous = true }
  }

  private func sums(of choice: [Bool]) -> [Endpoint: UInt64] {
    var sums: [Endpoint: UInt64] = [:]
    for (add, isTaken) in zip(adds, choice) where isTaken { sums[add.source, default: 0] &+= add.value }
    return sums
  }
}
