import IPCWaits

/// A snapshot written down: who is there, what is open, who waits.
struct Scene {
  var snapshot = WaitSnapshot()

  /// Adds a process with one thread of the same number, which runs unless it waits.
  @discardableResult
  mutating func process(
    _ pid: Int32, _ name: String, parent: Int32 = 1, caught: SignalSet = [], timers: SignalSet = [],
    blocked: SignalSet = [], _ wait: SnapshotWait? = nil
  ) -> Int32 {
    snapshot.add(
      SnapshotProcess(pid: pid, parent: parent, name: name, caught: caught, timers: timers))
    thread(pid, of: pid, named: name, blocked: blocked, wait)
    return pid
  }

  /// The same for one whose name does not matter.
  @discardableResult
  mutating func process(
    _ pid: Int32, parent: Int32 = 1, caught: SignalSet = [], timers: SignalSet = [], blocked: SignalSet = [],
    _ wait: SnapshotWait? = nil
  ) -> Int32 {
    process(pid, "p", parent: parent, caught: caught, timers: timers, blocked: blocked, wait)
  }

  /// Adds a thread.
  mutating func thread(
    _ tid: Int32, of pid: Int32, named name: String = "p", blocked: SignalSet = [],
    _ wait: SnapshotWait? = nil
  ) {
    snapshot.add(
      SnapshotThread(
        pid: pid, tid: tid, name: name, state: wait.map { .waiting($0) } ?? .running,
        duration: wait == nil ? nil : 1_000_000_000, blocked: blocked))
  }

  /// Adds the read end of a pipe.
  mutating func reads(_ pid: Int32, _ number: Int32, pipe: UInt64, kind: ChannelKind = .pipe) {
    end(pid, number, ChannelID(kind, pipe), canRead: true, canWrite: false)
  }

  /// Adds the write end of a pipe.
  mutating func writes(_ pid: Int32, _ number: Int32, pipe: UInt64, kind: ChannelKind = .pipe) {
    end(pid, number, ChannelID(kind, pipe), canRead: false, canWrite: true)
  }

  /// Adds a descriptor.
  mutating func end(
    _ pid: Int32, _ number: Int32, _ id: ChannelID, canRead: Bool = true, canWrite: Bool = true
  ) {
    snapshot.add(OpenDescriptor(pid: pid, number: number, channel: id, canRead: canRead, canWrite: canWrite))
    guard snapshot.channels[id] == nil else { return }
    var channel = SnapshotChannel(id, name: "[\(id.number)]")
    channel.isNamed = id.kind == .fifo || id.kind == .messageQueue
    snapshot.add(channel)
  }

  /// Connects two sockets.
  mutating func connect(_ kind: ChannelKind, _ one: UInt64, _ other: UInt64) {
    for (own, peer) in [(one, other), (other, one)] {
      var channel = SnapshotChannel(ChannelID(kind, own), name: "[\(one)]-[\(other)]")
      channel.peer = .channel(ChannelID(kind, peer))
      snapshot.add(channel)
    }
  }

  var graph: WaitGraph { WaitGraph(snapshot) }
}

extension SnapshotWait {
  static func read(_ number: Int32) -> SnapshotWait { SnapshotWait(.read, [.descriptor(number, .read)]) }
  static func write(_ number: Int32) -> SnapshotWait { SnapshotWait(.write, [.descriptor(number, .write)]) }
  static func poll(_ numbers: Int32...) -> SnapshotWait {
    SnapshotWait(.poll, numbers.map { .descriptor($0, .read) })
  }
  static func children(_ pids: Int32...) -> SnapshotWait { SnapshotWait(.wait, [.children(pids)]) }
  static let sleep = SnapshotWait(.sleep, [.timer])
  static func mutex(_ owner: (pid: Int32, tid: Int32)?, _ sharers: Int32...) -> SnapshotWait {
    SnapshotWait(.futex, [.futex(.init(name: "0x10", sharers: sharers, owner: owner))])
  }
  static func lock(_ holders: Int32...) -> SnapshotWait {
    SnapshotWait(
      .flock, holders.map { .lock(path: "/l", descriptor: 3, holders: [.init(pid: $0)]) },
      mode: holders.count > 1 ? .all : .any)
  }
}
