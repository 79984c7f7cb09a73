import IPCModel

/// Which process has which memory mapped shared.
struct MappingProcesses {
  /// One that has some.
  struct Process {
    var endpoint: Endpoint
    var isInScope: Bool
    var ranges = MappedRanges()
  }

  /// Who shares memory with a process, longest of all.
  struct Partner {
    let process: UInt32
    let endpoint: Endpoint
    let isInScope: Bool
    /// Whether others had it before the trace, too, so that it is not known who had it first.
    var isInferred: Bool
  }

  /// By their numbers.
  private(set) var processes: [UInt32: Process] = [:]
  /// The names of memory that anybody has.
  private(set) var names: [MemoryKey: [UInt8]] = [:]
  private var users: [MemoryKey: Set<UInt32>] = [:]

  func has(_ process: UInt32) -> Bool { processes[process] != nil }

  func ranges(of process: UInt32) -> [MappedRange] { processes[process]?.ranges.all ?? [] }

  func isInScope(_ process: UInt32) -> Bool { processes[process]?.isInScope ?? false }

  /// Who has had any of some memory longest, beside a process, if one of both may write there.
  func partner(of process: UInt32, in range: MappedRange) -> Partner? {
    var best: (since: UInt64, partner: Partner)?
    for other in users[range.memory] ?? [] where other != process {
      guard let holder = processes[other] else { continue }
      let shared = holder.ranges.all.filter {
        $0.overlaps(range) && ($0.isWritable || range.isWritable)
      }
      guard let since = shared.map(\.since).min() else { continue }
      let found = Partner(
        process: other, endpoint: holder.endpoint, isInScope: holder.isInScope, isInferred: false)
      guard let known = best else {
        best = (since, found)
        continue
      }
      let isEarlier = (since, other) < (known.since, known.partner.process)
      if isEarlier { best = (since, found) }
      if since == known.since { best?.partner.isInferred = true }
    }
    return best?.partner
  }

  /// The same for all that a process has of one memory.
  func partner(of process: UInt32, in memory: MemoryKey) -> Partner? {
    for range in ranges(of: process) where range.memory == memory {
      if let partner = partner(of: process, in: range) { return partner }
    }
    return nil
  }

  /// Whether two processes have any of one memory already, and one may write there.
  func isShared(_ memory: MemoryKey, by process: UInt32, with other: UInt32) -> Bool {
    let theirs = ranges(of: other)
    return ranges(of: process).contains { range in
      range.memory == memory
        && theirs.contains { $0.overlaps(range) && ($0.isWritable || range.isWritable) }
    }
  }

  // MARK: - Changes

  /// Meets a process, under the name that it has now.
  mutating func meet(_ process: UInt32, _ endpoint: Endpoint, isInScope: Bool) {
    if processes[process] == nil { processes[process] = Process(endpoint: endpoint, isInScope: isInScope) }
    processes[process]?.isInScope = isInScope
  }

  mutating func add(_ range: MappedRange, to process: UInt32, name: [UInt8]?) {
    processes[process]?.ranges.add(range)
    if let name { names[range.memory] = name }
    users[range.memory, default: []].insert(process)
  }

  /// Changes what a process has mapped.
  mutating func change(_ process: UInt32, _ body: (inout MappedRanges) -> Void) {
    guard var ranges = processes[process]?.ranges else { return }
    let before = Set(ranges.all.map(\.memory))
    body(&ranges)
    processes[process]?.ranges = ranges
    for memory in before.subtracting(ranges.all.map(\.memory)) { users[memory]?.remove(process) }
  }

  /// Forgets a process without mappings.
  mutating func forget(_ process: UInt32) {
    change(process) { $0 = MappedRanges() }
    processes[process] = nil
  }

  /// Forgets memory that nobody has any more.
  mutating func tidy(_ memories: some Sequence<MemoryKey>) {
    for memory in memories where users[memory]?.isEmpty ?? true {
      users[memory] = nil
      names[memory] = nil
    }
  }
}
