import IPCFiltering
import IPCModel
import IPCTraffic

/// All that the view shows: the table of the summary, and beside it how fast each conversation goes.
///
/// A class, so that it can be filled while the view asks it.
public final class TopModel {
  /// Bytes that wait where nobody has been seen to read.
  private struct Standing {
    let source: Endpoint
    let reader: Endpoint
    let kind: Kind
    let channel: [UInt8]
    var unread: UInt64
    var looks: Int
  }

  /// Who talks to whom, as a summary of the same events has it.
  public private(set) var traffic = ConversationTable()
  private var paces: [EdgePace] = []
  private var places: [Conversation.Key: Int] = [:]
  private var recent: (key: Conversation.Key, place: Int)?
  private var attempts = ConnectionAttempts()
  private var standing: [ReceivingEnd: Standing] = [:]
  private var unread: [ReceivingEnd: UInt64] = [:]
  /// The conversation that is looked at closely.
  public private(set) var dialogue: Dialogue?
  /// Who waits in vain; nil if that is not known.
  public var stuck: StuckProcesses?
  /// Processes that have something open which is traced.
  private var holders: [Int32: Endpoint] = [:]
  /// The time that is shown, in nanoseconds of `CLOCK_MONOTONIC`.
  public var now: UInt64 = 0

  /// Paces above which those are forgotten whose conversations the table has added up.
  private static let limit = 2 * ConversationTable.limit

  /// Knows of no event.
  public init() {}

  /// Forgets everything, to be filled from the beginning again.
  public func reset() {
    traffic = ConversationTable()
    paces.removeAll()
    places.removeAll()
    recent = nil
    attempts = ConnectionAttempts()
    standing.removeAll()
    unread.removeAll()
    dialogue = dialogue.map { $0.emptied() }
    now = 0
  }

  /// Takes an event.
  ///
  /// - Parameters:
  ///   - content: Bytes that were captured of it; nil if there are none.
  ///   - texts: Table that its texts are in.
  public func take(
    _ event: borrowing Event, content: UnsafeRawBufferPointer?, texts: borrowing TextTable
  ) {
    guard let key = traffic.take(event, texts: texts) else {
      if event.isLifecycle { attempts.take(event, texts: texts) }
      return
    }
    if let recent, recent.key == key {
      paces[recent.place].add(event, texts: texts)
    } else {
      let place: Int
      if let known = places[key] { place = known } else { place = begin(key, event, texts) }
      paces[place].add(event, texts: texts)
      recent = (key, place)
    }
    dialogue?.take(event, key, content: content, texts: texts)
  }

  private func begin(
    _ key: Conversation.Key, _ event: borrowing Event, _ texts: borrowing TextTable
  ) -> Int {
    if paces.count >= Self.limit { prune() }
    places[key] = paces.count
    paces.append(EdgePace(event, texts: texts))
    return paces.count - 1
  }

  private func prune() {
    let known = Set(traffic.listed.map(\.key))
    var kept: [EdgePace] = []
    places = places.filter { known.contains($0.key) }
    for (key, place) in places {
      places[key] = kept.count
      kept.append(paces[place])
    }
    paces = kept
    recent = nil
  }

  /// Takes a loss.
  public func take(_ loss: Loss) {
    traffic.take(loss)
    dialogue?.take(loss)
  }

  // MARK: - What the kernel says

  /// An open end that somebody could receive from.
  public struct OpenEnd: Sendable {
    /// What is received from.
    public let end: ReceivingEnd
    /// Who could.
    public let reader: Endpoint
    /// Who else has the channel open; unknown if nobody is seen.
    public let writer: Endpoint
    /// Bytes that wait there.
    public let unread: UInt64

    /// Describes an end.
    public init(_ end: ReceivingEnd, reader: Endpoint, writer: Endpoint, unread: UInt64) {
      self.end = end
      self.reader = reader
      self.writer = writer
      self.unread = unread
    }
  }

  /// Learns what waits to be received.
  public func look(at ends: [OpenEnd]) {
    unread = Dictionary(ends.map { ($0.end, $0.unread) }) { max($0, $1) }
    holders.removeAll(keepingCapacity: true)
    for end in ends {
      holders[end.reader.pid] = end.reader
      holders[end.writer.pid] = end.writer
    }
    var receivers: Set<ReceivingEnd> = []
    for conversation in traffic.listed {
      guard let receiver = conversation.receiver else { continue }
      receivers.insert(receiver)
      if let place = places[conversation.key], let unread = unread[receiver] {
        paces[place].look(unread: unread, messages: conversation.messages)
      }
    }
    var next: [ReceivingEnd: Standing] = [:]
    for end in ends where end.unread > 0 && !receivers.contains(end.end) {
      let looks = (standing[end.end]?.looks ?? 0) + 1
      next[end.end] = Standing(
        source: end.writer, reader: end.reader, kind: end.end.kind,
        channel: Array(ChannelName.words(inodes: end.end.inode, end.end.inode).utf8), unread: end.unread,
        looks: looks)
    }
    standing = next
  }

  /// Processes that the trace is about: those that have sent or received, and those that could.
  public var processes: Set<Int32> {
    traffic.listed.reduce(into: Set(holders.keys)) { processes, conversation in
      processes.insert(conversation.source.pid)
      processes.insert(conversation.destination.pid)
    }
  }

  /// Processes under the names by which they are known.
  func named(_ pids: [Int32]) -> [Endpoint] {
    var known: [Int32: Endpoint] = [:]
    for conversation in traffic.listed {
      known[conversation.source.pid] = conversation.source
      known[conversation.destination.pid] = conversation.destination
    }
    return pids.map { pid in
      known[pid] ?? holders[pid] ?? Endpoint(pid: pid, tid: pid, comm: .unknown)
    }
  }

  // MARK: - What is shown

  /// All lines that a filter lets through, in no order.
  ///
  /// - Parameter filter: What is asked of each one's last transfer; nil for all.
  public func rows(where filter: WhereExpression?) -> [EdgeRow] {
    let retries = attempts.lasting(at: now)
    var retrying: Set<ConnectionAttempts.Place> = []
    var rows: [EdgeRow] = []
    for conversation in traffic.listed {
      guard let place = places[conversation.key] else { continue }
      let pace = paces[place]
      if let filter {
        let isShown = pace.withLast { event, texts in
          filter.admits(event, content: nil, texts: texts, properties: NoProperties())
        }
        guard isShown == true else { continue }
      }
      let client = ConnectionAttempts.Place(
        pid: conversation.source.pid, kind: conversation.kind, channel: conversation.key.channel)
      if retries[client] != nil { retrying.insert(client) }
      rows.append(row(conversation, pace, retries: retries[client]?.failures))
    }
    for (end, wait) in standing where wait.looks > EdgeLint.persistence {
      guard passes(filter, wait.kind, wait.source, wait.reader) else { continue }
      rows.append(
        EdgeRow(
          .unread(end), source: wait.source, destination: wait.reader, kind: wait.kind, channel: wait.channel,
          unread: wait.unread, lint: .neverRead))
    }
    for (place, count) in retries where !retrying.contains(place) {
      guard passes(filter, place.kind, count.client, .unknown) else { continue }
      rows.append(
        EdgeRow(
          .refused(pid: place.pid, kind: place.kind, channel: place.channel), source: count.client,
          destination: .unknown, kind: place.kind, channel: count.channel, unread: nil,
          lint: .retries(count.failures)))
    }
    return rows
  }

  /// What of a line without transfers can be asked.
  private func passes(
    _ filter: WhereExpression?, _ kind: Kind, _ source: Endpoint, _ destination: Endpoint
  ) -> Bool {
    guard let filter else { return true }
    let event = Event(time: now, kind: kind, source: source, destination: destination, count: 0)
    return filter.admits(event, content: nil, texts: TextTable(), properties: NoProperties()) ?? false
  }

  private func row(_ conversation: Conversation, _ pace: EdgePace, retries: UInt64?) -> EdgeRow {
    let rate = pace.rate(at: now)
    let unread = conversation.receiver.flatMap { self.unread[$0] }
    var lints = EdgeLint.of(
      pace, rate, kind: conversation.kind, isDelivered: conversation.isDelivered, unread: unread)
    if let retries { lints.append(.retries(retries)) }
    if conversation.kind == .pipe, stuck?.hasLeak(of: conversation.channel) == true {
      lints.append(.leakedWriteEnd)
    }
    return EdgeRow(
      conversation, rate, unread: unread, lints: lints,
      containers: (pace.ends.source?.shownContainer, pace.ends.destination?.shownContainer))
  }

  /// Transfers and bytes of the last second, of all.
  public var rate: (messages: UInt64, bytes: UInt64) {
    paces.reduce((0, 0)) { sum, pace in
      let rate = pace.rate(at: now)
      return (sum.0 &+ rate.messages, sum.1 &+ rate.bytes)
    }
  }

  // MARK: - A closer look

  /// Begins to keep what is said in a conversation, or ends that.
  ///
  /// - Parameter row: Whose; nil for nobody's.
  public func follow(_ row: EdgeRow?) {
    guard let row, case .conversation(let key) = row.id else {
      dialogue = nil
      return
    }
    dialogue = Dialogue(of: key, kind: row.kind, between: row.source, and: row.destination)
  }
}

/// No message and no call.
private struct NoProperties: WhereProperties {
  func number(_ key: String) -> Int64? { nil }
  func text(_ key: String) -> [UInt8]? { nil }
}

extension EdgeRow {
  /// A conversation's line.
  init(
    _ conversation: Conversation, _ rate: EdgePace.Second, unread: UInt64?, lints: [EdgeLint],
    containers: (source: [UInt8]?, destination: [UInt8]?)
  ) {
    id = .conversation(conversation.key)
    source = conversation.source
    destination = conversation.destination
    isDelivered = conversation.isDelivered
    kind = conversation.kind
    channel = conversation.channel
    messages = conversation.messages
    bytes = conversation.bytes
    messageRate = rate.messages
    byteRate = rate.bytes
    delay = conversation.delays.quantile(permille: 990)
    self.unread = unread
    self.lints = lints
    self.containers = containers
    self.conversation = conversation
  }

  /// The line of what is no conversation.
  init(
    _ id: ID, source: Endpoint, destination: Endpoint, kind: Kind, channel: [UInt8], unread: UInt64?,
    lint: EdgeLint
  ) {
    self.id = id
    self.source = source
    self.destination = destination
    self.kind = kind
    self.channel = channel
    self.unread = unread
    isDelivered = destination.isKnown
    messages = 0
    bytes = 0
    messageRate = 0
    byteRate = 0
    delay = nil
    lints = [lint]
    containers = (nil, nil)
    conversation = nil
  }
}
