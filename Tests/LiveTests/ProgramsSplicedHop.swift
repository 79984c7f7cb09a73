import Foundation
import Testing

/// One way of many bytes from a process to another.
struct SplicedHop {
  var type: String
  var from: Int
  var to: Int
  /// Names of both.
  var comms: [String]

  /// Neither end has the bytes in a buffer of its own.
  private var isBetweenSplices: Bool { Set(comms).isSubset(of: ["nginx", "pv"]) }

  func isOf(_ event: TracedEvent) -> Bool {
    event.type == type && event.srcPid == from && event.dstPid == to
      && [event.srcComm, event.dstComm] == comms
  }

  /// Exactly these bytes went this way, each once, and are told rightly. Only what no process had in a buffer may be
  /// missing behind a first part, or altogether, and is said to be: its reader may be faster than the look at its pages.
  func expect(
    _ expected: Data, in trace: ProgramsTrace, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    var rest = expected[...]
    for event in trace.events.filter(isOf) {
      let part = rest.prefix(event.meta.count ?? 0)
      rest = rest.dropFirst(part.count)
      guard part.count == event.meta.count && isRight(event, part) else {
        Issue.record(
          "wrong behind \(part.startIndex) of \(expected.count) bytes: \(Told(event))",
          sourceLocation: sourceLocation)
        return
      }
    }
    #expect(rest.isEmpty, "\(comms): \(rest.count) bytes were not told", sourceLocation: sourceLocation)
  }

  private func isRight(_ event: TracedEvent, _ bytes: Data) -> Bool {
    guard isBetweenSplices && event.meta.bytesMissing == "spliced" else {
      return event.bytes == bytes && event.meta.bytesMissing == nil && event.truncated == nil
    }
    guard let first = event.bytes else { return event.truncated == nil }
    return bytes.starts(with: first) && first.count < bytes.count && event.truncated != nil
  }
}

extension ProgramsTrace {
  /// Nothing else was told, and nothing of it is inferred, undelivered or lost.
  func expectNothing(but hops: [SplicedHop], sourceLocation: SourceLocation = #_sourceLocation) {
    trace.expectClean(sourceLocation: sourceLocation)
    expectOrderedByTime(events, sourceLocation: sourceLocation)
    let others = events.filter { event in
      event.inferred != nil || event.delivered == false || !hops.contains { $0.isOf(event) }
    }
    let told = others.prefix(8).map { "\(Told($0))" }.joined(separator: "\n")
    #expect(others.isEmpty, "\(others.count) of \(events.count):\n\(told)", sourceLocation: sourceLocation)
  }
}
