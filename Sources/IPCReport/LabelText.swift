import ByteOutput
import IPCFormats
import IPCModel

/// Text of a process in which control characters and invalid bytes are escaped as on a terminal.
func terminalText(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
  var buffer = OutputBuffer(capacity: bytes.count + 1)
  buffer.append(bytes, .terminal)
  return buffer.withBytes { String(decoding: $0, as: UTF8.self) }
}

/// Name of a process, escaped as on a terminal.
func terminalText(of comm: Comm) -> String { comm.withBytes { terminalText($0) } }

/// Width of an edge, in points: 1 for a byte or none, and one half more for every factor of ten.
func penWidth(ofBytes bytes: UInt64) -> String {
  let digits = String(max(bytes, 1)).count
  return "\((digits + 1) / 2).\(digits % 2 == 1 ? 0 : 5)"
}

extension OutputBuffer {
  /// Appends the UTF-8 of a string.
  mutating func append(text: String) {
    var text = text
    text.withUTF8 { append($0) }
  }
}
