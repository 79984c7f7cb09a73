import ByteOutput
import IPCFormats
import IPCModel
import IPCTraffic

extension Report {
  /// Bytes that are turned into base64 at once; a multiple of three, so that the pieces fit together.
  private static let portion = 3 << 18

  /// Writes the page.
  ///
  /// - Parameter flush: Writes what is in a buffer, and empties it; called whenever a part is ready.
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
    let named = columns.named + calls.columns.named.map { ("call-\($0.name)", $0.column) }
    for (name, column) in named {
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
    var json = JSONWriter(output, escape: .script)
    json.beginObject()
    json.key("title")
    json.value(text: title)
    json.key("program")
    json.value(text: program)
    json.key("warning")
    json.value(text: warning)
    json.key("start")
    json.beginString()
    json.output.appendDecimal(startOfDay)
    json.endString()
    json.field("zone", Int64(zone))
    json.key("omitted")
    json.beginObject()
    json.field("events", omitted.events)
    json.field("contents", omitted.contents)
    json.field("calls", omitted.calls)
    json.endObject()
    beginList("kinds", &json)
    for row in KindRow.registry {
      json.beginObject()
      json.field("name", row.name)
      json.field("carriesBytes", row.carriesBytes)
      json.endObject()
    }
    json.endArray()
    beginList("processes", &json)
    for process in processes {
      json.beginArray()
      json.value(Int64(process.pid))
      process.comm.withBytes { json.value($0) }
      if let description = process.description {
        (description.executable ?? []).withUnsafeBufferPointer { json.value($0) }
        (description.arguments ?? []).withUnsafeBufferPointer { json.value($0) }
      }
      json.endArray()
    }
    json.endArray()
    append("comms", comms, to: &json)
    append("channels", channels, to: &json)
    appendCallFacts(to: &json)
    // As a text in the text: nobody knows what a capture has there.
    waits.sentences.withUnsafeBufferPointer { json.field("waitSentences", $0) }
    waits.json.withUnsafeBufferPointer { json.field("waits", $0) }
    beginList("fields", &json)
    for index in 0..<fields.count {
      json.beginArray()
      fields.withBytes(of: UInt32(index)) { json.output.append($0) }
      json.endArray()
    }
    json.endArray()
    beginList("losses", &json)
    for loss in losses {
      json.beginArray()
      json.value(loss.typeName)
      json.value(loss.count)
      json.value(loss.bytes)
      json.value(Int64(bitPattern: loss.time &- (self.start ?? loss.time)))
      json.endArray()
    }
    json.endArray()
    json.endObject()
    output = json.finish()
  }

  /// Begins an array, in a line of its own.
  func beginList(_ name: StaticString, _ json: inout JSONWriter) {
    json.breakLine()
    json.key(name)
    json.beginArray()
  }

  func append(_ name: StaticString, _ names: NameTable, to json: inout JSONWriter) {
    beginList(name, &json)
    for index in 0..<names.count { names.withBytes(of: UInt32(index)) { json.value($0) } }
    json.endArray()
  }
}

/// A piece of the report's page, of which `embeddedPage` is made.
enum PagePart {
  /// Text as it is.
  case text(StaticString)
  /// Number that lets the page's own scripts run.
  case nonce
  /// Colours of the kinds, as variables of the style sheet.
  case kindColors
  /// What is drawn in a kind's colour, as rules of the style sheet.
  case kindClasses
  /// Facts about the capture, as JSON.
  case facts
  /// Elements with the columns.
  case columns
}
