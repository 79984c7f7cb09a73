import IPCModel

/// What one process has sent another through one channel.
public struct Edge: Sendable {
  let key: EdgeKey
  /// Who sent, under its last name.
  public internal(set) var source: Endpoint
  /// Who received, under its last name.
  public internal(set) var destination: Endpoint
  /// What the channel is called; untrusted bytes.
  public let channel: [UInt8]
  /// What the last transfer was received from.
  public internal(set) var receiver: ReceivingEnd?
  /// Transfers.
  public internal(set) var messages: UInt64 = 0
  /// Bytes transferred.
  public internal(set) var bytes: UInt64 = 0
  /// From the end of the write to the end of the read, where both are known.
  public internal(set) var delays = DelayHistogram()

  init(_ event: borrowing Event, key: EdgeKey, channel: [UInt8]) {
    self.key = key
    self.channel = channel
    source = event.source
    destination = event.destination
  }

  /// Kind of the channel.
  public var kind: Kind { key.kind }

  /// Whether the bytes were received; if not, ``destination`` is unknown.
  public var isDelivered: Bool { key.destination != EdgeKey.nobody }

  mutating func add(_ event: borrowing Event) {
    source.comm = event.source.comm
    destination.comm = event.destination.comm
    receiver = ReceivingEnd(of: event) ?? receiver
    messages += 1
    bytes.addSaturating(event.count)
    if event.delay != Event.unknownDelay { delays.add(event.delay) }
  }

  /// Whether it goes before another one in a table: by bytes, then by messages, then by processes.
  func precedes(_ other: Edge) -> Bool {
    if bytes != other.bytes { return bytes > other.bytes }
    if messages != other.messages { return messages > other.messages }
    return (key.source, key.destination, key.kind.rawValue, key.channel)
      < (other.key.source, other.key.destination, other.key.kind.rawValue, other.key.channel)
  }
}
