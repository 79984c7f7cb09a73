import IPCModel

/// What the kernel says of the channels that exist at one moment.
public struct LiveChannels: Sendable {
  /// One channel, or one direction of one.
  public struct Channel: Sendable {
    /// Unread bytes; nil if they cannot be told.
    public var unread: UInt64?
    /// The only process that can write to it; nil if there is none or more than one.
    public var soleWriter: Endpoint?
    /// Whether anybody can still read from it.
    public var isReadable = false
    var writers = 0
  }

  private var channels: [ChannelKey: Channel] = [:]

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
