/// What `--summary -f json` tells; keys in camel case.
struct SummaryEdges: Decodable {
  struct Others: Decodable, Equatable {
    var edges: Int
    var messages: Int
    var bytes: Int
  }

  var durationNs: UInt64
  var events: Int
  var bytes: Int
  var lost: Int
  var edges: [SummaryEdge]
  var others: Others
  /// nil if the events are of the past.
  var blocked: [SummaryBlocked]?
  /// Absent if no thread waits.
  var deadlocks: [WaitAnswer.Deadlock]?

  /// What these processes wait for, and how often: others may wait at what they have inherited.
  func waits(of pids: [Int]) -> [SummaryWait: Int] {
    (blocked ?? []).filter { pids.contains($0.pid) }.reduce(into: [:]) {
      $0[SummaryWait($1), default: 0] += 1
    }
  }
}

struct SummaryEdge: Decodable, Equatable {
  /// Who talks to whom, over what.
  struct Ends: Hashable {
    var source: Int
    var destination: Int
    var type: String
    var isDelivered: Bool

    init(_ edge: SummaryEdge) {
      source = edge.srcPid
      destination = edge.dstPid
      type = edge.type
      isDelivered = edge.delivered ?? true
    }

    init(_ event: TracedEvent) {
      source = event.srcPid
      destination = event.dstPid
      type = event.type
      isDelivered = event.delivered ?? true
    }
  }

  struct Total: Equatable {
    var messages = 0
    var bytes = 0

    static func byEnds(_ edges: [SummaryEdge]) -> [Ends: Total] {
      edges.reduce(into: [:]) { totals, edge in
        totals[Ends(edge), default: Total()].messages += edge.messages
        totals[Ends(edge), default: Total()].bytes += edge.bytes
      }
    }

    static func byEnds(_ events: [TracedEvent]) -> [Ends: Total] {
      events.reduce(into: [:]) { totals, event in
        totals[Ends(event), default: Total()].messages += 1
        totals[Ends(event), default: Total()].bytes += event.meta.count ?? 0
      }
    }
  }

  var srcPid: Int
  var srcComm: String
  var dstPid: Int
  var dstComm: String
  var type: String
  var channel: String
  var messages: Int
  var bytes: Int
  var delayMedianNs: UInt64?
  var delayP99Ns: UInt64?
  var unread: Int?
  var delivered: Bool?
}

struct SummaryBlocked: Decodable {
  struct Process: Decodable {
    var pid: Int
    var comm: String
  }

  var pid: Int
  var tid: Int
  var comm: String
  var operation: String
  var type: String
  var channel: String
  var waitingNs: UInt64?
  var unread: Int?
  /// nil if anybody may be it.
  var waitsFor: [Process]?
  var call: String
  /// Among how many the cause is.
  var among: Int
}

/// A thread that waits, without what changes.
struct SummaryWait: Hashable {
  var pid: Int
  var tid: Int
  var operation: String
  var type: String
  var waitsFor: [Int]?
  var call = "transfer"
  var among = 1
}

extension SummaryWait {
  init(_ blocked: SummaryBlocked) {
    self.init(
      pid: blocked.pid, tid: blocked.tid, operation: blocked.operation, type: blocked.type,
      waitsFor: blocked.waitsFor?.map(\.pid), call: blocked.call, among: blocked.among)
  }
}
