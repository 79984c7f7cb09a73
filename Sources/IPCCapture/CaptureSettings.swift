/// What a capture says about itself, and how its payloads are shown.
public struct CaptureSettings: Sendable {
  /// Program that writes it, with its version.
  public var application: String
  /// System that it was written on.
  public var system: String
  /// Start of the trace, in nanoseconds of `CLOCK_MONOTONIC`.
  public var start: UInt64
  /// What the user says about channels; the first that applies is used.
  public var rules: [DissectionRule]
  /// Most bytes that are kept of an event's contents; nil if all are.
  public var byteLimit: Int?

  /// Creates settings.
  public init(
    application: String, system: String, start: UInt64, rules: [DissectionRule] = [], byteLimit: Int? = nil
  ) {
    self.application = application
    self.system = system
    self.start = start
    self.rules = rules
    self.byteLimit = byteLimit
  }
}
