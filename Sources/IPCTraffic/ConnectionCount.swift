import IPCModel

/// How many connections were made, and which of them have carried nothing yet.
///
/// Bounded: of more than ``limit`` silent ones, later ones are counted as if they had carried something.
struct ConnectionCount: Sendable {
  private static let limit = 65_536

  /// Connections that were made.
  private(set) var made: UInt64 = 0
  /// Silent connections, by a number that stands for their ends.
  private var silent: Set<UInt64> = []

  /// Connections that have carried nothing.
  var silentCount: UInt64 { UInt64(silent.count) }

  /// Takes an event.
  ///
  /// - Returns: Whether it is no transfer, so that nothing else is to be added up.
  mutating func take(_ event: borrowing Event, texts: borrowing TextTable) -> Bool {
    if event.isLifecycle {
      guard let fields = event.kind.row.lifecycle, event[fields.error] == nil,
        let operation = event[fields.operation],
        texts.isEqual(operation, to: "connect")
      else { return true }
      made += 1
      if silent.count < Self.limit, let end = Self.numbers(of: event).first { silent.insert(end) }
      return true
    }
    if !silent.isEmpty, event.kind.row.carriesBytes {
      for end in Self.numbers(of: event) { silent.remove(end) }
    }
    guard event.kind == .signal else { return false }
    // One that was refused has gone nowhere.
    return event[Kind.Signal.error] != nil
  }

  /// Numbers by which a connection is known: of unix sockets each end's inode, of the internet's both ports together.
  private static func numbers(of event: borrowing Event) -> [UInt64] {
    let kind = UInt64(event.kind.rawValue) << 56
    switch event.kind.row.channel.name {
    case .textOrInodes(_, let source, let destination):
      return [event[source], event[destination]].compactMap { $0.map { kind ^ $0 } }
    case .ports(let source, let destination):
      guard let first = event[source.number], let second = event[destination.number] else { return [] }
      return [kind ^ max(first, second) << 16 ^ min(first, second)]
    case .contexts(let source, let destination):
      guard let first = event[source.port], let second = event[destination.port] else { return [] }
      return [kind ^ max(first, second) << 24 ^ min(first, second)]
    case .text, .number, .processes: return []
    }
  }
}
