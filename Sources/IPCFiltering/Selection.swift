import IPCModel

/// What the user asked to see: different criteria are ANDed, repetitions of one are ORed.
public struct Selection: Sendable, Equatable {
  /// Kinds to trace; never empty.
  public var kinds: Set<Kind>
  /// Processes of which at least one end must be (`-p`).
  public var pids: Set<Int32> = []
  /// Processes that must be the source (`-s`).
  public var sourcePids: Set<Int32> = []
  /// Processes that must be the destination (`-d`).
  public var destinationPids: Set<Int32> = []
  /// Names of which at least one end must have one (`-P`).
  public var comms: Set<Comm> = []
  /// Names that the source must have (`-S`).
  public var sourceComms: Set<Comm> = []
  /// Names that the destination must have (`-D`).
  public var destinationComms: Set<Comm> = []
  /// Whether an end must be of the traced command's tree (`-- command`).
  public var isTreeOnly = false

  /// Selects everything of some kinds.
  public init(kinds: Set<Kind>) { self.kinds = kinds }
}
