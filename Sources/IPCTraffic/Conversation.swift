import IPCModel

/// What one process has sent another through one channel.
public struct Conversation: Sendable {
  /// What makes two transfers count as of one conversation: the processes at both ends, and the channel.
  public struct Key: Hashable, Sendable {
    /// Destination of what nobody received; −1 is one that is not known.
    static let nobody: Int32 = -2

    let kind: Kind
    let source: Int32
    let destination: Int32
    package let channel: ChannelName.Number

    package init(of event: borrowing Event, through channel: ChannelName) {
      kind = event.kind
      source = event.source.pid
      destination = event.traits.contains(.undelivered) ? Key.nobody : event.destination.pid
      self.channel = channel.number
    }

    /// Both processes in one word.
    private var processes: UInt64 {
      UInt64(UInt32(bitPattern: source)) << 32 | UInt64(UInt32(bitPattern: destination))
    }

    /// A number whose highest bits hang on all of the key.
    var spread: UInt64 { Hashing.spread(Hashing.spread(processes) ^ channel ^ UInt64(kind.rawValue)) }

    /// Feeds two words, which is cheaper than four fields.
    public func hash(into hasher: inout Hasher) {
      hasher.combine(processes)
      hasher.combine(channel ^ UInt64(kind.rawValue))
    }
  }

  /// See ``Key``.
  public let key: Key
  /// Who sent, under its last name here; in a report, under its last one at all.
  public internal(set) var source: Endpoint
  /// Who received, likewise.
  public internal(set) var destination: Endpoint
  /// What the channel is called; untrusted bytes.
  public let channel: [UInt8]
  /// What the last transfer was received from.
  public internal(set) var receiver: ReceivingEnd?
  /// When the last transfer was, whose ends give it their names; in nanoseconds of `CLOCK_MONOTONIC`.
  public internal(set) var lastTime: UInt64 = 0
  /// Number of transfers.
  public internal(set) var messages: UInt64 = 0
  /// Bytes transferred.
  public internal(set) var bytes: UInt64 = 0
  /// From the end of the write to the end of the read, where both are known.
  public internal(set) var delays = DelayHistogram()

  init(_ event: borrowing Event, key: Key, channel: [UInt8]) {
    self.key = key
    self.channel = channel
    source = event.source
    destination = event.destination
  }

  /// Kind of the channel.
  public var kind: Kind { key.kind }

  /// Whether the bytes were received; if not, ``destination`` is unknown.
  public var isDelivered: Bool { key.destination != Key.nobody }

  mutating func add(_ event: borrowing Event) {
    source.comm = event.source.comm
    destination.comm = event.destination.comm
    lastTime = event.time
    receiver = ReceivingEnd(of: event) ?? receiver
    messages += 1
    bytes.addSaturating(event.count)
    if event.delay != Event.unknownDelay { delays.add(event.delay) }
  }

  /// Whether it goes before another one in a table: by bytes, then by messages, then by processes.
  public func precedes(_ other: Conversation) -> Bool {
    if bytes != other.bytes { return bytes > other.bytes }
    if messages != other.messages { return messages > other.messages }
    return (key.source, key.destination, key.kind.rawValue, key.channel)
      < (other.key.source, other.key.destination, other.key.kind.rawValue, other.key.channel)
  }
}

/// Conversations that are added up in one line.
public struct FoldedConversations: Sendable, Equatable {
  /// How many they were.
  public internal(set) var conversations: UInt64 = 0
  /// Their transfers.
  public internal(set) var messages: UInt64 = 0
  /// Their bytes.
  public internal(set) var bytes: UInt64 = 0

  /// Adds a conversation.
  public mutating func add(_ conversation: borrowing Conversation) {
    conversations += 1
    messages += conversation.messages
    bytes.addSaturating(conversation.bytes)
  }
}

extension UInt64 {
  /// Adds a number; what is too much stays at the greatest one.
  mutating func addSaturating(_ other: UInt64) {
    let (sum, isOver) = addingReportingOverflow(other)
    self = isOver ? .max : sum
  }
}
