import IPCModel

/// The exact decision, made once on every finished event.
///
/// A class, so that the call for each event copies none of its sets.
public final class EventFilter: Sendable {
  private let selection: Selection
  private let kinds: UInt64
  private let isOpen: Bool

  /// Compiles a selection.
  public init(_ selection: Selection) {
    self.selection = selection
    kinds = selection.kinds.reduce(0) { $0 | 1 << UInt64($1.rawValue) }
    isOpen = selection == Selection(kinds: selection.kinds)
  }

  /// Whether the event is to be shown. An unknown end satisfies no criterion about that end.
  public func passes(_ event: borrowing Event) -> Bool {
    if kinds & (1 << UInt64(event.kind.rawValue)) == 0 { return false }
    if isOpen { return true }
    let source = event.source
    let destination = event.destination
    if selection.isTreeOnly, !event.traits.contains(.inScope) { return false }
    return admits(selection.sourcePids, source.pid)
      && admits(selection.destinationPids, destination.pid)
      && (admits(selection.pids, source.pid) || admits(selection.pids, destination.pid))
      && admits(selection.sourceComms, source)
      && admits(selection.destinationComms, destination)
      && (admits(selection.comms, source) || admits(selection.comms, destination))
  }

  private func admits(_ pids: Set<Int32>, _ pid: Int32) -> Bool {
    pids.isEmpty || (pid >= 0 && pids.contains(pid))
  }

  private func admits(_ comms: Set<Comm>, _ end: Endpoint) -> Bool {
    comms.isEmpty || (end.isKnown && comms.contains(end.comm))
  }
}
