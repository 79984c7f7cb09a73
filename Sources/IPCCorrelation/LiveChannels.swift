import IPCModel

/// What the kernel says of the channels that exist at one moment.
public struct LiveChannels: Sendable {
  /// One channel.
  public struct Channel: Sendable {
    /// Unread bytes; nil if they cannot be told.
    public var unread: UInt64?
    /// The only process that can write to it; nil if there is none or more than one.
    public var soleWriter: Endpoint?
    var writers = 0
  }

  private var channels: [ChannelKey: Channel] = [:]

  /// Creates a picture without channels.
  public init() {}

  /// Adds one holder of a channel.
  public mutating func add(
    channel: UInt64, inode: UInt64, holder: Endpoint, isWritable: Bool, unread: UInt64?
  ) {
    var entry = channels[ChannelKey(address: channel, inode: inode)] ?? Channel()
    entry.unread = unread
    if isWritable, entry.soleWriter != holder {
      entry.writers += 1
      entry.soleWriter = entry.writers == 1 ? holder : nil
    }
    channels[ChannelKey(address: channel, inode: inode)] = entry
  }

  subscript(key: ChannelKey) -> Channel? { channels[key] }
}
