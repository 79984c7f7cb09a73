/// What processes have open that somebody can be at the other end of, and who is.
public struct ChannelList: Sendable {
  /// Somebody at the other end.
  public struct End: Sendable, Hashable {
    /// The process.
    public let pid: Int32
    /// What it is called.
    public let name: String
    /// Its descriptor.
    public let descriptor: Int32
  }

  /// A thread that waits at a descriptor.
  public struct Waiter: Sendable {
    /// The thread.
    public let tid: Int32
    /// What it called.
    public let call: WaitCall
    /// How long it has not run, in nanoseconds; nil if that is not known.
    public let duration: UInt64?
  }

  /// What is known of the other end besides who has it.
  public enum Far: String, Sendable {
    /// It is on this host, if anywhere.
    case here
    /// Nobody has accepted the connection yet.
    case backlog
    /// It is on another host.
    case remote
    /// There is none: the socket waits for connections.
    case listening
  }

  /// A descriptor.
  public struct Row: Sendable {
    /// Who has it.
    public let pid: Int32
    /// What that process is called.
    public let name: String
    /// Its number.
    public let descriptor: Int32
    /// What it was opened for.
    public let canRead: Bool, canWrite: Bool
    /// What kind of channel it is.
    public let type: TargetType
    /// What the channel is called; nil if it has no name.
    public let channel: String?
    /// Bytes, messages or connections that wait to be taken from it.
    public let unread: UInt64?
    /// How many fit.
    public let capacity: UInt64?
    /// Bytes that wait at the other end, where that is another object.
    public let farUnread: UInt64?
    /// Who has the other end, in the order of pids and numbers.
    public let ends: [End]
    /// See ``Far``.
    public let far: Far
    /// Who waits there.
    public let waiters: [Waiter]
  }

  /// The descriptors, in the order of pids and numbers.
  public let rows: [Row]
  /// Processes whose descriptors could not be looked at.
  public let unseenProcesses: Int

  /// Kinds at whose other end nobody can be.
  private static let alone: Set<ChannelKind> = [
    .file, .device, .opaque, .timerfd, .signalfd, .pidfd, .inotify, .epoll, .otherSocket,
  ]

  /// Lists what is open.
  ///
  /// - Parameters:
  ///   - graph: Who waits for whom.
  ///   - pids: Whose descriptors are listed.
  ///   - types: Types of channels that are; nil for all.
  public init(_ graph: WaitGraph, of pids: some Sequence<Int32>, types: Set<String>? = nil) {
    let snapshot = graph.snapshot
    var rows: [Row] = []
    for pid in pids {
      let waits = graph.allWaits(of: pid)
      for descriptor in snapshot.descriptors(of: pid).sorted(by: { $0.number < $1.number })
      where !Self.alone.contains(descriptor.channel.kind) {
        let row = Self.row(descriptor, snapshot, waits)
        if types?.contains(row.type.rawValue) ?? true { rows.append(row) }
      }
    }
    self.rows = rows
    unseenProcesses = snapshot.unseenProcesses
  }

  private static func row(
    _ descriptor: OpenDescriptor, _ snapshot: WaitSnapshot, _ waits: [ThreadWait]
  ) -> Row {
    let channel = snapshot.channels[descriptor.channel] ?? SnapshotChannel(descriptor.channel)
    let (holders, far) = otherEnd(of: descriptor, channel, snapshot)
    let peer: SnapshotChannel? =
      if case .channel(let id) = channel.peer { snapshot.channels[id] } else { nil }
    return Row(
      pid: descriptor.pid, name: snapshot.name(of: descriptor.pid), descriptor: descriptor.number,
      canRead: descriptor.canRead, canWrite: descriptor.canWrite,
      type: WaitResolver(snapshot).type(of: channel), channel: channel.name, unread: channel.unread,
      capacity: channel.capacity, farUnread: peer?.unread,
      ends: holders.map { End(pid: $0.pid, name: snapshot.name(of: $0.pid), descriptor: $0.number) },
      far: far,
      waiters: waits.filter { $0.targets.contains { $0.descriptor == descriptor.number } }.map {
        Waiter(tid: $0.tid, call: $0.call, duration: $0.duration)
      })
  }

  private static func otherEnd(
    of descriptor: OpenDescriptor, _ channel: SnapshotChannel, _ snapshot: WaitSnapshot
  ) -> ([OpenDescriptor], Far) {
    if channel.isListening { return ([], .listening) }
    switch channel.id.kind {
    case .pipe, .fifo, .messageQueue, .eventfd:
      let others = snapshot.holders(of: channel.id).filter { other in
        (other.pid, other.number) != (descriptor.pid, descriptor.number)
          && (descriptor.canRead && other.canWrite || descriptor.canWrite && other.canRead)
      }
      return (others, .here)
    default: break
    }
    switch channel.peer {
    case .none: return ([], .here)
    case .remote: return ([], .remote)
    case .backlog(let listener): return (snapshot.holders(of: listener), .backlog)
    case .channel(let peer): return (snapshot.holders(of: peer), .here)
    }
  }
}
