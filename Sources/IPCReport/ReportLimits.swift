/// What a page may hold, so that a browser can show it.
public struct ReportLimits: Sendable {
  /// Most events; later ones are counted only.
  public var events = 1_000_000
  /// Most bytes of the contents of one event.
  public var contentOfEvent = 4096
  /// Most bytes of the contents of all events together.
  public var contents = 64 << 20

  /// The limits that fit most captures.
  public init() {}
}
