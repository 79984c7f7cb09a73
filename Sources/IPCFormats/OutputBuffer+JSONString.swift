extension OutputBuffer {
  /// Appends text as a JSON string with its quotes; bytes that are not UTF-8 become U+FFFD.
  package mutating func appendJSONString(_ text: UnsafeBufferPointer<UInt8>) {
    appendJSONString(text, passing: isPlain)
  }

  /// Appends text as a JSON string in which nothing can end, or begin, an element of the HTML around it.
  mutating func appendScriptString(_ text: UnsafeBufferPointer<UInt8>) {
    appendJSONString(text) { isPlain($0) && $0 != 0x26 && $0 != 0x3c && $0 != 0x3e }
  }

  @inline(__always)
  private mutating func appendJSONString(
    _ text: UnsafeBufferPointer<UInt8>, passing passes: (UInt32) -> Bool
  ) {
    append("\"")
    append(text, passing: passes) { output, sequence, _ in
      switch sequence.scalar {
      case nil: output.append("\u{fffd}")
      case 0x22: output.append(#"\""#)
      case 0x5c: output.append(#"\\"#)
      case .some(let scalar):
        output.append(#"\u"#)
        output.appendHex(UInt64(scalar), width: 4)
      }
    }
    append("\"")
  }
}

/// Whether a character may stand in a JSON string, in a line, and in a JavaScript literal as it is.
private func isPlain(_ scalar: UInt32) -> Bool {
  switch scalar {
  case 0x00...0x1f, 0x22, 0x5c, 0x7f...0x9f, 0x2028, 0x2029: false
  default: true
  }
}
