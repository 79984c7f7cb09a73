import IPCModel

/// The channels that are open at a moment, by what is asked of them.
public struct ChannelSnapshot: Sendable {
  private let byFile: [OpenFile: [OpenChannel]]
  private let bySending: [OpenChannel.Direction: [OpenChannel]]

  /// Puts in order what the kernel shows.
  public init(_ channels: [OpenChannel]) {
    byFile = Dictionary(grouping: channels, by: \.file)
    bySending = Dictionary(grouping: channels, by: \.sends)
  }

  /// The channel behind an open file; nil if that is none, or of no wanted type.
  public func channel(of file: OpenFile) -> OpenChannel? {
    guard let channel = byFile[file]?.first else { return nil }
    // A stream's socket without a peer listens for connections.
    let isConnection = [.unixStream, .unixSeqpacket].contains(channel.kind)
    return isConnection && channel.receives == nil ? nil : channel
  }

  /// The ends from which a channel can be written to; nil if there are no certain ones, as of a socket that anybody may
  /// send to.
  public func writers(to channel: OpenChannel) -> [OpenChannel]? {
    channel.kind == .pipe ? bySending[channel.sends]?.filter(\.isWritable) : peers(of: channel)
  }

  /// The ends at which what is written to a channel can be read; nil if there are no certain ones.
  public func readers(of channel: OpenChannel) -> [OpenChannel]? {
    channel.kind == .pipe ? bySending[channel.sends]?.filter(\.isReadable) : peers(of: channel)
  }

  private func peers(of channel: OpenChannel) -> [OpenChannel]? {
    channel.receives.map { bySending[$0] ?? [] }
  }

  /// What of a thread's waits can hold it up now: of a splice, the side that is not ready, if that can be known.
  public func deciding(_ waiting: WaitingThread) -> [WaitingThread.Wait] {
    guard waiting.call == .splice else { return waiting.waits }
    let sides = waiting.waits.filter { $0.file.flatMap(channel) != nil }
    let ends = sides.compactMap { $0.file.flatMap(channel) }
    guard ends.count == 2, let unread = ends[0].countedUnread else { return sides }
    if unread > 0 { return [sides[1]] }
    // A pipe is looked into first. Of a socket, the kernel first sees to the room in the pipe that it goes to.
    return ends[0].kind == .pipe || ends[1].countedUnread == 0 ? [sides[0]] : sides
  }
}

extension OpenChannel {
  /// Kinds whose unread bytes the kernel adds up.
  private static let countedKinds: Set<Kind> = [.pipe, .unixStream, .loopbackTCP]

  /// Bytes that wait for the holder; nil if they are not counted.
  public var countedUnread: UInt32? { Self.countedKinds.contains(kind) ? unread : nil }
}
