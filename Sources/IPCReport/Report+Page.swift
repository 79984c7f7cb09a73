import IPCFormats
import IPCModel

extension Report {
  /// Bytes that are turned into base64 at once; a multiple of three, so that the pieces fit together.
  private static let portion = 3 << 18

  /// Writes the page.
  ///
  /// - Parameter flush: Writes what a buffer holds, and empties it; called whenever a part is ready.
  public borrowing func write<Failure: Error>(
    by flush: (inout OutputBuffer) throws(Failure) -> Void
  ) throws(Failure) {
    // Only what has the page's own number may run in it. Nobody who was traced can know it.
    let nonce =
      String(UInt64.random(in: 0...UInt64.max), radix: 36)
      + String(UInt64.random(in: 0...UInt64.max), radix: 36)
    var output = OutputBuffer()
    for part in embeddedPage {
      switch part {
      case .text(let text): output.append(text)
      case .nonce: output.append(text: nonce)
      case .kindColors: output.append(text: KindColor.pageVariables)
      case .kindClasses: output.append(text: KindColor.pageRules)
      case .facts: appendFacts(to: &output)
      case .columns: try writeColumns(&output, by: flush)
      }
      try flush(&output)
    }
  }

  private func writeColumns<Failure: Error>(
    _ output: inout OutputBuffer, by flush: (inout OutputBuffer) throws(Failure) -> Void
  ) throws(Failure) {
    for (name, column) in columns.named {
      output.append(text: "<script type=\"text/plain\" id=\"column-\(name)\">")
      for start in stride(from: 0, to: column.bytes.count, by: Self.portion) {
        let end = min(start + Self.portion, column.bytes.count)
        column.bytes.withUnsafeBytes {
          output.appendBase64(UnsafeRawBufferPointer(rebasing: $0[start..<end]))
        }
        try flush(&output)
      }
      output.append("</script>\n")
    }
  }

  private func appendFacts(to output: inout OutputBuffer) {
    output.append(#"{"title":"#)
    append(title, to: &output)
    output.append(#","program":"#)
    append(program, to: &output)
    output.append(#","warning":"#)
    append(warning, to: &output)
    output.append(text: #","start":"\#(startOfDay)","zone":\#(zone)"#)
    output.append(text: #","omitted":{"events":\#(omitted.events),"contents":\#(omitted.contents)}"#)
    output.append(",\n\"kinds\":")
    appendList(of: KindRow.registry.count, to: &output) { index, output in
      let row = KindRow.registry[index]
      output.append(text: #"{"name":"\#(row.name)","carriesBytes":\#(row.carriesBytes)}"#)
    }
    output.append(",\n\"processes\":")
    appendList(of: processes.count, to: &output) { index, output in
      output.append(text: "[\(processes[index].pid),")
      output.append(processes[index].name.comm, .script)
      output.append("]")
    }
    output.append(",\n\"comms\":")
    append(comms, to: &output)
    output.append(",\n\"channels\":")
    append(channels, to: &output)
    output.append(",\n\"fields\":")
    appendList(of: fields.count, to: &output) { index, output in
      output.append("[")
      fields.withBytes(of: UInt32(index)) { output.append($0) }
      output.append("]")
    }
    output.append(",\n\"losses\":")
    appendList(of: losses.count, to: &output) { index, output in
      let loss = losses[index]
      let time = Int64(bitPattern: loss.time &- (self.start ?? loss.time))
      output.append(text: #"["\#(loss.typeName)",\#(loss.count),\#(loss.bytes),\#(time)]"#)
    }
    output.append("}")
  }

  private func appendList(
    of count: Int, to output: inout OutputBuffer, _ append: (Int, inout OutputBuffer) -> Void
  ) {
    output.append("[")
    for index in 0..<count {
      if index > 0 { output.append(",") }
      append(index, &output)
    }
    output.append("]")
  }

  private func append(_ names: NameTable, to output: inout OutputBuffer) {
    appendList(of: names.count, to: &output) { index, output in
      names.withBytes(of: UInt32(index)) { output.append($0, .script) }
    }
  }

  private func append(_ text: String, to output: inout OutputBuffer) {
    var text = text
    text.withUTF8 { output.append($0, .script) }
  }
}
