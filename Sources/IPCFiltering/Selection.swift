import IPCModel

/// What the user asked to see: events of some kinds that meet every criterion.
public struct Selection: Sendable, Equatable {
  /// Kinds to trace; never empty.
  public var kinds: Set<Kind>
  /// What else is asked of events.
  public var criteria: [Criterion] = []

  /// Selects everything of some kinds.
  public init(kinds: Set<Kind>) { self.kinds = kinds }
}
