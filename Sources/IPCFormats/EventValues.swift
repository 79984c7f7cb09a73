import ByteOutput
import IPCModel

extension OutputBuffer {
  /// Appends who is at one end, for people: `1234(rsyslogd)`, `1234(rsyslogd/in:imuxsock)` where the thread has a name of
  /// its own.
  package mutating func append(_ end: Endpoint) {
    if end.isKnown { appendDecimal(Int64(end.pid)) } else { append("<unknown>") }
    append("(")
    append(end.comm, .terminal)
    if let thread = end.ownThread {
      append("/")
      append(thread, .terminal)
    }
    append(")")
  }

  /// Appends the name of a process or thread.
  package mutating func append(_ comm: Comm, _ escape: TextEscape) {
    switch escape {
    case .terminal where comm != .unknown: comm.withBytes { appendTerminalName($0) }
    default: comm.withBytes { append($0, escape) }
    }
  }

  /// Appends the value of a meta field, as ``Event/bits(at:)`` has it.
  package mutating func append(
    _ value: UInt64, _ form: MetaField.Form, texts: borrowing TextTable, _ escape: TextEscape
  ) {
    switch form {
    case .number: appendDecimal(value)
    case .integer: appendDecimal(Int64(metaBits: value))
    case .text: append(TextID(metaBits: value), texts: texts, escape)
    }
  }

  /// Appends a text of a table.
  package mutating func append(_ id: TextID, texts: borrowing TextTable, _ escape: TextEscape) {
    texts.withBytes(of: id) { texts.isSimple(id) ? append(simple: $0, escape) : append($0, escape) }
  }

  /// Appends text in which nothing is to be escaped for lines, JSON and CSV.
  private mutating func append(simple text: UnsafeBufferPointer<UInt8>, _ escape: TextEscape) {
    switch escape {
    case .terminal, .csv: append(text)
    case .json:
      append(upTo: text.count + 2) { place in
        place[0] = UInt8(ascii: "\"")
        if let source = text.baseAddress { (place + 1).update(from: source, count: text.count) }
        place[text.count + 1] = UInt8(ascii: "\"")
        return text.count + 2
      }
    case .script: append(text, escape)
    }
  }
}

extension JSONWriter {
  /// Writes what every object about a transfer begins with, whichever sort of it: who, to whom, of which type.
  mutating func envelope(of kind: Kind, from source: Endpoint, to destination: Endpoint) {
    envelope(of: kind.row.name, from: source, to: destination)
  }

  /// The same for what is no transfer itself.
  mutating func envelope(of type: StaticString, from source: Endpoint, to destination: Endpoint) {
    field("src_pid", Int64(source.pid))
    field("src_comm", source.comm)
    field("dst_pid", Int64(destination.pid))
    field("dst_comm", destination.comm)
    field("type", type)
  }

  /// Writes which ends were inferred, if any was.
  mutating func appendInferred(_ traits: Event.Traits) {
    guard traits.hasInferred else { return }
    key("inferred")
    beginArray()
    traits.forEachInferred { value($0) }
    endArray()
  }

  /// Writes the object of a loss, in a line.
  mutating func append(_ loss: Loss, at time: inout TimestampWriter) {
    beginObject()
    field("lost_type", loss.typeName)
    field("count", loss.count)
    field("bytes", loss.bytes)
    key("time")
    beginString()
    time.append(loss.time, to: &output)
    endString()
    endObject()
    output.append("\n")
  }

  /// Writes a key and the name of a process.
  package mutating func field(_ name: StaticString, _ comm: Comm) {
    comm.withBytes { field(name, $0) }
  }
}

extension Event.Traits {
  /// All facts that may be inferred.
  private static let inferrable: Event.Traits = [
    .inferredSource, .inferredSourceThread, .inferredDestination, .inferredOrder,
  ]

  /// Whether anything was inferred.
  package var hasInferred: Bool { !isDisjoint(with: Self.inferrable) }

  /// Calls `body` with the name of each fact that was inferred.
  package func forEachInferred(_ body: (StaticString) -> Void) {
    if contains(.inferredSource) { body("src") }
    if contains(.inferredSourceThread) { body("src_tid") }
    if contains(.inferredDestination) { body("dst") }
    if contains(.inferredOrder) { body("order") }
  }
}

extension OutputBuffer {
  /// Appends the names of the facts that were inferred, with spaces between.
  package mutating func appendInferred(_ traits: Event.Traits) {
    var isFirst = true
    traits.forEachInferred { name in
      if !isFirst { append(" ") }
      append(name)
      isFirst = false
    }
  }
}

/// What of an event's bytes a format shows.
package struct ShownContent {
  /// Bytes to show; nil if contents were not asked for or the kind has none.
  package let bytes: UnsafeRawBufferPointer?
  /// Whether the transfer had more bytes than these.
  package let isTruncated: Bool

  package init(of event: borrowing Event, content: UnsafeRawBufferPointer?, limit: Int?) {
    var isTruncated = event.traits.contains(.incomplete)
    if let content, event.kind.row.carriesBytes, !event.isLifecycle {
      let count = min(content.count, max(limit ?? .max, 0))
      bytes = UnsafeRawBufferPointer(rebasing: content[..<count])
      if UInt64(count) < event.count { isTruncated = true }
    } else {
      bytes = nil
    }
    self.isTruncated = isTruncated
  }
}
