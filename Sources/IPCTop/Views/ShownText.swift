import ByteOutput
import IPCFormats
import IPCModel

/// Names of strangers, made harmless for a terminal.
enum ShownText {
  /// A text.
  static func escaped(_ bytes: some Sequence<UInt8>) -> String {
    var buffer = OutputBuffer(capacity: 64)
    Array(bytes).withUnsafeBufferPointer { buffer.append($0, .terminal) }
    return buffer.text
  }

  /// A text.
  static func escaped(_ text: String) -> String { escaped(text.utf8) }

  /// A process: `1234(name)`.
  static func process(_ end: Endpoint) -> String {
    guard end.isKnown else { return "unknown" }
    var buffer = OutputBuffer(capacity: 64)
    buffer.appendDecimal(Int64(end.pid))
    buffer.append("(")
    buffer.append(end.comm, .terminal)
    buffer.append(")")
    return buffer.text
  }

  /// The same by number and name.
  static func process(_ pid: Int32, _ name: String) -> String { "\(pid)(\(escaped(name)))" }

  /// Who received, in an edge's line.
  static func destination(of row: EdgeRow) -> String {
    row.isDelivered ? process(row.destination) : "nobody"
  }

  /// A type in so many columns: by its short word where its name is too long.
  static func type(_ kind: Kind, columns: Int) -> String {
    let name = kind.row.name.description
    return name.count <= columns ? name : kind.row.aliases.first ?? name
  }

  /// A text in exactly so many columns.
  static func cell(_ text: String, _ columns: Int, isNumber: Bool = false) -> String {
    let shown = TerminalText.shortened(text, to: columns)
    let padding = String(repeating: " ", count: max(columns - TerminalText.width(of: shown), 0))
    return isNumber ? padding + shown : shown + padding
  }
}
