/// Who waits for whom, and what of it will never end.
///
/// A thread is stuck unless one of its ways out, or all of them, can be freed; a process is freed by any of its threads.
public struct WaitGraph: Sendable {
  /// What the graph was made of.
  public let snapshot: WaitSnapshot
  /// Every thread that waits, in the order of the snapshot.
  public private(set) var waits: [ThreadWait] = []
  /// Threads that sleep for something that cannot be told.
  public private(set) var unknown: [UnknownWait] = []
  /// Threads that wait for each other.
  public private(set) var deadlocks: [Deadlock] = []
  /// Ends of pipes that seem to have been forgotten.
  public private(set) var leaks: [Leak] = []

  /// Place of a thread's wait in ``waits``.
  private var places: [Int32: Int] = [:]
  /// Of each thread, the deadlock that all its ways out lead to.
  private var fates: [Int32: Int] = [:]

  /// Judges a snapshot.
  public init(_ snapshot: WaitSnapshot) {
    self.snapshot = snapshot
    addThreads()
    markStuck()
    let search = DeadlockSearch(self)
    deadlocks = search.deadlocks
    fates = search.fates
    let reasons = deadlocks.map { Explanation(self).reason(of: $0) }
    for (index, reason) in reasons.enumerated() { deadlocks[index].reason = reason }
    leaks = LeakSearch(self).leaks
  }

  /// The wait of a thread; nil if it does not wait.
  public func wait(of tid: Int32) -> ThreadWait? { places[tid].map { waits[$0] } }

  /// The waits of a process's threads that are stuck.
  func stuckWaits(of pid: Int32) -> [ThreadWait] { allWaits(of: pid).filter(\.isStuck) }

  /// The waits of a process's threads.
  public func allWaits(of pid: Int32) -> [ThreadWait] {
    snapshot.threads(of: pid).compactMap { wait(of: snapshot.threads[$0].tid) }
  }

  /// Whether a process has a thread that is not stuck, or is not known to have any.
  public func isFree(_ pid: Int32) -> Bool {
    let threads = snapshot.threads(of: pid)
    return threads.isEmpty || threads.contains { wait(of: snapshot.threads[$0].tid)?.isStuck != true }
  }

  private mutating func addThreads() {
    let resolver = WaitResolver(snapshot)
    for thread in snapshot.threads {
      switch thread.state {
      case .running: continue
      case .unknown(let call, let function): addUnknown(thread, call, function)
      case .waiting(let wait):
        guard var targets = resolver.targets(of: wait, by: thread) else {
          addUnknown(thread, wait.call, "it may depend on descriptors that nobody is seen to hold")
          continue
        }
        if snapshot.hasTimer(thread.pid) { targets.append(.outside(.timer)) }
        places[thread.tid] = waits.count
        waits.append(
          ThreadWait(
            pid: thread.pid, tid: thread.tid, name: thread.name, duration: thread.duration, call: wait.call,
            mode: wait.mode, targets: targets))
      }
    }
  }

  private mutating func addUnknown(_ thread: SnapshotThread, _ call: WaitCall, _ function: String) {
    unknown.append(
      UnknownWait(
        pid: thread.pid, tid: thread.tid, name: thread.name, duration: thread.duration, call: call,
        function: function))
  }

  // MARK: - Who is stuck

  /// Supposes that every wait is stuck, and frees what can be freed until no more comes of it.
  private mutating func markStuck() {
    for index in waits.indices { waits[index].isStuck = true }
    /// Who waits for a process, or for a thread.
    var dependants: [Int32: [Int]] = [:]
    for (index, wait) in waits.enumerated() {
      for ender in Set(wait.targets.lazy.flatMap(\.enders).map { $0.tid ?? $0.pid }) {
        dependants[ender, default: []].append(index)
      }
    }
    var changed = Array(waits.indices)
    while let index = changed.popLast() {
      guard waits[index].isStuck, canEnd(waits[index]) else { continue }
      waits[index].isStuck = false
      let (pid, tid) = (waits[index].pid, waits[index].tid)
      changed += dependants[pid] ?? []
      if tid != pid { changed += dependants[tid] ?? [] }
    }
  }

  private func canEnd(_ wait: ThreadWait) -> Bool {
    // A timer of the process interrupts whatever it is.
    if wait.mode == .any || snapshot.hasTimer(wait.pid) {
      return wait.targets.contains(where: canEnd)
    }
    return wait.targets.allSatisfy(canEnd)
  }

  /// Whether one thing that is waited for can come.
  func canEnd(_ target: WaitTarget) -> Bool { target.isExternal || target.enders.contains(where: isFree) }

  private func isFree(_ ender: WaitEnder) -> Bool {
    guard let tid = ender.tid else { return isFree(ender.pid) }
    return wait(of: tid)?.isStuck != true
  }
}

// MARK: - A part of it

extension WaitGraph {
  /// What some processes are in or behind, and nothing else.
  public struct Part: Sendable {
    /// Threads that wait.
    public let waits: [ThreadWait]
    /// Threads that wait for each other.
    public let deadlocks: [Deadlock]
    /// Ends of pipes that seem to have been forgotten.
    public let leaks: [Leak]
    /// Threads that sleep for something that cannot be told.
    public let unknown: [UnknownWait]
  }

  /// All of it, or what some processes are in or behind.
  ///
  /// - Parameter pids: Where to start; nil for everywhere.
  public func part(from pids: [Int32]?) -> Part {
    guard let pids else { return Part(waits: waits, deadlocks: deadlocks, leaks: leaks, unknown: unknown) }
    var reached = Set(pids)
    var next = pids
    while let pid = next.popLast() {
      for ender in allWaits(of: pid).lazy.flatMap(\.targets).flatMap(\.enders)
      where reached.insert(ender.pid).inserted {
        next.append(ender.pid)
      }
    }
    return Part(
      waits: waits.filter { reached.contains($0.pid) },
      deadlocks: deadlocks.filter { deadlock in
        deadlock.pids.contains { reached.contains($0) } && isInOrBehind(deadlock, pids)
      },
      leaks: leaks.filter { reached.contains($0.reader.pid) },
      unknown: unknown.filter { reached.contains($0.pid) })
  }

  /// Whether one of these processes is in a deadlock, or a thread of theirs is stuck and leads there.
  private func isInOrBehind(_ deadlock: Deadlock, _ pids: [Int32]) -> Bool {
    let members = Set(deadlock.pids)
    var reached = Set(pids)
    var next = pids
    while let pid = next.popLast() {
      if members.contains(pid) { return true }
      for target in stuckWaits(of: pid).lazy.flatMap(\.targets) where !canEnd(target) {
        for ender in target.enders where reached.insert(ender.pid).inserted { next.append(ender.pid) }
      }
    }
    return false
  }
}
