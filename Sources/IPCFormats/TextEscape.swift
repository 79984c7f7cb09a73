import IPCModel

/// How a format makes the texts of untrusted processes harmless.
package enum TextEscape {
  /// For a terminal; see ``OutputBuffer/appendTerminalText(_:)``.
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
  package mutating func append(_ text: UnsafeBufferPointer<UInt8>, _ escape: TextEscape) {
    switch escape {
    case .terminal: appendTerminalText(text)
    case .json: appendJSONString(text)
    case .csv: appendCSVField(text)
    case .script: appendScriptString(text)
    }
  }

  /// Appends the name of a process.
  package mutating func append(_ comm: Comm, _ escape: TextEscape) {
    comm.withBytes { append($0, escape) }
  }

  /// Appends the value of a meta field.
  package mutating func append(
    _ value: UInt64, of field: MetaField, texts: borrowing TextTable, _ escape: TextEscape
  ) {
    append(value, field.form, texts: texts, escape)
  }

  /// The same, given the form of the field.
  package mutating func append(
    _ value: UInt64, _ form: MetaField.Form, texts: borrowing TextTable, _ escape: TextEscape
  ) {
    switch form {
    case .number: appendDecimal(value)
    case .integer: appendDecimal(Int64(bitPattern: value))
    case .text:
      let id = TextID(rawValue: UInt32(truncatingIfNeeded: value))
      texts.withBytes(of: id) { texts.isSimple(id) ? append(simple: $0, escape) : append($0, escape) }
    }
  }

  /// Appends text in which nothing is to be escaped for lines, JSON and CSV.
  private mutating func append(simple text: UnsafeBufferPointer<UInt8>, _ escape: TextEscape) {
    switch escape {
    case .terminal, .csv: append(text)
    case .json:
      append("\"")
      append(text)
      append("\"")
    case .script: appendScriptString(text)
    }
  }

  /// Copies text in as long runs as possible, and lets `replace` write what stands for each other sequence.
  ///
  /// - Parameters:
  ///   - text: Bytes of any kind.
  ///   - passes: Whether a valid character may stay as it is.
  ///   - replace: Appends something for a character that may not stay, or for invalid bytes.
  @inline(__always)
  mutating func append(
    _ text: UnsafeBufferPointer<UInt8>,
    passing passes: (UInt32) -> Bool,
    replacing replace: (inout OutputBuffer, UTF8Sequence, UnsafeBufferPointer<UInt8>) -> Void
  ) {
    var runStart = 0
    var index = 0
    while index < text.count {
      // Nearly all text is ASCII.
      if text[index] < 0x80, passes(UInt32(text[index])) {
        index += 1
        continue
      }
      let sequence = UTF8Sequence(in: text, at: index)
      let next = index + sequence.length
      if let scalar = sequence.scalar, passes(scalar) {
        index = next
        continue
      }
      append(UnsafeBufferPointer(rebasing: text[runStart..<index]))
      replace(&self, sequence, UnsafeBufferPointer(rebasing: text[index..<next]))
      runStart = next
      index = next
    }
    append(UnsafeBufferPointer(rebasing: text[runStart..<index]))
  }
}
