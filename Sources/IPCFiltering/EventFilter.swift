import IPCModel

/// The exact decision, made once on every finished event.
///
/// A class, so that the call for each event copies none of its sets.
public final class EventFilter: Sendable {
  private let criteria: [Criterion]
  private let kinds: UInt64

  /// Compiles a selection.
  public init(_ selection: Selection) {
    criteria = selection.criteria
    kinds = selection.kinds.reduce(0) { $0 | 1 << UInt64($1.rawValue) }
  }

  /// Whether an event is to be shown.
  ///
  /// - Parameter texts: Table that its texts are in.
  public func passes(_ event: borrowing Event, texts: borrowing TextTable) -> Bool {
    if !has(event.kind) { return false }
    for index in criteria.indices where !criteria[index].isMet(by: event, texts: texts) { return false }
    return true
  }

  /// Whether a loss is to be told: what is lost of a kind that nobody has asked for would not have been noticed.
  public func passes(_ loss: Loss) -> Bool { loss.kind.map(has) ?? true }

  private func has(_ kind: Kind) -> Bool { kinds & (1 << UInt64(kind.rawValue)) != 0 }
}
