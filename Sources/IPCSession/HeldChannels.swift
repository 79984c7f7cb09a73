import IPCModel
import IPCTracing
import IPCTraffic

/// The channels that are open at a moment, by what is asked of them.
struct HeldChannels {
  private let byFile: [OpenFile: [HeldChannel]]
  private let bySending: [HeldChannel.Direction: [HeldChannel]]

  /// Puts in order what a snapshot shows.
  init(_ held: [HeldChannel]) {
    byFile = Dictionary(grouping: held, by: \.file)
    bySending = Dictionary(grouping: held, by: \.sends)
  }

  /// The channel behind an open file; nil if that is none, or of no wanted type.
  func channel(of file: OpenFile) -> HeldChannel? {
    guard let channel = byFile[file]?.first else { return nil }
    // A stream's socket without a peer listens for connections.
    let isConnection = [.unixStream, .unixSeqpacket].contains(channel.kind)
    return isConnection && channel.receives == nil ? nil : channel
  }

  /// The other ends of a channel; nil if that has no certain ones, as a socket that anybody may send to.
  func otherEnds(of channel: HeldChannel, for operation: BlockedThread.Operation) -> [HeldChannel]? {
    if channel.kind == .pipe {
      return bySending[channel.sends]?.filter { operation == .read ? $0.isWritable : $0.isReadable }
    }
    return channel.receives.map { bySending[$0] ?? [] }
  }
}

extension HeldChannel {
  /// What its holder receives from.
  var receivingEnd: ReceivingEnd { ReceivingEnd(kind: kind, inode: inode) }

  /// Kinds whose unread bytes the kernel adds up.
  private static let countedKinds: Set<Kind> = [.pipe, .unixStream, .loopbackTCP]

  /// Bytes that wait for the holder; nil if they are not counted.
  var countedUnread: UInt32? { Self.countedKinds.contains(kind) ? unread : nil }
}
