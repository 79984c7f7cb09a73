import IPCModel

/// Connections that were tried in vain, by who tries and where to.
struct ConnectionAttempts {
  /// Who, and where to.
  struct Place: Hashable {
    let pid: Int32
    let kind: Kind
    let channel: UInt64
  }

  /// How often.
  struct Count {
    let client: Endpoint
    let channel: [UInt8]
    var failures: UInt64 = 0
    var lastTime: UInt64 = 0
  }

  /// Places that are told apart; of later ones nothing is told.
  private static let limit = 4096
  /// How long it is told after the last one, in nanoseconds.
  private static let memory: UInt64 = 10_000_000_000

  private var counts: [Place: Count] = [:]

  /// Takes what became of an end.
  mutating func take(_ event: borrowing Event, texts: borrowing TextTable) {
    guard let fields = event.kind.row.lifecycle, event[fields.error] != nil,
      let operation = event[fields.operation],
      texts.withBytes(of: operation, { $0.elementsEqual("connect".utf8) })
    else { return }
    let name = ChannelName(of: event, texts: texts)
    let place = Place(pid: event.source.pid, kind: event.kind, channel: name.number)
    if counts.count >= Self.limit, counts[place] == nil {
      let now = event.time
      counts = counts.filter { $0.value.lastTime + Self.memory > now }
      guard counts.count < Self.limit else { return }
    }
    if counts[place] == nil { counts[place] = Count(client: event.source, channel: name.words(texts)) }
    counts[place]?.failures += 1
    counts[place]?.lastTime = event.time
  }

  /// Those that go on, with enough of them to be a habit.
  func lasting(at now: UInt64) -> [Place: Count] {
    counts.filter { $0.value.failures >= EdgeLint.retryCount && $0.value.lastTime + Self.memory > now }
  }
}
