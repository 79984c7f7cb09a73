import IPCModel

/// The exact decision, made once on every finished event.
///
/// A class, so that the call for each event copies none of its sets.
public final class EventFilter: Sendable {
  /// All but that one end is of the traced command's tree, or of given processes' descendants, which an event's traits say.
  private let criteria: [Criterion]
  private let kinds: UInt64
  /// Traits that an event must have.
  private let traits: Event.Traits

  /// Whether it hangs on what the processes at both ends are.
  public let asksForProcesses: Bool

  /// Compiles a selection.
  ///
  /// - Parameter isTracing: Whether the events come from a kernel whose scope is that of the selection. Who is of a group
  ///   at the moment of an event is known there only, and told as with a command's tree.
  public init(_ selection: Selection, isTracing: Bool = false) {
    let scope = KernelScope(selection).processes
    let all: [Criterion] = selection.criteria.map { criterion in
      guard isTracing, case .group(_, scope) = criterion, scope != .all else { return criterion }
      return .commandTree
    }
    criteria = all.filter { !$0.isOfScope }
    traits = criteria.count < all.count ? .inScope : []
    asksForProcesses = criteria.contains(where: \.asksForProcesses)
    kinds = selection.kinds.reduce(0) { $0 | 1 << UInt64($1.rawValue) }
  }

  /// Whether an event is to be shown.
  ///
  /// - Parameters:
  ///   - content: Bytes that were captured of it; nil if there are none.
  ///   - texts: Table that its texts are in.
  ///   - properties: What else it has if it stands for a message or a call.
  public func passes(
    _ event: borrowing Event, content: UnsafeRawBufferPointer? = nil, texts: borrowing TextTable,
    properties: any WhereProperties
  ) -> Bool {
    if let isShown = decision(of: event.kind, event.traits) { return isShown }
    return meetsCriteria(event, content: content, texts: texts, properties: properties)
  }

  /// Whether an event is to be shown that is no more than a transfer.
  ///
  /// - Parameters:
  ///   - content: Bytes that were captured of it; nil if there are none.
  ///   - texts: Table that its texts are in.
  public func passes(
    _ event: borrowing Event, content: UnsafeRawBufferPointer? = nil, texts: borrowing TextTable
  ) -> Bool {
    // Of most events, nothing else is asked.
    if let isShown = decision(of: event.kind, event.traits) { return isShown }
    return meetsCriteria(event, content: content, texts: texts, properties: nil)
  }

  private func meetsCriteria(
    _ event: borrowing Event, content: UnsafeRawBufferPointer?, texts: borrowing TextTable,
    properties: (any WhereProperties)?
  ) -> Bool {
    for index in criteria.indices
    where !criteria[index].isMet(by: event, content: content, texts: texts, properties: properties) {
      return false
    }
    return true
  }

  /// Whether what is of a kind and has these traits is to be shown; nil if that hangs on anything else.
  @inline(__always)
  public func decision(of kind: Kind, _ traits: Event.Traits) -> Bool? {
    if !has(kind) || !traits.isSuperset(of: self.traits) { return false }
    return criteria.isEmpty ? true : nil
  }

  /// Whether a loss is to be reported: what is lost of a kind that nobody has asked for would not have been noticed.
  public func passes(_ loss: Loss) -> Bool { loss.kind.map(has) ?? true }

  private func has(_ kind: Kind) -> Bool { kinds & (1 << UInt64(kind.rawValue)) != 0 }
}
