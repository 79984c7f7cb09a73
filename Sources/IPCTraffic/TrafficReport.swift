import IPCModel

/// What a ``ConversationTable`` has added up, in the order in which it is shown.
public struct TrafficReport: Sendable {
  /// Time that the events are of, in nanoseconds: of the trace, or from the first event to the last.
  public let duration: UInt64
  /// Transfers of all conversations.
  public let events: UInt64
  /// Transfers of processes with themselves, as event loops wake their own threads.
  public let ownEvents: UInt64
  /// Bytes of all conversations.
  public let bytes: UInt64
  /// Operations that were lost.
  public let lost: UInt64
  /// Connections that were seen to be made.
  public let connections: UInt64
  /// Those of them that have carried nothing.
  public let silentConnections: UInt64
  /// The greatest conversations, the greatest first.
  public let conversations: [Conversation]
  /// Conversations that were too many to be listed; they are among ``others``.
  public let folded: UInt64
  /// All other conversations.
  public let others: FoldedConversations
  /// Memory that processes share; empty unless events of that were asked for.
  public let sharedObjects: [SharedObject]
  /// What is going on now; nil if the events are of the past.
  public let snapshot: Snapshot?
  private let names: [ReceivingEnd: [UInt8]]

  init(
    duration: UInt64, events: UInt64, ownEvents: UInt64, bytes: UInt64, lost: UInt64,
    connections: (made: UInt64, silent: UInt64), conversations: [Conversation],
    folded: UInt64,
    others: FoldedConversations, snapshot: Snapshot?, named: [Conversation],
    sharedObjects: [SharedObject]
  ) {
    self.duration = duration
    self.events = events
    self.ownEvents = ownEvents
    self.bytes = bytes
    self.lost = lost
    self.connections = connections.made
    silentConnections = connections.silent
    self.conversations = conversations
    self.folded = folded
    self.others = others
    self.snapshot = snapshot
    self.sharedObjects = sharedObjects
    var names: [ReceivingEnd: [UInt8]] = [:]
    if snapshot?.blocked?.isEmpty == false {
      for conversation in named {
        if let receiver = conversation.receiver { names[receiver] = conversation.channel }
      }
    }
    self.names = names
  }

  /// Threads that wait for others; nil if that is unknown.
  public var blocked: [BlockedThread]? { snapshot?.blocked }

  /// Bytes a second over the whole time; nil if no time has passed.
  public func rate(of bytes: UInt64) -> UInt64? {
    guard duration > 0 else { return nil }
    let product = bytes.multipliedFullWidth(by: 1_000_000_000)
    guard product.high < duration else { return .max }
    return duration.dividingFullWidth(product).quotient
  }

  /// Bytes that wait in a conversation's channel; nil if it is not known.
  public func unread(of conversation: Conversation) -> UInt64? {
    conversation.receiver.flatMap { snapshot?.unread[$0] }
  }

  /// What the channel is called at which a thread waits: as the events call it, if there were any.
  public func channel(of wait: BlockedThread.Wait) -> [UInt8] {
    wait.receiver.flatMap { names[$0] } ?? Array(ChannelName.words(inodes: wait.inode, wait.inode).utf8)
  }

  /// Bytes that wait in the channel at which a thread waits; nil if it is not known.
  public func unread(at wait: BlockedThread.Wait) -> UInt64? {
    wait.receiver.flatMap { snapshot?.unread[$0] }
  }
}
