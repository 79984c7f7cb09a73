import Glibc
import IPCCorrelation
import IPCModel
import IPCTracing
import IPCTraffic

/// What the correlator learns from a snapshot.
extension OpenChannels {
  /// What a snapshot shows.
  init(_ held: [OpenChannel]) {
    self.init()
    for channel in held {
      let unread = channel.unread.map { UInt64($0) }
      add(
        channel: channel.sends.channel, inode: channel.sends.inode, holder: channel.holder,
        isWritable: channel.isWritable, isReadable: channel.kind == .pipe && channel.isReadable,
        unread: channel.kind == .pipe ? unread : nil)
      guard let receives = channel.receives else { continue }
      add(
        channel: receives.channel, inode: receives.inode, holder: channel.holder, isReadable: true,
        unread: unread)
    }
  }
}

/// What a summary learns from a snapshot.
extension Snapshot {
  /// What goes on when a trace has gone on for a time.
  ///
  /// - Parameters:
  ///   - duration: That time, in nanoseconds.
  ///   - held: The channels that are open.
  ///   - waiting: The threads that are asleep in transfers.
  init(duration: UInt64, held: [OpenChannel], waiting: [WaitingThread]) {
    self.init(duration: duration)
    // Every holder of a channel says the same.
    for channel in held {
      if let unread = channel.countedUnread { self.unread[channel.receivingEnd] = UInt64(unread) }
    }
    let channels = ChannelSnapshot(held)
    blocked = waiting.compactMap { BlockedThread($0, among: channels) }
  }
}

extension BlockedThread {
  /// Channels of a thread that are listed; more are counted.
  private static let waitLimit = 256

  /// A thread, with the channels at which it waits and who holds their other ends; nil if it waits for no channel of
  /// interest.
  init?(_ waiting: WaitingThread, among channels: ChannelSnapshot) {
    var waits: [Wait] = []
    var otherCount = 0
    var isOfInterest = waiting.isInScope
    for wait in channels.deciding(waiting) {
      guard let channel = wait.file.flatMap({ channels.channel(of: $0) }), channel.interest != .ownOutput,
        wait.toRead || wait.toWrite, waits.count < Self.waitLimit
      else {
        otherCount += 1
        continue
      }
      isOfInterest = isOfInterest || channel.interest == .wanted
      if wait.toRead { waits.append(Wait(.read, at: channel, among: channels)) }
      if wait.toWrite { waits.append(Wait(.write, at: channel, among: channels)) }
    }
    guard isOfInterest, !waits.isEmpty else { return nil }
    self.init(
      thread: waiting.thread, isPolling: waiting.call == .poll, duration: waiting.duration, waits: waits,
      otherCount: otherCount)
  }
}

extension BlockedThread.Wait {
  fileprivate init(
    _ operation: BlockedThread.Operation, at channel: OpenChannel, among channels: ChannelSnapshot
  ) {
    let ends = operation == .read ? channels.writers(to: channel) : channels.readers(of: channel)
    let reader = operation == .read ? channel : ends?.first
    let holders = ends.map { ends in
      Dictionary(ends.map { ($0.holder.pid, $0.holder) }) { first, _ in first }.values.sorted {
        $0.pid < $1.pid
      }
    }
    self.init(
      operation, kind: channel.kind, inode: channel.inode, receiver: reader?.receivingEnd, others: holders)
  }
}

extension OpenChannel {
  /// What its holder receives from.
  fileprivate var receivingEnd: ReceivingEnd { ReceivingEnd(kind: kind, inode: inode) }
}

/// What shows ipcdump's output: tracing it would make ipcdump trace its own output without end.
struct OwnOutput {
  private let inodes: Set<UInt64>
  /// Inodes of the terminals that events are written to. Diagnostics on a terminal are too few to feed themselves,
  /// so a terminal that only they go to may be traced.
  private let terminals: Set<UInt64>

  /// Looks at where diagnostics go, and what is traced.
  ///
  /// - Parameters:
  ///   - outputs: Descriptors that events are written to, in whichever form.
  ///   - sparse: Descriptors that get a few lines, as summaries; on a terminal, they are too few, too.
  init(_ outputs: [Int32], sparse: [Int32]) {
    let descriptors = outputs + [STDERR_FILENO] + sparse
    inodes = Set(descriptors.compactMap { Self.inode(of: $0, ofTypes: [S_IFIFO, S_IFSOCK]) })
    terminals = Set(outputs.compactMap { Self.inode(of: $0, ofTypes: [S_IFCHR]) })
  }

  /// The kernel's names of those channels, in both directions.
  func directions(among held: [OpenChannel]) -> Set<OpenChannel.Direction> {
    let own = held.filter { channel in
      guard channel.holder.pid == getpid() else { return false }
      return channel.kind == .pty ? terminals.contains(channel.inode) : inodes.contains(channel.inode)
    }
    return Set(own.map(\.sends) + own.compactMap(\.receives))
  }

  private static func inode(of descriptor: Int32, ofTypes types: [mode_t]) -> UInt64? {
    var status = stat()
    guard fstat(descriptor, &status) == 0, types.contains(status.st_mode & S_IFMT) else { return nil }
    return UInt64(status.st_ino)
  }
}

extension SharedMapping {
  /// A mapping as the correlator knows it.
  init(_ mapped: MappedMemory) {
    self.init(
      holder: Endpoint(
        pid: mapped.pid, tid: mapped.pid, comm: Comm(String(decoding: mapped.comm, as: UTF8.self))),
      isInScope: mapped.isInScope, start: mapped.start, length: mapped.length, offset: mapped.offset,
      device: mapped.device, inode: mapped.inode, isWritable: mapped.isWritable, path: mapped.path)
  }
}
