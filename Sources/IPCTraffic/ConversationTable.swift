import IPCModel

/// Who talks to whom: summaries, graphs and the page are made of this one table.
///
/// Its memory is bounded: when there are too many conversations, the smallest quarter of them is added up in one line from
/// then on.
public struct ConversationTable: Sendable {
  /// Conversations that are listed apart.
  public static let limit = 65_536

  private let limit: Int
  private var indices: [Conversation.Key: Int] = [:]
  private var conversations: [Conversation] = []
  private var folded = FoldedConversations()
  private var connections = ConnectionCount()
  private var sharedObjects = SharedObjects()
  /// Conversations of late, by the highest bits of a number made of their keys: those of the next events are nearly always
  /// among them, and found without the dictionary. A place that is none of the key's, or none any more, is only in vain.
  private var recent = [Int](repeating: 0, count: 64)
  private var events: UInt64 = 0
  /// Those of a process with itself.
  private var ownEvents: UInt64 = 0
  private var bytes: UInt64 = 0
  private var lost: UInt64 = 0
  private var span: (first: UInt64, last: UInt64)?

  /// Creates an empty table.
  public init() { self.init(limit: Self.limit) }

  init(limit: Int) { self.limit = max(limit, 4) }

  /// Takes an event; allocates only for a new conversation, and for a delay beyond those that one has had.
  ///
  /// - Returns: The conversation that it is of; nil if it is no transfer.
  @discardableResult
  public mutating func take(
    _ event: borrowing Event, texts: borrowing TextTable
  ) -> Conversation.Key? {
    if connections.take(event, texts: texts) { return nil }
    if event.kind == .sharedMemory { sharedObjects.take(event, texts: texts) }
    let name = ChannelName(of: event, texts: texts)
    let key = Conversation.Key(of: event, through: name)
    let slot = key.spread >> 58
    var index = recent[Int(slot)]
    if index >= conversations.count || conversations[index].key != key {
      if let known = indices[key] { index = known } else { index = add(event, key, name, texts) }
      recent[Int(slot)] = index
    }
    conversations[index].add(event)
    events += 1
    if event.source.isKnown, event.source.pid == event.destination.pid { ownEvents += 1 }
    bytes.addSaturating(event.count)
    span = (min(span?.first ?? .max, event.time), max(span?.last ?? 0, event.time))
    return key
  }

  /// Takes a loss.
  public mutating func take(_ loss: Loss) { lost += loss.count }

  /// Adds a conversation; returns where it is.
  private mutating func add(
    _ event: borrowing Event, _ key: Conversation.Key, _ name: ChannelName, _ texts: borrowing TextTable
  ) -> Int {
    if conversations.count >= limit { fold() }
    conversations.append(Conversation(event, key: key, channel: name.words(texts)))
    indices[key] = conversations.count - 1
    return conversations.count - 1
  }

  /// Adds the smallest conversations up, so that there is room for others.
  private mutating func fold() {
    conversations.sort { $0.precedes($1) }
    for conversation in conversations[(limit * 3 / 4)...] { folded.add(conversation) }
    conversations.removeSubrange((limit * 3 / 4)...)
    indices.removeAll(keepingCapacity: true)
    for index in conversations.indices { indices[conversations[index].key] = index }
  }

  /// What all conversations have had, and what was lost of them.
  public var totals: (events: UInt64, bytes: UInt64, lost: UInt64) { (events, bytes, lost) }

  /// Every conversation that is listed apart, under the last names of its ends, in no order.
  public var listed: [Conversation] {
    let names = ProcessNames(in: conversations, nil)
    return conversations.map(names.naming)
  }

  /// What has been added up so far.
  ///
  /// - Parameters:
  ///   - count: How many conversations are listed, the greatest first; nil for all.
  ///   - snapshot: What is going on now; nil if the events are of the past.
  public func report(top count: Int?, at snapshot: Snapshot?) -> TrafficReport {
    let sorted = conversations.sorted { $0.precedes($1) }
    let names = ProcessNames(in: conversations, snapshot)
    let shown = sorted.prefix(count ?? sorted.count).map(names.naming)
    var others = folded
    for conversation in sorted[shown.count...] { others.add(conversation) }
    // What nobody has read is reported when that is known, which can be later than the snapshot.
    let reported = span.map { $0.last - $0.first } ?? 0
    return TrafficReport(
      duration: max(snapshot?.duration ?? 0, reported), events: events, ownEvents: ownEvents,
      bytes: bytes, lost: lost, connections: (connections.made, connections.silentCount),
      conversations: shown, folded: folded.conversations, others: others, snapshot: snapshot,
      named: conversations, sharedObjects: sharedObjects.shared)
  }
}

/// What processes are called: each as it was called last, so that one that has executed another program has one name.
public struct ProcessNames: Sendable {
  /// Processes that are remembered: twice as many as a ``ConversationTable`` can have at its ends.
  private static let limit = 4 * ConversationTable.limit

  private var names: [Int32: Comm] = [:]

  /// Knows no process yet.
  public init() {}

  /// Learns what the ends of conversations are called, and what threads that wait now are.
  init(in conversations: [Conversation], _ snapshot: Snapshot?) {
    for conversation in conversations.sorted(by: { $0.lastTime < $1.lastTime }) {
      take(conversation.source)
      take(conversation.destination)
    }
    for thread in snapshot?.blocked ?? [] {
      take(thread.thread)
      for wait in thread.waits { wait.others?.forEach { take($0) } }
    }
  }

  /// Learns what a process is called now.
  public mutating func take(_ end: Endpoint) {
    if names.count >= Self.limit, names[end.pid] == nil { return }
    names[end.pid] = end.comm
  }

  /// Name of a process.
  public func comm(of pid: Int32) -> Comm { names[pid] ?? .unknown }

  /// A conversation under the last names of its ends.
  func naming(_ conversation: Conversation) -> Conversation {
    var conversation = conversation
    conversation.source.comm = comm(of: conversation.source.pid)
    conversation.destination.comm = comm(of: conversation.destination.pid)
    return conversation
  }
}
