/// Looks for readers that wait for the end of a pipe which only bystanders keep open: processes that have nothing to do
/// with the reader and do nothing with the pipe.
struct LeakSearch {
  /// What was found.
  private(set) var leaks: [Leak] = []

  private let graph: WaitGraph
  private var snapshot: WaitSnapshot { graph.snapshot }

  init(_ graph: WaitGraph) {
    self.graph = graph
    var seen: Set<ChannelID> = []
    for wait in graph.waits where !wait.isStuck {
      for target in wait.targets where target.type == .pipe && target.enders.first?.deed == .write {
        guard let number = target.descriptor, let end = snapshot.descriptor(number, of: wait.pid),
          end.channel.kind == .pipe, !seen.contains(end.channel), let leak = leak(at: end)
        else { continue }
        seen.insert(end.channel)
        leaks.append(leak)
      }
    }
  }

  private func leak(at end: OpenDescriptor) -> Leak? {
    let holders = snapshot.holders(of: end.channel).filter(\.canWrite)
    guard !holders.isEmpty, holders.allSatisfy({ isBystander($0, of: end) }) else { return nil }
    return Leak(
      channel: snapshot.channels[end.channel]?.name ?? "", reader: described(end),
      holders: holders.map(described))
  }

  private func described(_ descriptor: OpenDescriptor) -> Leak.Holder {
    Leak.Holder(pid: descriptor.pid, name: snapshot.name(of: descriptor.pid), descriptor: descriptor.number)
  }

  private func isBystander(_ holder: OpenDescriptor, of reader: OpenDescriptor) -> Bool {
    // A pipeline: the one's standard output is the other's standard input.
    if reader.number == 0, holder.number == 1 || holder.number == 2 { return false }
    if snapshot.isAncestor(holder.pid, of: reader.pid) || snapshot.isAncestor(reader.pid, of: holder.pid) {
      return false
    }
    let threads = snapshot.threads(of: holder.pid).map { snapshot.threads[$0] }
    let isBusy = threads.contains { thread in
      switch thread.state {
      case .running: true
      case .unknown: false
      case .waiting(let wait): wait.conditions.contains { concerns($0, thread, reader.channel) }
      }
    }
    return !threads.isEmpty && !isBusy && !hasOtherChannel(from: reader, to: holder)
  }

  /// Whether a condition is that a thread is stopped, or waits for the pipe's end itself.
  private func concerns(_ condition: WaitCondition, _ thread: SnapshotThread, _ pipe: ChannelID) -> Bool {
    switch condition {
    case .stopped, .traced: true
    case .descriptor(let number, _): snapshot.descriptor(number, of: thread.pid)?.channel == pipe
    case .channel(let id, _, _): id == pipe
    default: false
    }
  }

  /// Whether the reader and a holder have something else to talk through.
  private func hasOtherChannel(from reader: OpenDescriptor, to holder: OpenDescriptor) -> Bool {
    let theirs = snapshot.descriptors(of: holder.pid)
    return snapshot.descriptors(of: reader.pid).contains { own in
      guard own.channel != reader.channel else { return false }
      return theirs.contains { areOpposite(own, $0) }
    }
  }

  private func areOpposite(_ one: OpenDescriptor, _ other: OpenDescriptor) -> Bool {
    switch one.channel.kind {
    case .pipe, .fifo, .messageQueue:
      return one.channel == other.channel
        && (one.canRead && other.canWrite || one.canWrite && other.canRead)
    case .unixStream, .unixSeqpacket, .unixDatagram, .tcp, .udp, .terminalMaster, .terminalSlave:
      return snapshot.channels[one.channel]?.peer == .channel(other.channel)
        || snapshot.channels[other.channel]?.peer == .channel(one.channel)
    case .eventfd: return one.channel == other.channel
    default: return false
    }
  }
}
