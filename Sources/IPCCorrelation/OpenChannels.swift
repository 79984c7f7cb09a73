import IPCModel

/// What the kernel says of the channels that exist at one moment.
public struct OpenChannels: Sendable {
  /// One channel, or one direction of one.
  public struct Channel: Sendable {
    /// Unread bytes; nil if they cannot be known.
    public var unread: UInt64?
    /// The only process that can write to it; nil if there is none or more than one.
    public var soleWriter: Endpoint?
    /// Whether anybody can still read from it.
    public var isReadable = false
    var writers = 0
  }

  private var channels: [ChannelKey: Channel] = [:]
  /// What processes have mapped shared; asked for at the beginning of a trace only.
  public var mappings: [SharedMapping] = []

  /// Creates a picture without channels.
  public init() {}

  /// Adds one holder of a channel.
  ///
  /// - Parameters:
  ///   - channel: Address by which records name the channel or the direction.
  ///   - inode: Inode by which they do.
  ///   - holder: Who has a descriptor of it.
  ///   - isWritable: Whether the holder can write to it.
  ///   - isReadable: Whether the holder can read from it.
  ///   - unread: Bytes that wait in it, if this holder's descriptor shows them.
  public mutating func add(
    channel: UInt64, inode: UInt64, holder: Endpoint, isWritable: Bool = false, isReadable: Bool = false,
    unread: UInt64? = nil
  ) {
    var entry = channels[ChannelKey(address: channel, identity: inode)] ?? Channel()
    if let unread { entry.unread = unread }
    if isReadable { entry.isReadable = true }
    if isWritable, entry.soleWriter != holder {
      entry.writers += 1
      entry.soleWriter = entry.writers == 1 ? holder : nil
    }
    channels[ChannelKey(address: channel, identity: inode)] = entry
  }

  subscript(key: ChannelKey) -> Channel? { channels[key] }
}

/// When to ask the kernel which channels still exist: seldom, and ever more seldom while nothing comes of it.
struct SnapshotSchedule {
  private static let longest = 32

  private var sweepsToGo = 0
  private var interval = 1
  private var hasUnread = false
  private var lastUnread = 0

  /// Whether the next sweep should be given a look.
  var isDue: Bool { hasUnread && sweepsToGo == 0 }

  /// Learns what a sweep has found.
  ///
  /// - Parameters:
  ///   - unread: Resting channels with unread bytes, if the sweep had no look.
  ///   - hasLooked: Whether it had one.
  ///   - found: Whether the look has shown a channel to be gone.
  mutating func note(unread: Int, hasLooked: Bool, found: Bool) {
    if hasLooked {
      interval = found ? 1 : min(interval * 2, Self.longest)
      sweepsToGo = interval
      hasUnread = false
      return
    }
    if unread > lastUnread { interval = 1 }
    lastUnread = unread
    hasUnread = unread > 0
    sweepsToGo = max(0, min(sweepsToGo, interval) - 1)
  }
}

extension OpenChannels {
  /// Whether anybody holds a socket.
  ///
  /// - Parameter key: The direction in which it sends. One that can only be read from is the other end's, whose
  ///   sender may be gone.
  func hasSocket(_ key: ChannelKey) -> Bool { (self[key]?.writers ?? 0) > 0 }
}
