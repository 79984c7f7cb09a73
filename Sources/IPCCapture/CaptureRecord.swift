import ByteOutput
import IPCModel

/// What ipcdump has added to a block.
enum CaptureRecord {
  /// An event, what to add to its time for that of day, and its contents.
  case event(Event, offset: Int64, RecordedContent)
  /// A loss, and what to add to its time for that of day.
  case loss(Loss, offset: Int64)
  /// More contents, and where they belong.
  case continuation(UInt64)
  /// Nothing that ipcdump wants to know: see ``RecordType/control``.
  case control

  /// Reads a record.
  init(
    _ bytes: UnsafeRawBufferPointer, schema: CaptureSchema, texts: inout TextTable, last: inout LastTexts
  ) throws(Malformed) {
    var cursor = ByteCursor(bytes)
    let code = try cursor.byte()
    switch RecordType(rawValue: code) {
    case .event: self = try .readEvent(from: &cursor, schema: schema, texts: &texts, last: &last)
    case .loss: self = try .readLoss(from: &cursor, schema: schema)
    case .continuation: self = .continuation(try cursor.varint())
    case .control: self = .control
    case nil: throw Malformed("a record has the unknown type \(code)")
    }
  }

  private static func readEvent(
    from cursor: inout ByteCursor, schema: CaptureSchema, texts: inout TextTable, last: inout LastTexts
  ) throws(Malformed) -> CaptureRecord {
    let recorded = try recordedKind(UInt64(cursor.byte()), schema)
    guard let kind = recorded.kind else { throw unknownKind(recorded) }
    let traits = Event.Traits(rawValue: try cursor.byte())
    let time = UInt64(littleEndian: try cursor.integer(UInt64.self))
    let offset = try cursor.signedVarint()
    let source = try readEnd(from: &cursor)
    let destination = try readEnd(from: &cursor)
    let count = try cursor.varint()
    var event = Event(
      time: time, kind: kind, source: source, destination: destination, count: count, traits: traits)
    event.delay = try cursor.varint() &- 1
    let content = try cursor.byte() == 0 ? RecordedContent.none : .bytes(cursor.varint())
    try readFields(of: recorded, kind, from: &cursor, into: &event, texts: &texts, last: &last)
    while cursor.remaining > 0 { try readDetail(from: &cursor, into: &event, processes: &texts.processes) }
    return .event(event, offset: offset, content)
  }

  private static func readDetail(
    from cursor: inout ByteCursor, into event: inout Event, processes: inout KnownProcesses
  ) throws(Malformed) {
    let code = try cursor.byte()
    let value = try cursor.counted()
    var detail = ByteCursor(UnsafeRawBufferPointer(value))
    switch EndDetail(rawValue: code) {
    case .sourceThread: event.source.thread = try name(value)
    case .destinationThread: event.destination.thread = try name(value)
    case .sourceDescriptor: event.source.descriptor = Int32(clamping: try detail.varint())
    case .destinationDescriptor: event.destination.descriptor = Int32(clamping: try detail.varint())
    case .process: try readProcess(from: &detail, into: &processes)
    case .sourceProcess: event.source.image = try detail.varint()
    case .destinationProcess: event.destination.image = try detail.varint()
    case .writeSpan: event.writeSpan = min(try detail.varint(), event.delay)
    // Of a later version.
    case nil: break
    }
  }

  /// Most bytes of a text about a process; ipcdump records no more.
  private static let longestText = 4096

  private static func readProcess(
    from cursor: inout ByteCursor, into processes: inout KnownProcesses
  ) throws(Malformed) {
    let number = try cursor.varint()
    guard let pid = Int32(exactly: try cursor.signedVarint()) else {
      throw Malformed("a process id has more than 32 bits")
    }
    let present = try cursor.byte()
    func text(_ place: UInt8) throws(Malformed) -> [UInt8]? {
      present & (1 << place) == 0 ? nil : Array(try cursor.counted().prefix(longestText))
    }
    let process = ProcessDescription(
      executable: try text(0), arguments: try text(1), directory: try text(2), user: try text(3),
      container: try text(4), containerName: try text(5), cgroup: try text(6),
      namespacePid: try text(7).flatMap { Int32(String(decoding: $0, as: UTF8.self)) })
    processes.add(process, for: KnownProcesses.Image(pid: pid, image: number))
  }

  private static func readFields(
    of recorded: CaptureSchema.RecordedKind, _ kind: Kind, from cursor: inout ByteCursor,
    into event: inout Event, texts: inout TextTable, last: inout LastTexts
  ) throws(Malformed) {
    let present = try cursor.varint()
    guard recorded.fields.count == 64 || present >> UInt64(recorded.fields.count) == 0 else {
      throw Malformed("an event has fields that its kind has not")
    }
    for (index, field) in recorded.fields.enumerated() where present & (1 << UInt64(index)) != 0 {
      switch field.form {
      case .number:
        let value = try cursor.varint()
        if let position = field.position { event.setBits(value, at: position) }
      case .integer:
        let value = try cursor.signedVarint()
        if let position = field.position { event.setBits(value.metaBits, at: position) }
      case .text:
        let text = try cursor.counted()
        if let position = field.position {
          let id = last.id(of: text, kind: kind, position: position, in: &texts)
          event.setBits(id.metaBits, at: position)
        }
      }
    }
  }

  private static func readEnd(from cursor: inout ByteCursor) throws(Malformed) -> Endpoint {
    guard let pid = Int32(exactly: try cursor.signedVarint()),
      let tid = Int32(exactly: try cursor.signedVarint())
    else { throw Malformed("a process id has more than 32 bits") }
    return Endpoint(pid: pid, tid: tid, comm: try name(cursor.counted()))
  }

  private static func name(_ bytes: UnsafeBufferPointer<UInt8>) throws(Malformed) -> Comm {
    guard bytes.count < Comm.capacity else {
      throw Malformed("the name of a process is longer than 15 bytes")
    }
    return Comm(firstBytesOf: UnsafeRawBufferPointer(bytes))
  }

  private static func readLoss(
    from cursor: inout ByteCursor, schema: CaptureSchema
  ) throws(Malformed) -> CaptureRecord {
    let code = try cursor.varint()
    let recorded = try code == 0 ? nil : recordedKind(code - 1, schema)
    if let recorded, recorded.kind == nil { throw unknownKind(recorded) }
    let time = UInt64(littleEndian: try cursor.integer(UInt64.self))
    let offset = try cursor.signedVarint()
    let count = try cursor.varint()
    return .loss(
      Loss(kind: recorded?.kind, count: count, bytes: try cursor.varint(), time: time), offset: offset)
  }

  private static func recordedKind(
    _ number: UInt64, _ schema: CaptureSchema
  ) throws(Malformed) -> CaptureSchema.RecordedKind {
    guard number < UInt64(schema.kinds.count) else {
      throw Malformed("kind \(number) is not among those that the section names")
    }
    return schema.kinds[Int(number)]
  }

  private static func unknownKind(_ kind: CaptureSchema.RecordedKind) -> Malformed {
    Malformed("events of type \(kind.name) need a later ipcdump")
  }
}

/// First byte of what ipcdump adds to a block, so that it can be read back without loss.
enum RecordType: UInt8 {
  /// An event; the layout is ``OutputBuffer/appendRecordHead(of:offset:)``'s.
  case event = 1
  /// Events that were lost.
  case loss = 2
  /// More contents of the event before.
  case continuation = 3
  /// Nothing: a packet that a synthetic connection needs to be one, such as its handshake.
  case control = 4
}

/// What stands at the end of an event's record, as far as there is something to say.
enum EndDetail: UInt8 {
  /// Name of the thread at the source, where it is another one than that of its process.
  case sourceThread = 1
  /// The same of the destination.
  case destinationThread = 2
  /// Descriptor that was used at the source.
  case sourceDescriptor = 3
  /// Descriptor that was used at the destination.
  case destinationDescriptor = 4
  /// What is known of a process, under a number that the section's events refer to from then on.
  case process = 5
  /// Number of the process at the source.
  case sourceProcess = 6
  /// Number of the process at the destination.
  case destinationProcess = 7
  /// How far the ends of its writes are apart, in nanoseconds.
  case writeSpan = 8
}

/// What a record says about the contents of its event.
enum RecordedContent: Equatable {
  /// They were not asked for, or the kind has none.
  case none
  /// So many bytes were captured; they are the payload of the block, and of those that follow it.
  case bytes(UInt64)
}
