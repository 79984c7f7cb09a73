import IPCModel
import IPCProtocols

/// Who calls whom, by method: how often, how fast, with which success.
///
/// Its memory is bounded: of methods beyond the limit, those that took the least time are added up in one line.
public struct CallTable: Sendable {
  /// The calls of one method from one process to another.
  public struct Row: Sendable {
    /// Who calls.
    public var client: Endpoint
    /// Who is called.
    public var server: Endpoint
    /// The protocol, as messages have it.
    public var `protocol`: StaticString
    /// What is asked for; empty if that is not known.
    public var method: [UInt8]
    /// Number of calls.
    public var calls: UInt64 = 0
    /// Those that were answered by an error.
    public var errors: UInt64 = 0
    /// How long the answers took.
    public var durations = DelayHistogram()
    /// The longest of them, in nanoseconds; nil if none was answered.
    public var longest: UInt64?
    /// All of them, in nanoseconds.
    public var total: UInt64 = 0
    /// Bytes of requests and responses.
    public var bytes: UInt64 = 0

    mutating func add(_ call: borrowing Call) {
      calls += 1
      if call.status == .error { errors += 1 }
      bytes.addSaturating(call.request.frame.count)
      bytes.addSaturating(call.responseBytes)
      guard let duration = call.duration else { return }
      durations.add(duration)
      longest = max(longest ?? 0, duration)
      total.addSaturating(duration)
    }
  }

  private struct Key: Hashable {
    let client: Int32
    let server: Int32
    let comms: [Comm]
    let `protocol`: String
    let method: [UInt8]
  }

  /// Methods that are told apart.
  private static let limit = 16_384

  private var indices: [Key: Int] = [:]
  private var rows: [Row] = []
  /// Calls of methods that are not told apart any more.
  private var folded: UInt64 = 0

  /// Creates an empty table.
  public init() {}

  /// Adds a call.
  public mutating func take(_ call: Call) {
    let (client, server) = (call.request.frame.source, call.request.frame.destination)
    let key = Key(
      client: client.pid, server: server.pid, comms: [client.comm, server.comm],
      protocol: "\(call.request.protocol)", method: call.request.method ?? [])
    if let known = indices[key] { return rows[known].add(call) }
    if rows.count >= Self.limit { fold() }
    var row = Row(client: client, server: server, protocol: call.request.protocol, method: key.method)
    row.add(call)
    indices[key] = rows.count
    rows.append(row)
  }

  /// Lets go of the half of the rows that took the least time.
  private mutating func fold() {
    let order = rows.indices.sorted { rows[$0].total > rows[$1].total }
    for index in order[(Self.limit / 2)...] { folded += rows[index].calls }
    let kept = Set(order[..<(Self.limit / 2)])
    var moved: [Int: Int] = [:]
    var left: [Row] = []
    for index in rows.indices where kept.contains(index) {
      moved[index] = left.count
      left.append(rows[index])
    }
    rows = left
    indices = indices.compactMapValues { moved[$0] }
  }

  /// The rows, those that took most time first.
  ///
  /// - Parameter top: How many of them; nil for all.
  /// - Returns: They, and the calls of all others.
  public func report(top: Int?) -> (rows: [Row], others: UInt64) {
    let sorted = rows.sorted { ($0.total, $0.calls) > ($1.total, $1.calls) }
    let shown = sorted.prefix(top ?? .max)
    let others = sorted.dropFirst(shown.count).reduce(folded) { $0 + $1.calls }
    return (Array(shown), others)
  }
}
