import Glibc
import IPCWaits
import SnapshotShims

/// Puts what the tables say into a snapshot.
struct SnapshotBuilder {
  private let tables: SnapshotTables
  private let buffer: ProcBuffer
  private let clock: SchedulerClock?
  private let witnessed: [Int32: WitnessedThread]
  private let ownPid = getpid()

  init(_ tables: SnapshotTables, buffer: ProcBuffer, witnessed: [Int32: WitnessedThread]?) {
    self.tables = tables
    self.buffer = buffer
    self.witnessed = witnessed ?? [:]
    clock = witnessed == nil ? SchedulerClock(buffer: buffer) : nil
  }

  func snapshot(_ detail: SnapshotTaker.Detail) -> WaitSnapshot {
    var snapshot = WaitSnapshot()
    snapshot.unseenProcesses = tables.files.unseen.count
    addChannels(to: &snapshot)
    for process in tables.processes { add(process, to: &snapshot) }
    switch detail {
    case .awaited: describeWaitedChannels(&snapshot)
    case .all(let pids): describeChannels(of: pids, &snapshot)
    }
    snapshot.hasDescriptorsInFlight = hasDescriptorsInFlight(snapshot)
    return snapshot
  }

  // MARK: - Processes

  private func add(_ entry: ProcessEntry, to snapshot: inout WaitSnapshot) {
    guard let folder = ProcFolder("/proc/\(entry.pid)") else { return }
    let status = folder.withFile("status", in: buffer) { SignalStatus($0) }
    snapshot.add(
      SnapshotProcess(
        pid: entry.pid, parent: entry.parent, name: entry.name, group: entry.group,
        caught: status?.caught ?? [], ignored: status?.ignored ?? [],
        timers: timers(of: entry.pid, status)))
    let memory = RemoteMemory(pid: entry.pid, isCompat: isCompat(entry, folder))
    for thread in entry.threads {
      let path = entry.threads.count == 1 && thread.tid == entry.pid ? "" : "task/\(thread.tid)/"
      let own = path.isEmpty ? status : folder.withFile(path + "status", in: buffer) { SignalStatus($0) }
      let state = state(of: thread, entry, own, memory, path, folder)
      var duration: UInt64?
      if case .running = state {
      } else {
        duration = witnessed[thread.tid]?.duration ?? clock?.idleTime(path, folder, cpu: thread.cpu)
      }
      snapshot.add(
        SnapshotThread(
          pid: entry.pid, tid: thread.tid, name: thread.name, state: state, duration: duration,
          blocked: own?.blocked ?? []))
    }
  }

  /// Signals that timers will send. Without a witness, who has a handler for SIGALRM may have set one.
  private func timers(of pid: Int32, _ status: SignalStatus?) -> SignalSet {
    if clock != nil { return status?.caught.intersection(SignalSet(SIGALRM)) ?? [] }
    return SignalSet(rawValue: witnessed[pid]?.timers ?? 0)
  }

  private func state(
    of thread: ThreadEntry, _ process: ProcessEntry, _ status: SignalStatus?, _ memory: RemoteMemory,
    _ path: String, _ folder: borrowing ProcFolder
  ) -> SnapshotThread.State {
    if process.pid == ownPid { return .running }
    switch thread.state {
    case .runs: return .running
    case .isStopped: return .waiting(SnapshotWait(.other, [.stopped]))
    case .isTraced:
      let tracer = status?.tracer ?? 0
      return .waiting(SnapshotWait(.other, [tracer > 0 ? .traced(by: tracer) : .stopped]))
    case .sleeps, .sleepsDeeply: break
    }
    if thread.state == .sleeps, status?.isInterrupted == true { return .running }
    let function = ProcessTable.function(path, folder, buffer)
    return WaitReader(tables: tables, process: process, thread: thread, memory: memory, function: function)
      .state()
  }

  /// Whether a process's calls are those of 32 bits. All of its stack lies below 4 GiB then, which hardly any other
  /// process's does; its program tells for certain.
  private func isCompat(_ process: ProcessEntry, _ folder: borrowing ProcFolder) -> Bool {
    guard process.threads.contains(where: { ($0.call?.stack ?? .max) >> 32 == 0 }) else { return false }
    let program = openat(folder.descriptor, "exe", O_RDONLY | O_CLOEXEC)
    guard program >= 0 else { return false }
    defer { close(program) }
    var head: [UInt8] = [0, 0, 0, 0, 0]
    // ELFCLASS32, elf(5)
    return read(program, &head, head.count) == head.count && head[4] == 1
  }

  // MARK: - Channels

  private func addChannels(to snapshot: inout WaitSnapshot) {
    for channel in tables.sockets.channels.values { snapshot.add(channel) }
    for (pid, entries) in tables.files.entries {
      for entry in entries {
        let id =
          entry.channel.kind == .otherSocket
          ? tables.sockets.channels[entry.channel.number]?.id ?? entry.channel : entry.channel
        snapshot.add(
          OpenDescriptor(
            pid: pid, number: entry.number, channel: id, canRead: entry.canRead, canWrite: entry.canWrite))
        if snapshot.channels[id] == nil { snapshot.add(channel(id)) }
      }
    }
  }

  private func channel(_ id: ChannelID) -> SnapshotChannel {
    var channel = SnapshotChannel(id)
    switch id.kind {
    case .pipe: channel.name = "[\(id.number)]"
    case .fifo, .messageQueue: channel.isNamed = true
    case .terminalMaster:
      channel.name = "pts/\(id.number)"
      channel.peer = .channel(ChannelID(.terminalSlave, id.number))
    case .terminalSlave:
      channel.name = "pts/\(id.number)"
      channel.peer = .channel(ChannelID(.terminalMaster, id.number))
    default: break
    }
    return channel
  }

  /// Asks about channels at which somebody waits what others need not tell.
  private func describeWaitedChannels(_ snapshot: inout WaitSnapshot) {
    for thread in snapshot.threads {
      guard case .waiting(let wait) = thread.state else { continue }
      for case .descriptor(let number, let need) in wait.conditions {
        guard let entry = tables.files.entry(number, of: thread.pid) else { continue }
        describe(entry, countsBytes: !wait.isPolling || need == .write, &snapshot)
      }
    }
  }

  /// Asks about all that some processes have open; nil for all processes.
  private func describeChannels(of pids: Set<Int32>?, _ snapshot: inout WaitSnapshot) {
    for (pid, entries) in tables.files.entries where pids?.contains(pid) ?? true {
      for entry in entries { describe(entry, countsBytes: true, &snapshot) }
    }
  }

  /// Asks about one channel.
  ///
  /// - Parameter countsBytes: Whether it is asked how full a pipe is.
  private func describe(_ entry: FileEntry, countsBytes: Bool, _ snapshot: inout WaitSnapshot) {
    guard var channel = snapshot.channels[entry.channel] else { return }
    if [.fifo, .messageQueue, .device, .terminal, .file].contains(entry.channel.kind), channel.name == nil {
      let found = tables.path(of: entry)
      channel.name = found?.path
      if found?.isDeleted == true { channel.isNamed = false }
      snapshot.add(channel)
    }
    switch entry.channel.kind {
    case .pipe, .fifo, .messageQueue:
      guard channel.capacity == nil, countsBytes, let fill = tables.fill(of: entry) else { return }
      (channel.unread, channel.capacity) = fill
    case .eventfd: channel.name = tables.eventfdID(entry).map { "[\($0)]" }
    case .timerfd: channel.isArmed = tables.isArmed(entry.number, of: entry.pid)
    case .pidfd:
      channel.process = tables.processBehind(entry.number, of: entry.pid)
      channel.name = channel.process.map { "\($0)" }
    default: return
    }
    snapshot.add(channel)
  }

  /// Whether a message that nobody has received yet has descriptors in it.
  private func hasDescriptorsInFlight(_ snapshot: WaitSnapshot) -> Bool {
    tables.files.entries.values.contains { entries in
      entries.contains { entry in
        guard entry.channel.kind == .otherSocket, let socket = tables.sockets.channels[entry.channel.number],
          [.unixStream, .unixDatagram, .unixSeqpacket].contains(socket.id.kind), !socket.isListening,
          socket.unread != 0
        else { return false }
        return tables.descriptorsInFlight(entry)
      }
    }
  }
}
