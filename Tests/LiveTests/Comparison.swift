import Foundation
import Testing

/// Everything of an event that a truth fixes, so that equal means "told right".
struct Told: Hashable, CustomStringConvertible {
  struct Route: Hashable {
    var type: String
    var inode: UInt64?
    var source: [String]
    var destination: [String]
  }

  var route: Route
  var meta: Meta
  var content: String?
  var inferred: [String]
  var delivered: Bool

  init(_ event: TracedEvent) {
    delivered = event.delivered ?? true
    meta = event.meta
    // What could not be had of its bytes depends on when it was gone.
    if !delivered { meta.bytesMissing = nil }
    // Who sends over the internet does not see whether anybody is there.
    if !delivered && event.type.hasPrefix("loopback") { meta.dstInode = nil }
    route = Route(
      type: event.type, inode: meta.pipeInode ?? meta.dstInode,
      source: Self.end(event.srcPid, event.srcTid, event.srcComm, event.srcThread),
      destination: Self.end(event.dstPid, event.dstTid, event.dstComm, event.dstThread))
    inferred = event.inferred ?? []
    // Of what nobody received, only the amount is fixed; a message of no bytes has no contents either.
    let bytes = event.bytes.flatMap { $0.isEmpty ? nil : fnv1a($0) }
    content = delivered ? event.bytesFnv ?? bytes : nil
  }

  private static func end(_ pid: Int, _ tid: Int, _ comm: String, _ thread: String?) -> [String] {
    ["\(pid)", "\(tid)", thread.map { "\(comm)/\($0)" } ?? comm]
  }

  /// As it is told if its bytes could not be had.
  var withoutBytes: Told {
    var told = self
    told.content = nil
    told.meta.bytesMissing = "spliced"
    return told
  }

  var withoutSource: Told {
    var told = self
    told.route.source = []
    told.meta.srcInode = nil
    told.inferred = []
    return told
  }

  /// What bytes of a stream come by, whoever wrote them; the route of what is no stream, or was not read.
  var streamRoute: Route {
    guard delivered, ["pipe", "unix-stream", "loopback-tcp", "vsock"].contains(route.type) else {
      return route
    }
    var stream = route
    stream.source = []
    return stream
  }

  var description: String {
    func end(_ parts: [String]) -> String { "\(parts[0])(\(parts[2])) thread \(parts[1])" }
    func socket(_ side: String, _ address: String?, _ port: Int?, _ service: String?, _ inode: UInt64?)
      -> String?
    {
      let parts = [address, port.map { "port \($0)" }, service, inode.map { "inode \($0)" }].compactMap { $0 }
      return parts.isEmpty ? nil : "\(side) \(parts.joined(separator: " "))"
    }
    let details = [
      meta.pipeName.map { "pipe_name \($0)" }, meta.pipeInode.map { "pipe_inode \($0)" },
      meta.path.map { "path \($0.debugDescription)" },
      meta.ttyName.map { "tty_name \($0)" }, meta.dstSid.map { "dst_sid \($0)" },
      meta.direction.map { "direction \($0)" },
      socket("from", meta.srcAddr, meta.srcPort, meta.srcServ, meta.srcInode),
      socket("to", meta.dstAddr, meta.dstPort, meta.dstServ, meta.dstInode),
      meta.fds.map { "fds \($0)" }, meta.creds.map { "creds \($0)" },
      meta.count.map { "count \($0)" }, meta.received.map { "received \($0)" }, meta.num.map { "num \($0)" },
      meta.name, meta.code, meta.request, meta.address.map { "address \($0)" },
      meta.key, meta.id.map { "id \($0)" }, meta.priority.map { "priority \($0)" },
      meta.object, meta.offset.map { "offset \($0)" }, meta.size.map { "size \($0)" }, meta.access, meta.op,
      meta.sem.map { "sem \($0)" }, meta.delta.map { "delta \($0)" },
      meta.mtype.map { "mtype \($0)" }, meta.queueInode.map { "queue_inode \($0)" },
      meta.eventfdId.map { "eventfd_id \($0)" }, meta.semaphore.map { "semaphore \($0)" },
      meta.srcCid.map { "src_cid \($0)" }, meta.dstCid.map { "dst_cid \($0)" },
      meta.family.map { "family \($0)" }, meta.group.map { "group \($0)" },
      meta.value.map { "value \($0)" }, meta.target.map { "target \($0)" }, meta.result,
      content.map { "content \($0)" }, meta.bytesMissing.map { "bytes_missing \($0)" },
      delivered ? nil : "not delivered",
      inferred.isEmpty ? nil : "inferred \(inferred.joined(separator: " and "))",
    ]
    return "\(route.type) \(end(route.source)) > \(end(route.destination)): "
      + details.compactMap { $0 }.joined(separator: ", ")
  }
}

/// What a tracer told against what happened.
struct Comparison: CustomStringConvertible {
  private(set) var missing: [Told] = []
  private(set) var invented: [Told] = []
  private(set) var outOfOrder: [String] = []

  init(events: [TracedEvent], truth: [TracedEvent]) {
    var told = events.map(Told.init)
    var expected: [Told] = []
    for event in truth {
      var wanted = Told(event)
      if event.bytesOptional == true && !told.contains(wanted) { wanted = wanted.withoutBytes }
      guard event.srcUnobserved == true else {
        expected.append(wanted)
        continue
      }
      // The writer came before the tracer: unknown, or named as inferred, but never as if it had been seen.
      let match = told.firstIndex { candidate in
        candidate.withoutSource == wanted.withoutSource
          && (candidate.route.source[2] == "<unknown>"
            || (candidate.route.source == wanted.route.source && candidate.inferred == ["src"]))
      }
      if let match { told.remove(at: match) } else { missing.append(wanted) }
    }
    missing += Self.difference(expected, told)
    invented += Self.difference(told, expected)
    guard missing.isEmpty && invented.isEmpty else { return }
    // Between the same two threads nothing can overtake, and what one thread reads of a stream is told in its order.
    for order in [\Told.route, \Told.streamRoute] {
      let sequences = Dictionary(grouping: told, by: { $0[keyPath: order] })
      for (route, sequence) in Dictionary(grouping: expected, by: { $0[keyPath: order] })
      where sequences[route] != sequence {
        outOfOrder.append(sequence.first.map(\.description) ?? route.type)
      }
    }
  }

  var isExact: Bool { missing.isEmpty && invented.isEmpty && outOfOrder.isEmpty }

  private static func difference(_ minuend: [Told], _ subtrahend: [Told]) -> [Told] {
    var left = subtrahend.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    return minuend.filter { told in
      guard let count = left[told], count > 0 else { return true }
      left[told] = count - 1
      return false
    }
  }

  var description: String {
    func list(_ title: String, _ lines: [String]) -> [String] {
      guard !lines.isEmpty else { return [] }
      let more = lines.count > 8 ? ["  … and \(lines.count - 8) more"] : []
      return ["\(title): \(lines.count)"] + lines.prefix(8).map { "  \($0)" } + more
    }
    let lines =
      list("happened, but was not told", missing.map(\.description))
      + list("told, but did not happen so", invented.map(\.description))
      + list("told in another order than it happened", outOfOrder)
    return lines.joined(separator: "\n")
  }
}

/// Fails with the differences unless every transfer was told once, rightly and in order.
func expectExact(
  _ events: [TracedEvent], _ truth: [TracedEvent], sourceLocation: SourceLocation = #_sourceLocation
) {
  let comparison = Comparison(events: events, truth: truth)
  let isExact = comparison.isExact
  #expect(isExact, "\(comparison)", sourceLocation: sourceLocation)
  expectOrderedByTime(events, sourceLocation: sourceLocation)
  for told in toldInPart(events) {
    Issue.record("content is not whole: \(told)", sourceLocation: sourceLocation)
  }
}

/// Events whose bytes are fewer or more than they should be, or which do not say that they are cut.
func toldInPart(_ events: [TracedEvent]) -> [Told] {
  events.filter { event in
    guard event.type != "signal", event.delivered != false, let bytes = event.bytes else { return false }
    // A message that the receiver's buffer cut is shown as far as it was received.
    let isCut = event.meta.received != nil
    let isWhole = bytes.count == event.meta.received ?? event.meta.count
    return !isWhole || event.truncated != (isCut ? true : nil)
  }
  .map(Told.init)
}

/// Times all have the same form and offset, so their order is that of their characters.
func expectOrderedByTime(_ events: [TracedEvent], sourceLocation: SourceLocation = #_sourceLocation) {
  let disorder = disorder(events)
  #expect(disorder == nil, "\(disorder ?? "")", sourceLocation: sourceLocation)
}

/// What is wrong with the times of events, if anything.
func disorder(_ events: [TracedEvent]) -> String? {
  let times = events.compactMap(\.time)
  guard times.count == events.count else { return "an event has no time" }
  return zip(times, times.dropFirst()).first { $0 > $1 }.map {
    "not ordered by time: \($0.1) follows \($0.0)"
  }
}
