import IPCModel

/// A summary as it is shown; ``appendTable(to:)`` and ``appendJSON(to:)`` do.
public struct SummaryReport: Sendable {
  /// Time that the events are of, in nanoseconds: of the trace, or from the first event to the last.
  public let duration: UInt64
  /// Transfers of all edges.
  public let events: UInt64
  /// Bytes of all edges.
  public let bytes: UInt64
  /// Operations that were lost.
  public let lost: UInt64
  /// The greatest edges, the greatest first.
  public let edges: [Edge]
  /// Edges that were too many to be told apart; they are among ``others``.
  public let folded: UInt64
  /// All other edges.
  public let others: FoldedEdges
  /// What is going on now; nil if the events are of the past.
  public let moment: Moment?
  private let names: [ReceivingEnd: [UInt8]]

  init(
    duration: UInt64, events: UInt64, bytes: UInt64, lost: UInt64, edges: [Edge], folded: UInt64,
    others: FoldedEdges, moment: Moment?, named: [Edge]
  ) {
    self.duration = duration
    self.events = events
    self.bytes = bytes
    self.lost = lost
    self.edges = edges
    self.folded = folded
    self.others = others
    self.moment = moment
    var names: [ReceivingEnd: [UInt8]] = [:]
    if moment?.blocked?.isEmpty == false {
      for edge in named { if let receiver = edge.receiver { names[receiver] = edge.channel } }
    }
    self.names = names
  }

  /// Threads that wait for others; nil if that cannot be told.
  var blocked: [BlockedThread]? { moment?.blocked }

  /// Bytes a second over the whole time; nil if no time has passed.
  func rate(of bytes: UInt64) -> UInt64? {
    guard duration > 0 else { return nil }
    let product = bytes.multipliedFullWidth(by: 1_000_000_000)
    guard product.high < duration else { return .max }
    return duration.dividingFullWidth(product).quotient
  }

  /// Bytes that wait in an edge's channel; nil if it is not known.
  func unread(of edge: Edge) -> UInt64? { edge.receiver.flatMap { moment?.unread[$0] } }

  /// What the channel is called at which a thread waits: as the events call it, if there were any.
  func channel(of wait: BlockedThread.Wait) -> [UInt8] {
    wait.receiver.flatMap { names[$0] } ?? Array(ChannelName.words(wait.inode, wait.inode).utf8)
  }

  /// Bytes that wait in the channel at which a thread waits; nil if it is not known.
  func unread(at wait: BlockedThread.Wait) -> UInt64? { wait.receiver.flatMap { moment?.unread[$0] } }
}
