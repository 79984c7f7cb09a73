import IPCCapture
import IPCModel
import IPCProtocols

/// What a capture stream tells, added up for who asks now and then.
public final class MetricTable {
  /// Who sends to whom, through what.
  struct Edge: Hashable {
    let source: [UInt8]
    let destination: [UInt8]
    let kind: Kind
  }

  struct EdgeRow {
    var messages: UInt64 = 0
    var bytes: UInt64 = 0
    var delays = DelayBuckets()
  }

  /// What is asked of whom.
  struct Method: Hashable {
    let `protocol`: String
    let server: [UInt8]
    let method: [UInt8]
  }

  struct MethodRow {
    var calls: UInt64 = 0
    var errors: UInt64 = 0
    var durations = DelayBuckets()
  }

  struct LostRow {
    var messages: UInt64 = 0
    var bytes: UInt64 = 0
  }

  /// How many rows are told apart; what is beyond is `other`.
  public struct Limits: Sendable {
    /// Pairs of executables with a type.
    public var edges = 1000
    /// Methods with a protocol and a server.
    public var methods = 500

    /// The usual ones.
    public init() {}
  }

  let limits: Limits
  private(set) var edges: BoundedTable<Edge, EdgeRow>
  private(set) var methods: BoundedTable<Method, MethodRow>
  /// By what the output calls the type.
  private(set) var lost: [String: LostRow] = [:]
  /// Events that were taken.
  public private(set) var events: UInt64 = 0
  /// How the ipcdump that writes the stream fares; nil as long as it has not told.
  public var health: CapturedHealth?
  /// Is given each call when it is over.
  var onCall: ((Call) -> Void)?
  private var reader: MessageReader?

  /// Longest method that is told apart from others by its end; some say in it what they are about.
  private static let longestMethod = 120

  /// Adds up nothing yet.
  public init(_ limits: Limits = Limits()) {
    self.limits = limits
    edges = BoundedTable(limit: limits.edges, empty: EdgeRow())
    methods = BoundedTable(limit: limits.methods, empty: MethodRow())
    reader = MessageReader(
      MessageSettings(), message: { _ in }, call: { [unowned self] call in take(call) })
  }

  /// Adds an event up.
  ///
  /// - Parameters:
  ///   - event: What happened.
  ///   - content: Bytes that were captured of it; nil if there are none. Calls are found in them.
  ///   - texts: Table that its texts are in.
  public func take(_ event: borrowing Event, content: UnsafeRawBufferPointer?, texts: borrowing TextTable) {
    events += 1
    let source = Self.name(event.source, texts), destination = Self.name(event.destination, texts)
    note(event.source, named: source)
    note(event.destination, named: destination)
    reader?.take(event, content: content, texts: texts)
    // What becomes of the ends of channels is no message.
    if event.isLifecycle { return }
    let edge = Edge(source: source, destination: destination, kind: event.kind)
    let (count, delay) = (event.kind.row.carriesBytes ? event.count : 0, event.delay)
    edges.update(edge) { row in
      row.messages += 1
      row.bytes &+= count
      if delay != Event.unknownDelay { row.delays.add(delay) }
    }
  }

  /// Adds a loss up.
  public func take(_ loss: Loss) {
    reader?.take(loss)
    var row = lost["\(loss.typeName)"] ?? LostRow()
    row.messages &+= loss.count
    row.bytes &+= loss.bytes
    lost["\(loss.typeName)"] = row
  }

  /// Ends all calls that are open.
  public func finish() {
    reader?.finish()
    reader = nil
  }

  // MARK: - Calls

  /// Names of the processes at the ends of transfers, by their numbers: a call does not bring its executable along.
  private var names: [Int32: [UInt8]] = [:]
  private static let mostNames = 1 << 16

  private func note(_ end: Endpoint, named name: [UInt8]) {
    guard end.pid >= 0, names[end.pid] != name else { return }
    if names.count >= Self.mostNames { names.removeAll(keepingCapacity: true) }
    names[end.pid] = name
  }

  private func take(_ call: Call) {
    onCall?(call)
    let server =
      call.request.frame.destination.isKnown
      ? call.request.frame.destination : call.response?.frame.source ?? .unknown
    let method = Method(
      protocol: "\(call.request.protocol)", server: names[server.pid] ?? Self.comm(server),
      method: Array((call.request.method ?? Array("unknown".utf8)).prefix(Self.longestMethod)))
    methods.update(method) { row in
      row.calls += 1
      if call.status == .error { row.errors += 1 }
      if let duration = call.duration { row.durations.add(duration) }
    }
  }

  // MARK: - Names

  /// The path of what a process runs; its name if that is not known.
  private static func name(_ end: Endpoint, _ texts: borrowing TextTable) -> [UInt8] {
    texts.processes.description(of: end)?.executable ?? comm(end)
  }

  private static func comm(_ end: Endpoint) -> [UInt8] {
    end.isKnown ? end.comm.withBytes { Array($0) } : Array("unknown".utf8)
  }
}
