import Foundation
import Testing

/// What was told of real programs, to be compared with what they noted themselves.
struct ProgramsTrace {
  let session: Session
  let trace: Trace

  var events: [TracedEvent] { trace.events }

  /// The pid that the script noted under a name.
  func pid(_ name: String) throws -> Int {
    let text = try session.folder.text("\(name).pid")
    guard let pid = Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
      throw HarnessFailure(description: "\(name) noted no pid: \(text)")
    }
    return pid
  }

  func contents(_ name: String) throws -> Data { try session.folder.contents(name) }

  /// The transfers of one kind from one process to another, in the order told.
  func transfers(_ type: String, from source: Int, to destination: Int) -> [TracedEvent] {
    events.filter { $0.type == type && $0.srcPid == source && $0.dstPid == destination }
  }

  /// All bytes that went from one process to another, in the order told.
  func bytes(_ type: String, from source: Int, to destination: Int) -> Data {
    transfers(type, from: source, to: destination).reduce(into: Data()) { $0 += $1.bytes ?? Data() }
  }

  /// Every transfer went from one of these processes to another, known and not concluded, with all its bytes.
  func expectKnownEnds(
    _ comms: [Int: String], except isException: (TracedEvent) -> Bool = { _ in false },
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    trace.expectClean(sourceLocation: sourceLocation)
    expectOrderedByTime(events, sourceLocation: sourceLocation)
    let wrong = events.filter { event in
      let isKnown = comms[event.srcPid] == event.srcComm && comms[event.dstPid] == event.dstComm
      let isObserved = event.inferred == nil && event.delivered != false
      let isWhole = event.truncated == nil && event.bytes?.count == event.meta.count
      return !(isKnown && isObserved && isWhole || isException(event))
    }
    guard !wrong.isEmpty else { return }
    let told = wrong.prefix(8).map { "\(Told($0))" }.joined(separator: "\n")
    Issue.record(
      "\(wrong.count) of \(events.count) transfers have wrong ends:\n\(told)", sourceLocation: sourceLocation)
  }

  /// The programs themselves did what they were to do.
  func expectFile(
    _ name: String, holds expected: Data, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let found = try contents(name)
    if found != expected {
      Issue.record("\(name) holds \(found.count) bytes, not the right ones", sourceLocation: sourceLocation)
    }
  }

  /// Exactly these bytes went from one process to another, each once.
  func expect(
    _ expected: Data, _ type: String, from source: Int, to destination: Int,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let told = bytes(type, from: source, to: destination)
    guard told != expected else { return }
    let same = zip(told, expected).prefix { $0 == $1 }.count
    Issue.record(
      """
      \(type) \(source) > \(destination): \(told.count) bytes told, \(expected.count) sent, \
      the first \(same) are the same
      """, sourceLocation: sourceLocation)
  }
}

extension TracedEvent {
  func contains(_ text: String) -> Bool { bytes?.range(of: Data(text.utf8)) != nil }
}
