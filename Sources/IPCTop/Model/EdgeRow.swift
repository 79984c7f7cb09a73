import IPCModel
import IPCTraffic

/// A line of who sends whom: a conversation, or something that is none yet.
public struct EdgeRow: Sendable {
  /// What tells lines apart.
  public enum ID: Hashable, Sendable {
    /// A conversation.
    case conversation(Conversation.Key)
    /// Bytes that wait where nobody has read yet.
    case unread(ReceivingEnd)
    /// A process that connects to something in vain.
    case refused(pid: Int32, kind: Kind, channel: UInt64)
  }

  /// See ``ID``.
  public let id: ID
  /// Who sends.
  public let source: Endpoint
  /// Who receives; unknown if nobody has.
  public let destination: Endpoint
  /// Whether anybody has received it.
  public let isDelivered: Bool
  /// Kind of the channel.
  public let kind: Kind
  /// What the channel is called; untrusted bytes.
  public let channel: [UInt8]
  /// Transfers, all and of the last second.
  public let messages: UInt64, messageRate: UInt64
  /// Bytes, all and of the last second.
  public let bytes: UInt64, byteRate: UInt64
  /// The delay that 99 % of the transfers do not exceed, in nanoseconds.
  public let delay: UInt64?
  /// Bytes that wait; nil if that is not known.
  public let unread: UInt64?
  /// What is odd about it.
  public let lints: [EdgeLint]
  /// Containers of both ends, as people know them; nil outside of one.
  public let containers: (source: [UInt8]?, destination: [UInt8]?)
  /// The conversation itself, if it is one.
  let conversation: Conversation?
}

/// By what lines are sorted.
public enum EdgeColumn: Int, CaseIterable, Sendable {
  case source, destination, kind, channel, messageRate, byteRate, messages, delay, unread

  /// What stands above it.
  public var heading: String {
    switch self {
    case .source: "SOURCE"
    case .destination: "DESTINATION"
    case .kind: "TYPE"
    case .channel: "CHANNEL"
    case .messageRate: "MSG/S"
    case .byteRate: "B/S"
    case .messages: "MSGS"
    case .delay: "P99"
    case .unread: "UNREAD"
    }
  }

  /// Whether it has numbers, of which the greatest is looked for.
  public var isNumeric: Bool { rawValue >= Self.messageRate.rawValue }

  /// The lines in order: by this column, and alike ones as in a summary.
  ///
  /// - Parameter isReversed: Whether the last comes first.
  public func sorted(_ rows: [EdgeRow], isReversed: Bool) -> [EdgeRow] {
    rows.sorted { one, other in
      let order = isReversed ? compare(other, one) : compare(one, other)
      return order != 0 ? order < 0 : Self.precedes(one, other)
    }
  }

  /// Negative if one comes before the other one.
  private func compare(_ one: EdgeRow, _ other: EdgeRow) -> Int {
    func up<Value: Comparable>(_ one: Value, _ other: Value) -> Int {
      one < other ? -1 : one == other ? 0 : 1
    }
    switch self {
    case .source: return Self.compare(one.source, other.source)
    case .destination: return Self.compare(one.destination, other.destination)
    case .kind: return up(one.kind.rawValue, other.kind.rawValue)
    case .channel:
      return one.channel.lexicographicallyPrecedes(other.channel) ? -1 : one.channel == other.channel ? 0 : 1
    case .messageRate: return up(other.messageRate, one.messageRate)
    case .byteRate: return up(other.byteRate, one.byteRate)
    case .messages: return up(other.messages, one.messages)
    case .delay: return up(other.delay ?? 0, one.delay ?? 0)
    case .unread: return up(other.unread ?? 0, one.unread ?? 0)
    }
  }

  private static func compare(_ one: Endpoint, _ other: Endpoint) -> Int {
    let names = (one.comm.withBytes { Array($0) }, other.comm.withBytes { Array($0) })
    if names.0 != names.1 { return names.0.lexicographicallyPrecedes(names.1) ? -1 : 1 }
    return one.pid < other.pid ? -1 : one.pid == other.pid ? 0 : 1
  }

  private static func precedes(_ one: EdgeRow, _ other: EdgeRow) -> Bool {
    switch (one.conversation, other.conversation) {
    case (let one?, let other?): one.precedes(other)
    case (_?, nil): true
    case (nil, _?): false
    case (nil, nil):
      (one.source.pid, one.destination.pid, one.kind.rawValue)
        < (other.source.pid, other.destination.pid, other.kind.rawValue)
    }
  }
}
