import IPCFiltering
import IPCModel

/// Processes and events of them to choose from.
enum Scene {
  static let sh = Endpoint(pid: 10, tid: 10, comm: Comm("sh"))
  static let cat = Endpoint(pid: 20, tid: 21, comm: Comm("cat"))
  static let nginx = Endpoint(pid: 30, tid: 30, comm: Comm("nginx"))
  static let worker = Endpoint(pid: 30, tid: 31, comm: Comm("nginx"), thread: Comm("worker"))

  static func event(
    _ kind: Kind = .pipe, from source: Endpoint = sh, to destination: Endpoint = cat,
    traits: Event.Traits = []
  ) -> Event {
    Event(time: 1, kind: kind, source: source, destination: destination, count: 1, traits: traits)
  }

  /// Whether a filter that is told what to choose passes an event.
  static func passes(_ event: Event, _ choose: (inout Selection) -> Void) -> Bool {
    var selection = Selection(kinds: Set(Kind.all))
    choose(&selection)
    return passes(event, selection)
  }

  /// Whether a selection's filter passes an event without contents.
  static func passes(_ event: Event, _ selection: Selection) -> Bool {
    EventFilter(selection).passes(event, texts: TextTable())
  }
}
