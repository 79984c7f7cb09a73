extension OutputBuffer {
  /// Appends text so that it can neither steer a terminal nor pass for another line or another text.
  ///
  /// Control characters, backslashes, line separators and bidirectional overrides are escaped as in Swift
  /// literals, bytes that are not UTF-8 as `\x` and two digits.
  package mutating func appendTerminalText(_ text: UnsafeBufferPointer<UInt8>) {
    append(text, passing: isPrintable) { output, sequence, bytes in
      output.appendEscape(of: sequence, bytes)
    }
  }

  /// Appends what stands for a character that may not stay as it is, or for bytes that are none.
  mutating func appendEscape(of sequence: UTF8Sequence, _ bytes: UnsafeBufferPointer<UInt8>) {
    switch sequence.scalar {
    case 0x09: append(#"\t"#)
    case 0x0a: append(#"\n"#)
    case 0x0d: append(#"\r"#)
    case 0x5c: append(#"\\"#)
    case .some(let scalar) where scalar >= 0x80:
      // Not `\x`, which would look the same as an invalid byte.
      append(#"\u{"#)
      appendHex(UInt64(scalar))
      append("}")
    default:
      for byte in bytes {
        append(#"\x"#)
        appendHex(UInt64(byte), width: 2)
      }
    }
  }
}

/// Whether a character can neither steer a terminal nor be taken for an escape sequence of ours.
func isPrintable(_ scalar: UInt32) -> Bool {
  switch scalar {
  case 0x00...0x1f, 0x5c, 0x7f...0x9f: false
  case 0x2028...0x202e, 0x2066...0x2069: false
  default: true
  }
}
