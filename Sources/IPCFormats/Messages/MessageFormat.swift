import ByteOutput
import IPCModel
import IPCProtocols

/// Way to show messages and calls as bytes.
public protocol MessageFormat: Sendable {
  /// Creates a format.
  init(_ options: FormatOptions)

  /// Clock by which kernel times become times of day; it can be replaced while a trace runs.
  var clock: WallClock { get set }

  /// Appends what comes before the first message.
  mutating func appendHeader(to output: inout OutputBuffer)

  /// Appends a message.
  mutating func append(_ message: Message, to output: inout OutputBuffer)

  /// Appends a call.
  mutating func append(_ call: Call, to output: inout OutputBuffer)

  /// Appends a report of lost events.
  mutating func append(_ loss: Loss, to output: inout OutputBuffer)

  /// Appends what comes after the last message; nothing may follow.
  mutating func appendFooter(to output: inout OutputBuffer)
}

extension MessageFormat {
  /// Appends nothing, as most formats have no header.
  public mutating func appendHeader(to output: inout OutputBuffer) {}

  /// Appends nothing, as a line needs no end.
  public mutating func appendFooter(to output: inout OutputBuffer) {}
}

extension Call {
  /// Whether bytes of it are missing.
  var isTruncated: Bool { request.frame.isTruncated || response?.frame.isTruncated ?? false }

  /// What is inferred of it.
  var traits: Event.Traits { request.frame.traits.union(response?.frame.traits ?? []) }
}

/// Contents of a message, as far as they are shown.
struct MessageContent {
  let bytes: ArraySlice<UInt8>?
  /// Whether more were kept than are shown.
  let isCut: Bool

  init(_ content: [UInt8]?, limit: Int?) {
    bytes = content.map { $0.prefix(max(limit ?? .max, 0)) }
    isCut = bytes?.count != content?.count
  }
}
