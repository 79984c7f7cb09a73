import IPCModel

/// Adds up who talks to whom.
///
/// A class, so that it can be filled while a correlator or a capture file hands out events. Its memory is bounded: when
/// there are too many edges, the smallest quarter of them is told in one line from then on.
public final class TrafficSummary {
  /// Edges that are told apart.
  public static let edgeLimit = 65_536

  private let limit: Int
  private var indices: [EdgeKey: Int] = [:]
  private var edges: [Edge] = []
  private var folded = FoldedEdges()
  /// The edge of the last event, because the next one is often of the same.
  private var recent = 0
  private var events: UInt64 = 0
  private var bytes: UInt64 = 0
  private var lost: UInt64 = 0
  private var span: (first: UInt64, last: UInt64)?

  /// Creates a summary of nothing.
  public convenience init() { self.init(limit: Self.edgeLimit) }

  init(limit: Int) { self.limit = max(limit, 4) }

  /// Takes an event; allocates only for a new edge, and for a delay beyond those that an edge has had.
  public func take(_ event: borrowing Event, texts: borrowing TextTable) {
    let name = ChannelName(of: event, texts: texts)
    let isDelivered = !event.traits.contains(.undelivered)
    let key = EdgeKey(
      kind: event.kind, source: event.source.pid,
      destination: isDelivered ? event.destination.pid : EdgeKey.nobody, channel: name.number)
    if recent >= edges.count || edges[recent].key != key {
      if let known = indices[key] { recent = known } else { recent = add(event, key, name, texts) }
    }
    edges[recent].add(event)
    events += 1
    bytes.addSaturating(event.count)
    span = (min(span?.first ?? .max, event.time), max(span?.last ?? 0, event.time))
  }

  /// Takes a loss.
  public func take(_ loss: Loss) { lost += loss.count }

  /// Adds an edge; returns where it is.
  private func add(
    _ event: borrowing Event, _ key: EdgeKey, _ name: ChannelName, _ texts: borrowing TextTable
  ) -> Int {
    if edges.count >= limit { fold() }
    edges.append(Edge(event, key: key, channel: name.words(texts)))
    indices[key] = edges.count - 1
    return edges.count - 1
  }

  /// Adds the smallest edges up, so that there is room for others.
  private func fold() {
    edges.sort { $0.precedes($1) }
    for edge in edges[(limit * 3 / 4)...] { folded.add(edge) }
    edges.removeSubrange((limit * 3 / 4)...)
    indices.removeAll(keepingCapacity: true)
    for index in edges.indices { indices[edges[index].key] = index }
  }

  /// What has been added up so far.
  ///
  /// - Parameters:
  ///   - count: How many edges are told apart, the greatest first; nil for all.
  ///   - moment: What is going on now; nil if the events are of the past.
  public func report(top count: Int?, at moment: Moment?) -> SummaryReport {
    let sorted = edges.sorted { $0.precedes($1) }
    let shown = sorted.prefix(count ?? sorted.count)
    var others = folded
    for edge in sorted[shown.count...] { others.add(edge) }
    // What nobody has read is told when that is known, which can be later than the look.
    let told = span.map { $0.last - $0.first } ?? 0
    return SummaryReport(
      duration: max(moment?.duration ?? 0, told), events: events, bytes: bytes,
      lost: lost, edges: Array(shown), folded: folded.edges, others: others, moment: moment, named: edges)
  }
}
