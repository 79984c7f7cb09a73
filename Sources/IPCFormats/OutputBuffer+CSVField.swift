extension OutputBuffer {
  /// Appends text as a field of CSV, in quotes only if it needs them; bytes that are not UTF-8 become U+FFFD.
  mutating func appendCSVField(_ text: UnsafeBufferPointer<UInt8>) {
    let quotes = needsQuotes(text)
    if quotes { append("\"") }
    append(text, passing: { $0 != 0x22 }) { output, sequence, _ in
      output.append(sequence.scalar == nil ? "\u{fffd}" : "\"\"")
    }
    if quotes { append("\"") }
  }
}

/// RFC 4180 asks for quotes around separators only, but some readers drop spaces at a field's ends.
private func needsQuotes(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
  let space = UInt8(ascii: " ")
  if text.first == space || text.last == space { return true }
  for byte in text {
    switch byte {
    case UInt8(ascii: ","), UInt8(ascii: "\""), UInt8(ascii: "\r"), UInt8(ascii: "\n"): return true
    default: continue
    }
  }
  return false
}
