/// How a format makes the texts of untrusted processes harmless.
public enum TextEscape {
  /// For a terminal, which it cannot steer: control characters, backslashes, line separators and bidirectional overrides
  /// become escapes as in Swift literals, bytes that are not UTF-8 `\x` and two digits.
  case terminal
  /// As a JSON string with its quotes.
  case json
  /// As a field of CSV, quoted if necessary.
  case csv
  /// As a JSON string within a script of an HTML page.
  case script
}

extension OutputBuffer {
  /// Appends untrusted text.
  public mutating func append(_ text: UnsafeBufferPointer<UInt8>, _ escape: TextEscape) {
    switch escape {
    case .terminal: appendTerminalText(text)
    case .json: appendJSONString(text)
    case .csv: appendCSVField(text)
    case .script: appendScriptString(text)
    }
  }
}

// MARK: - Terminals

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

  /// The same for the name of a process: parentheses and `>`, which stand around and between the ends in a line, are
  /// escaped as `\x28`, `\x29` and `\x3e`, so that no process can call itself another end.
  package mutating func appendTerminalName(_ text: UnsafeBufferPointer<UInt8>) {
    append(text, passing: { isPrintable($0) && !isMark($0) }) { output, sequence, bytes in
      output.appendEscape(of: sequence, bytes)
    }
  }

  /// The same in quotation marks, for what has spaces and commas in it by nature; a quotation mark is escaped as `\x22`.
  package mutating func appendQuotedTerminalText(_ text: UnsafeBufferPointer<UInt8>) {
    append("\"")
    append(text, passing: { isPrintable($0) && $0 != 0x22 }) { output, sequence, bytes in
      output.appendEscape(of: sequence, bytes)
    }
    append("\"")
  }

  /// Appends what stands for a character that may not stay as it is, or for bytes that are none.
  package mutating func appendEscape(of sequence: UTF8Sequence, _ bytes: UnsafeBufferPointer<UInt8>) {
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

/// Whether a character tells in a line where a name ends: `( ) >`.
private func isMark(_ scalar: UInt32) -> Bool { scalar == 0x28 || scalar == 0x29 || scalar == 0x3e }

/// Whether a character can neither steer a terminal nor be taken for an escape sequence of ours.
package func isPrintable(_ scalar: UInt32) -> Bool {
  switch scalar {
  case 0x00...0x1f, 0x5c, 0x7f...0x9f: false
  case 0x2028...0x202e, 0x2066...0x2069: false
  default: true
  }
}

// MARK: - JSON

extension OutputBuffer {
  /// Appends text as a JSON string with its quotes; bytes that are not UTF-8 become U+FFFD.
  package mutating func appendJSONString(_ text: UnsafeBufferPointer<UInt8>) {
    guard isPlainText(text) else { return appendJSONString(text, passing: isPlainInJSON) }
    append(upTo: text.count + 2) { place in
      place[0] = UInt8(ascii: "\"")
      if let source = text.baseAddress { (place + 1).update(from: source, count: text.count) }
      place[text.count + 1] = UInt8(ascii: "\"")
      return text.count + 2
    }
  }

  /// Appends text as a JSON string in which nothing can end, or begin, an element of the HTML around it.
  mutating func appendScriptString(_ text: UnsafeBufferPointer<UInt8>) {
    appendJSONString(text) { isPlainInJSON($0) && $0 != 0x26 && $0 != 0x3c && $0 != 0x3e }
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
private func isPlainInJSON(_ scalar: UInt32) -> Bool {
  switch scalar {
  case 0x00...0x1f, 0x22, 0x5c, 0x7f...0x9f, 0x2028, 0x2029: false
  default: true
  }
}

/// Whether all of a text is ASCII that may stand in a JSON string as it is, as nearly all texts are.
private func isPlainText(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
  let bytes = UnsafeRawBufferPointer(text)
  guard bytes.count >= 8 else {
    return bytes.allSatisfy { $0 >= 0x20 && $0 < 0x7f && $0 != 0x22 && $0 != 0x5c }
  }
  var marks: UInt64 = 0
  for index in stride(from: 0, to: bytes.count - 8, by: 8) { marks |= specialMarks(in: bytes, at: index) }
  // The last eight, some of which may have been looked at already.
  marks |= specialMarks(in: bytes, at: bytes.count - 8)
  return marks & 0x8080_8080_8080_8080 == 0
}

/// Looks at eight bytes at once, of each of which the highest bit tells in the end whether it, or one before it, is special:
/// less than a space, a quote or a backslash, DEL, or beyond ASCII.
@inline(__always)
private func specialMarks(in bytes: UnsafeRawBufferPointer, at index: Int) -> UInt64 {
  let ones: UInt64 = 0x0101_0101_0101_0101
  let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
  // Two that are the same differ by 0, from which 1 cannot be taken without a borrow.
  let quote = word ^ (ones &* 0x22)
  let backslash = word ^ (ones &* 0x5c)
  return (word &- ones &* 0x20) | (quote &- ones) & ~quote | (backslash &- ones) & ~backslash | (word &+ ones)
    | word
}

// MARK: - CSV

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
