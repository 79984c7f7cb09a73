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
    field("src_pid", Int64(source.pid))
    field("src_comm", source.comm)
    field("dst_pid", Int64(destination.pid))
    field("dst_comm", destination.comm)
    field("type", kind.row.name)
  }

  /// Writes a key and the name of a process.
  package mutating func field(_ name: StaticString, _ comm: Comm) {
    comm.withBytes { field(name, $0) }
  }
}

extension Event.Traits {
  /// Names of the ends that were inferred, nil if none was.
  package var inferredEnds: StaticString? {
    switch (contains(.inferredSource), contains(.inferredDestination)) {
    case (true, true): "src dst"
    case (true, false): "src"
    case (false, true): "dst"
    case (false, false): nil
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
    if let content, event.kind.row.carriesBytes {
      let count = min(content.count, max(limit ?? .max, 0))
      bytes = UnsafeRawBufferPointer(rebasing: content[..<count])
      if UInt64(count) < event.count { isTruncated = true }
    } else {
      bytes = nil
    }
    self.isTruncated = isTruncated
  }
}
