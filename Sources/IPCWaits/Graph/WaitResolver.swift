/// Says who could end a wait. The rules are those of docs/why.md, "What counts".
struct WaitResolver {
  private let snapshot: WaitSnapshot

  init(_ snapshot: WaitSnapshot) { self.snapshot = snapshot }

  /// What a thread waits for, each thing with who could end it.
  ///
  /// - Returns: Nil if something hides who could, and nothing else is certain to come.
  func targets(of wait: SnapshotWait, by thread: SnapshotThread) -> [WaitTarget]? {
    var targets: [WaitTarget] = []
    var hides = false
    for condition in wait.conditions {
      guard var target = target(of: condition, thread) else {
        hides = true
        continue
      }
      // A self-pipe: the handler of a signal writes into it.
      if wait.isPolling, !target.isExternal, target.enders.allSatisfy({ $0.pid == thread.pid }),
        hasHandler(thread)
      {
        target.isExternal = true
      }
      targets.append(target)
    }
    if hides, wait.mode == .all || !targets.contains(where: \.isExternal) { return nil }
    return targets
  }

  /// Whether a signal can come for which the process has a handler.
  private func hasHandler(_ thread: SnapshotThread) -> Bool {
    guard let process = snapshot.processes[thread.pid] else { return false }
    return !process.caught.subtracting(thread.blocked).subtracting(.ofLibrary).isEmpty
  }

  /// Nil if it cannot be told.
  private func target(of condition: WaitCondition, _ thread: SnapshotThread) -> WaitTarget? {
    switch condition {
    case .descriptor(let number, let need):
      guard let descriptor = snapshot.descriptor(number, of: thread.pid) else { return nil }
      return target(of: descriptor.channel, need, descriptor: number, thread)
    case .channel(let id, .write, let number) where id.kind == .unixDatagram:
      // A message with an address goes to whoever has that socket.
      let channel = snapshot.channels[id] ?? SnapshotChannel(id)
      let enders = enders(of: id, .read, need: { _ in true }, thread)
      return told(channel, .unixDatagram, number, full: SnapshotChannel(id), enders, thread)
    case .channel(let id, let need, let number):
      return target(of: id, need, descriptor: number, thread)
    case .opening(let path): return WaitTarget(.pipe, channel: path, isExternal: true)
    case .children(let children):
      guard !children.isEmpty else { return nil }
      return WaitTarget(.process, enders: children.map { ender($0, .exit) })
    case .borrower(let child): return WaitTarget(.process, enders: [ender(child, .execute)])
    case .futex(let futex): return target(of: futex, thread)
    case .lock(let path, let number, let holders):
      // A lock whose holder is not to be seen is of another pid namespace, or of another host.
      let unique = onePerProcess(holders.map { ender($0.pid, .unlock, $0.descriptor) })
      return WaitTarget(
        .lock, channel: path, descriptor: number, enders: unique, isExternal: unique.isEmpty)
    case .semaphore(let name, let last): return target(.semaphore, name, last, .semop, thread)
    case .queue(let name, let last, let need):
      return target(.queue, name, last, need == .read ? .msgsnd : .msgrcv, thread)
    case .timer: return .outside(.timer)
    case .signal: return .outside(.signal)
    case .device(let name): return WaitTarget(.device, channel: name, isExternal: true)
    case .network(let name): return WaitTarget(.network, channel: name, isExternal: true)
    case .stopped: return .outside(.stopped)
    case .traced(let tracer): return WaitTarget(.stopped, enders: [ender(tracer, .continue)])
    }
  }

  private func ender(_ pid: Int32, _ deed: WaitEnder.Deed, _ descriptor: Int32? = nil) -> WaitEnder {
    WaitEnder(pid: pid, tid: nil, name: snapshot.name(of: pid), descriptor: descriptor, deed: deed)
  }

  private func onePerProcess(_ enders: [WaitEnder]) -> [WaitEnder] {
    var seen: Set<Int32> = []
    return enders.filter { seen.insert($0.pid).inserted }
  }

  /// An object of SysV's, of which the kernel keeps who was last at it.
  private func target(
    _ type: TargetType, _ name: String, _ last: Int32?, _ deed: WaitEnder.Deed, _ thread: SnapshotThread
  ) -> WaitTarget {
    let user = last.flatMap { snapshot.processes[$0] }?.pid
    guard let user, user != thread.pid else { return WaitTarget(type, channel: name, isExternal: true) }
    return WaitTarget(type, channel: name, enders: [ender(user, deed)])
  }

  private func target(of futex: WaitCondition.Futex, _ thread: SnapshotThread) -> WaitTarget {
    if let owner = futex.owner {
      let ender = WaitEnder(
        pid: owner.pid, tid: owner.tid, name: snapshot.name(of: owner.pid), descriptor: nil,
        deed: futex.isJoin ? .exit : .unlock)
      return WaitTarget(.futex, channel: futex.name, enders: [ender])
    }
    let others = futex.sharers.filter { $0 != thread.pid || snapshot.threads(of: $0).count > 1 }
    return WaitTarget(
      .futex, channel: futex.name, enders: others.map { ender($0, .wake) },
      isExternal: others.isEmpty && futex.isNamed)
  }
}

// MARK: - Channels

extension WaitResolver {
  private func target(
    of id: ChannelID, _ need: WaitCondition.Need, descriptor number: Int32?, _ thread: SnapshotThread
  ) -> WaitTarget? {
    let channel = snapshot.channels[id] ?? SnapshotChannel(id)
    let type = type(of: channel)
    func outside() -> WaitTarget {
      WaitTarget(type, channel: channel.name, descriptor: number, isExternal: true)
    }
    switch id.kind {
    case .opaque, .epoll: return nil
    case .netlink, .otherSocket, .terminal, .device, .file, .inotify, .signalfd: return outside()
    case .timerfd where channel.isArmed: return outside()
    case .timerfd:
      return WaitTarget(
        type, descriptor: number, enders: enders(of: id, .settime, need: { _ in true }, thread))
    case .pidfd:
      guard let process = channel.process, snapshot.processes[process] != nil else { return nil }
      return WaitTarget(.process, channel: channel.name, descriptor: number, enders: [ender(process, .exit)])
    case .pipe, .fifo, .messageQueue, .eventfd: break
    case .unixStream, .unixSeqpacket, .tcp, .unixDatagram, .udp, .terminalMaster, .terminalSlave:
      return peered(channel, type, need, descriptor: number, thread)
    }
    // One object with both ends. Of the end that cannot be waited for, only its end is noticed.
    let own = number.flatMap { snapshot.descriptor($0, of: thread.pid) }
    let waitsForWriter = need == .read ? own?.canRead ?? true : need == .hangUp && own?.canRead == true
    let waitsForReader = need == .write && own?.canWrite ?? true
    let deed: WaitEnder.Deed =
      waitsForWriter && need == .read ? .write : waitsForReader ? .read : .close
    let wantsWriters = waitsForWriter || (!waitsForReader && own?.canRead == true)
    let enders = enders(of: id, deed, need: { wantsWriters ? $0.canWrite : $0.canRead }, thread)
    return told(channel, type, number, full: channel, enders, thread)
  }

  /// What a channel's target is; nil if nobody has the other end although it has no name: then a descriptor of it is on
  /// its way, or where nobody can look.
  private func told(
    _ channel: SnapshotChannel, _ type: TargetType, _ number: Int32?, full: SnapshotChannel,
    _ enders: [WaitEnder], _ thread: SnapshotThread
  ) -> WaitTarget? {
    let isOnlySelf = enders.allSatisfy { $0.pid == thread.pid }
    if enders.isEmpty || isOnlySelf && snapshot.hasDescriptorsInFlight, !channel.isNamed { return nil }
    return WaitTarget(
      type, channel: channel.name, descriptor: number, unread: full.unread, capacity: full.capacity,
      enders: enders, isExternal: isOnlySelf && channel.isNamed)
  }

  /// Everybody who has an end of a channel, once each. The waiter itself only if it has other threads, or nobody else is
  /// there.
  private func enders(
    of id: ChannelID, _ deed: WaitEnder.Deed, need isWanted: (OpenDescriptor) -> Bool,
    _ thread: SnapshotThread
  ) -> [WaitEnder] {
    let all = onePerProcess(
      snapshot.holders(of: id).filter(isWanted).map { ender($0.pid, deed, $0.number) })
    if snapshot.threads(of: thread.pid).count > 1 { return all }
    let others = all.filter { $0.pid != thread.pid }
    return others.isEmpty ? all : others
  }

  /// A channel whose other end is another object.
  private func peered(
    _ channel: SnapshotChannel, _ type: TargetType, _ need: WaitCondition.Need, descriptor number: Int32?,
    _ thread: SnapshotThread
  ) -> WaitTarget? {
    func outside() -> WaitTarget {
      WaitTarget(type, channel: channel.name, descriptor: number, isExternal: true)
    }
    if need == .connection || channel.isListening && need != .acceptance { return outside() }
    if need == .acceptance {
      // A connection by TCP is given up after a time.
      let isTimed = channel.id.kind == .tcp
      let listeners = enders(of: channel.id, .accept, need: { _ in true }, thread)
      return WaitTarget(
        type, channel: channel.name, descriptor: number, enders: listeners,
        isExternal: isTimed || channel.isNamed && listeners.isEmpty)
    }
    switch channel.peer {
    case .remote: return outside()
    case .backlog(let listener):
      let enders = enders(of: listener, .accept, need: { _ in true }, thread)
      if enders.isEmpty { return nil }
      return WaitTarget(type, channel: channel.name, descriptor: number, enders: enders)
    case .channel(let peer):
      let deed: WaitEnder.Deed = need == .read ? .write : need == .write ? .read : .close
      let enders = enders(of: peer, deed, need: { _ in true }, thread)
      let full = need == .write ? snapshot.channels[peer] ?? channel : channel
      // Nobody has the emulator's side, or a program's: a user's doing, or of somebody who has not come yet.
      if enders.isEmpty, channel.id.kind == .terminalMaster || channel.id.kind == .terminalSlave {
        return outside()
      }
      return told(SnapshotChannel(channel.id, name: channel.name), type, number, full: full, enders, thread)
    case .none:
      // Anybody may send to a bound socket; nobody can to one without a name.
      let isAnybodys = channel.isNamed || channel.id.kind == .udp || channel.id.kind == .tcp
      if need == .read, isAnybodys { return outside() }
      return channel.id.kind == .unixDatagram && need == .read
        ? WaitTarget(type, channel: channel.name, descriptor: number) : nil
    }
  }

  func type(of channel: SnapshotChannel) -> TargetType {
    switch channel.id.kind {
    case .pipe, .fifo: return .pipe
    case .unixStream: return .unixStream
    case .unixDatagram: return .unixDatagram
    case .unixSeqpacket: return .unixSeqpacket
    case .tcp: return channel.peer == .remote ? .network : .loopbackTCP
    case .udp: return channel.peer == .remote ? .network : .loopbackUDP
    case .netlink: return .netlink
    case .otherSocket: return .network
    case .terminalMaster: return .pty
    case .terminalSlave:
      guard case .channel(let master) = channel.peer, !snapshot.holders(of: master).isEmpty else {
        return .terminal
      }
      return .pty
    case .terminal: return .terminal
    case .eventfd: return .eventfd
    case .timerfd: return .timer
    case .signalfd: return .signal
    case .pidfd: return .process
    case .inotify: return .inotify
    case .messageQueue: return .mqueue
    case .device, .file, .opaque, .epoll: return .device
    }
  }
}
