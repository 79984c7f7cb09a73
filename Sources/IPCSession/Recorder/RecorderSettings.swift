import IPCFiltering
import IPCModel

/// What a flight recorder keeps, and what lets it write that.
public struct RecorderSettings: Sendable {
  /// Bytes of the capture that are kept in memory.
  public var bytes = RecorderSettings.usualBytes
  /// Nanoseconds that are kept; nil if only the bytes limit it.
  public var duration: UInt64?
  /// Whether it is written when a process of those that are traced exits with another status than 0, or is killed.
  public var writesAtExits = false
  /// Whether it is written when something was lost.
  public var writesAtLosses = false
  /// Whether it is written when processes wait for each other.
  public var writesAtDeadlocks = false
  /// It is written when one of these is true of an event, a message or a call.
  public var expressions: [WhereExpression] = []
  /// Nanoseconds after a trigger in which no other one has an effect.
  public var coolDown = RecorderSettings.usualCoolDown
  /// Whether every deadlock of the host is meant, and not only one that a process with events is in or behind.
  public var isOfHost = true
  /// Whether nothing is said on standard error but errors.
  public var isQuiet = false

  /// Bytes that are kept where only a time is asked for.
  public static let usualBytes = 256 << 20
  /// See ``coolDown``.
  public static let usualCoolDown: UInt64 = 10_000_000_000

  /// Asks for what is kept by default, and written at SIGUSR2 only.
  public init() {}

  /// The same, with all that files are called which the expressions name.
  public func withNames() -> RecorderSettings {
    var settings = self
    settings.expressions = selection.withNames().criteria.compactMap { criterion -> WhereExpression? in
      if case .expression(let expression) = criterion { expression } else { nil }
    }
    return settings
  }

  /// Whether containers are chosen, which may be meant by their names.
  public var namesContainers: Bool { selection.namesContainers }

  /// What the expressions ask of events.
  private var selection: Selection {
    var selection = Selection(kinds: Set(Kind.all))
    selection.criteria = expressions.map { .expression($0) }
    return selection
  }
}
