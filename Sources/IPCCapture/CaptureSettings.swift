/// What events with contents are written as.
public enum CaptureForm: Sendable {
  /// Each as a packet of its own, whose dissector is named.
  case payloads
  /// As what goes over a synthetic connection of its channel, which Wireshark reassembles.
  case streams
}

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
  /// Most bytes that are written of an event's contents; nil if all are.
  public var byteLimit: Int?
  /// What events with contents are written as.
  public var form: CaptureForm
  /// Whether processes are described in blocks that Wireshark 5 reads; before, it shows them as rows.
  public var describesProcesses: Bool

  /// Creates settings.
  public init(
    application: String, system: String, start: UInt64, rules: [DissectionRule] = [], byteLimit: Int? = nil,
    form: CaptureForm = .payloads, describesProcesses: Bool = false
  ) {
    self.application = application
    self.system = system
    self.start = start
    self.rules = rules
    self.byteLimit = byteLimit
    self.form = form
    self.describesProcesses = describesProcesses
  }
}
