import ByteOutput
import IPCFormats
import IPCModel

/// How the fields of all kinds are read, in one list, so that no row is looked up for every event: ``Event/fieldLimit`` of
/// each kind, by position.
private let forms = KindRow.registry.flatMap { row in
  (0..<Event.fieldLimit).map { $0 < row.fields.count ? row.fields[$0].form : .number }
}

extension OutputBuffer {
  /// Appends the first part of an event's record, which has all but its contents. Behind it come both ends
  /// (``appendEnds(of:)``) and the rest (``appendRecordRest(of:_:texts:)``):
  /// - type, kind and traits, a byte each,
  /// - its time of `CLOCK_MONOTONIC`, and what to add to that for the time of day,
  /// - both ends, its count, and its delay and 1, or 0 if that is not known,
  /// - 1 and the number of captured bytes, or 0,
  /// - which of the kind's fields it has, as bits, and those,
  /// - whatever else there is to say of its ends, each with its ``EndDetail`` and its length before it.
  ///
  /// What a later version adds comes behind that, and is ignored by an earlier one.
  mutating func appendRecordHead(of event: borrowing Event, offset: Int64) {
    append(RecordType.event.rawValue)
    append(event.kind.rawValue)
    append(event.traits.rawValue)
    append(integer: event.time.littleEndian)
    appendSignedVarint(offset)
  }

  /// Appends the rest of a record.
  mutating func appendRecordRest(
    of event: borrowing Event, _ content: RecordedContent, texts: borrowing TextTable
  ) {
    appendVarint(event.count)
    // An unknown delay, which is the greatest number, becomes 0.
    appendVarint(event.delay &+ 1)
    switch content {
    case .none: append(UInt8(0))
    case .bytes(let count):
      append(UInt8(1))
      appendVarint(count)
    }
    appendFields(of: event, texts: texts)
    if let thread = event.source.ownThread { append(.sourceThread, thread) }
    if let thread = event.destination.ownThread { append(.destinationThread, thread) }
    append(.sourceDescriptor, descriptor: event.source.descriptor)
    append(.destinationDescriptor, descriptor: event.destination.descriptor)
    if event.writeSpan > 0 { append(.writeSpan, number: event.writeSpan) }
  }

  private mutating func append(_ detail: EndDetail, _ name: Comm) {
    append(detail.rawValue)
    name.withBytes { appendCounted($0) }
  }

  private mutating func append(_ detail: EndDetail, descriptor: Int32) {
    if descriptor >= 0 { append(detail, number: UInt64(descriptor)) }
  }

  /// Appends a number that says something of an end.
  mutating func append(_ detail: EndDetail, number: UInt64) {
    append(detail.rawValue)
    if number < 0x80 {
      append(UInt8(1))
      return append(UInt8(truncatingIfNeeded: number))
    }
    // A number takes up to ten bytes, so that one byte tells its length.
    append(UInt8(0))
    let start = count
    appendVarint(number)
    set(integer: UInt8(count - start), at: start - 1)
  }

  /// Appends what is known of a process, in ``EndDetail/process``: its number in this file, its pid, which texts follow, as
  /// bits, and those.
  mutating func append(_ process: ProcessDescription, pid: Int32) {
    let texts = process.recordedTexts
    var body = OutputBuffer(capacity: 256)
    body.appendVarint(UInt64(process.number))
    body.appendSignedVarint(Int64(pid))
    body.append(texts.indices.reduce(0) { $0 | (texts[$1] == nil ? 0 : 1 << UInt8($1)) })
    for text in texts { text?.withUnsafeBufferPointer { body.appendCounted($0) } }
    append(EndDetail.process.rawValue)
    body.withBytes { appendCounted($0.assumingMemoryBound(to: UInt8.self)) }
  }

  /// Appends a loss: type, a byte; the kind's number and 1, or 0; count, bytes, and times as an event has.
  mutating func appendRecord(of loss: Loss, offset: Int64) {
    append(RecordType.loss.rawValue)
    appendVarint(loss.kind.map { UInt64($0.rawValue) + 1 } ?? 0)
    append(integer: loss.time.littleEndian)
    appendSignedVarint(offset)
    appendVarint(loss.count)
    appendVarint(loss.bytes)
  }

  /// Appends where in the contents of the event before these bytes belong.
  mutating func appendContinuation(at position: Int) {
    append(RecordType.continuation.rawValue)
    appendVarint(UInt64(position))
  }

  /// Appends both ends of an event.
  mutating func appendEnds(of event: borrowing Event) {
    append(end: event.source)
    append(end: event.destination)
  }

  private mutating func append(end: Endpoint) {
    appendSignedVarint(Int64(end.pid))
    appendSignedVarint(Int64(end.tid))
    end.comm.withBytes { appendCounted($0) }
  }

  private mutating func appendFields(of event: borrowing Event, texts: borrowing TextTable) {
    let forms = forms
    let first = Int(event.kind.rawValue) * Event.fieldLimit
    var left = event.fields
    appendVarint(UInt64(left.rawValue))
    while let position = left.popFirst() {
      guard let value = event.bits(at: position) else { continue }
      switch forms[first + position] {
      case .number: appendVarint(value)
      case .integer: appendSignedVarint(Int64(bitPattern: value))
      case .text:
        texts.withBytes(of: TextID(metaBits: value)) { appendCounted($0) }
      }
    }
  }
}

extension ProcessDescription {
  /// Its texts in the order in which they are recorded.
  fileprivate var recordedTexts: [[UInt8]?] {
    [
      executable, arguments, directory, user, container, containerName, cgroup,
      namespacePid.map { Array("\($0)".utf8) },
    ]
  }
}
