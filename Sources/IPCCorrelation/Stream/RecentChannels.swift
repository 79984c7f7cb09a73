import BasicContainers
import RecordLayout

/// The channels that records were of last, found without a look into a table of all: traffic keeps to a few at a time.
struct RecentChannels: ~Copyable {
  private static let bits = 6

  private var channels = UniqueArray<StreamChannel?>(repeating: nil, count: 1 << bits)

  /// A channel, if it is among them.
  subscript(key: ChannelKey) -> StreamChannel? {
    guard let channel = channels[Self.place(of: key)], channel.key == key else { return nil }
    return channel
  }

  /// Remembers a channel instead of another one.
  mutating func note(_ channel: StreamChannel) { channels[Self.place(of: channel.key)] = channel }

  /// Forgets all of them.
  mutating func removeAll() {
    for place in channels.indices { channels[place] = nil }
  }

  private static func place(of key: ChannelKey) -> Int {
    // Multiplied by the golden ratio (Fibonacci hashing), the highest bits depend on all others.
    Int(((key.address ^ key.identity) &* IPC_HASH_FACTOR) >> UInt64(64 - bits))
  }
}
