import ByteOutput
import IPCFormats
import IPCModel

/// Reads what ``CaptureWriter`` has written: events and losses in the order in which they were reported, one at a time in
/// memory.
///
/// ```swift
/// var reader = try CaptureReader(path: "trace.pcapng")
/// while let entry = try reader.next() {
///   switch entry {
///   case .event(let event): sink.take(event, content: reader.content, texts: reader.texts)
///   case .loss(let loss): sink.take(loss)
///   }
/// }
/// ```
///
/// ``content`` and the event's texts are valid until the next call of ``next()``. `next` throws one sentence with the
/// place in the file where that is cut off, damaged or somebody else's; whatever was whole before has been given out.
public struct CaptureReader: ~Copyable {
  /// What a capture contains.
  public enum Entry: Sendable {
    /// Something that happened; ``CaptureReader/content`` and ``CaptureReader/texts`` belong to it.
    case event(Event)
    /// Events that were lost.
    case loss(Loss)
  }

  /// What turns the times of the last entry into those of day; not the same for all if the clock was set meanwhile.
  public private(set) var clock: WallClock
  /// Bytes that were captured of the last event; nil if contents were not asked for or the kind has none.
  public private(set) var content: UnsafeRawBufferPointer?

  /// Texts that the last event's meta fields refer to.
  public private(set) var texts = TextTable()

  /// Who waited for whom when that was looked at last, of looks that found something which never ends, if there are any; nil
  /// before the place in the capture where that stands.
  public private(set) var waits: CapturedWaits?

  /// Is given how the ipcdump that writes the capture fares, as often as it is told there; at once, also if no event comes.
  public var onHealth: ((CapturedHealth) -> Void)?

  private var blocks: BlockStream
  private var schema: CaptureSchema
  private var last = LastTexts()
  private var record = OutputBuffer(capacity: 1 << 10)
  private var pieces = OutputBuffer(capacity: 1 << 10)
  /// Link types of the section's interfaces.
  private var linkTypes: [UInt16] = []

  /// Most bytes that one system call transfers (`MAX_RW_COUNT`, include/linux/fs.h), so that no event has more.
  private static let longestContent: UInt64 = 0x7FFF_F000

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - path: The file; `-` is standard input.
  ///   - zone: Zone of local times.
  ///   - mayRead: Is asked before each reading from the file's descriptor, and may wait; false ends the capture there.
  public init(
    path: String, zone: TimeZoneOffset = .local,
    mayRead: @escaping (_ descriptor: Int32) throws(Failure) -> Bool = { _ in true }
  ) throws(Failure) {
    try self.init(file: InputFile(path: path), zone: zone, mayRead: mayRead)
  }

  /// Reads a file that is open already.
  ///
  /// - Parameters:
  ///   - file: The file, from where it has been read to.
  ///   - zone: Zone that local times are shown in.
  ///   - mayRead: Is asked before each reading from the file's descriptor, and may wait; false ends the capture there.
  public init(
    file: InputFile, zone: TimeZoneOffset = .local,
    mayRead: @escaping (_ descriptor: Int32) throws(Failure) -> Bool = { _ in true }
  ) throws(Failure) {
    try self.init(name: file.name, zone: zone) { buffer throws(Failure) in
      try mayRead(file.descriptor) ? file.read(into: buffer) : 0
    }
  }

  /// Reads from whatever gives bytes.
  ///
  /// - Parameters:
  ///   - name: What it is called in sentences.
  ///   - zone: Zone of local times.
  ///   - read: Fills a buffer and gives the number of bytes; 0 at the end.
  public init(
    name: String, zone: TimeZoneOffset = .local,
    read: @escaping (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
  ) throws(Failure) {
    blocks = BlockStream(name: name, read: read)
    try blocks.begin()
    schema = try blocks.sectionSchema()
    clock = WallClock(offset: schema.offset, start: schema.start, zone: zone)
  }

  /// The next event or loss; nil at the end.
  public mutating func next() throws(Failure) -> Entry? {
    content = nil
    while try blocks.advance(wanted: Self.isOurs) {
      if blocks.type == BlockType.sectionHeader {
        schema = try blocks.sectionSchema()
        // Numbers of processes begin anew.
        texts.processes = KnownProcesses()
        clock.start = schema.start
        linkTypes.removeAll(keepingCapacity: true)
        continue
      }
      if blocks.type == BlockType.interfaceDescription {
        linkTypes.append(try linkType())
        continue
      }
      guard let (record, payload) = try readBlock() else { continue }
      switch record {
      case .loss(let loss, let offset):
        clock.offset = offset
        return .loss(loss)
      case .event(let event, let offset, let recorded):
        clock.offset = offset
        try takeContent(recorded, beginningWith: payload)
        return .event(event)
      case .continuation: throw blocks.refused("contents go on that did not begin")
      case .control: continue
      }
    }
    return nil
  }

  /// Whether the next call of ``next()`` has its bytes already, and need not wait for any.
  public var hasMore: Bool { blocks.hasMore }

  private static func isOurs(_ type: UInt32) -> Bool {
    switch type {
    case BlockType.sectionHeader, BlockType.interfaceDescription, BlockType.enhancedPacket,
      BlockType.journalExport:
      true
    default: false
    }
  }

  /// The link type of the interface in memory.
  private func linkType() throws(Failure) -> UInt16 {
    do throws(Malformed) {
      return try blocks.readLinkType()
    } catch {
      throw blocks.refused(error.reason)
    }
  }

  /// The record and the payload of the block in memory; nil if it has none, as somebody else's journal entries.
  private mutating func readBlock() throws(Failure) -> (CaptureRecord, UnsafeRawBufferPointer)? {
    record.removeAll()
    do throws(Malformed) {
      var payload = UnsafeRawBufferPointer(start: nil, count: 0)
      if blocks.type == BlockType.enhancedPacket {
        payload = try blocks.readPacket(linkTypes, record: &record)
        guard !record.isEmpty else { throw Malformed("this packet is not ipcdump's") }
      } else {
        try blocks.readJournalEntry(record: &record)
        if record.isEmpty {
          if let look = try blocks.readWaits(), !look.sentences.isEmpty || waits?.sentences.isEmpty ?? true {
            waits = look
          }
          if let onHealth, let health = try blocks.readHealth() { onHealth(health) }
          return nil
        }
      }
      let schema = schema
      let read = try record.withBytes { bytes throws(Malformed) in
        try CaptureRecord(bytes, schema: schema, texts: &texts, last: &last)
      }
      return (read, payload)
    } catch {
      throw blocks.refused(error.reason)
    }
  }

  /// Finds an event's contents in its own block, or puts them together from those that follow.
  private mutating func takeContent(
    _ recorded: RecordedContent, beginningWith payload: UnsafeRawBufferPointer
  ) throws(Failure) {
    guard case .bytes(let count) = recorded else { return }
    if payload.count == count {
      content = payload
      return
    }
    guard payload.count < count, count <= Self.longestContent else {
      throw blocks.refused("a packet is not as long as it says")
    }
    pieces.removeAll()
    pieces.append(payload)
    while pieces.count < count {
      guard try blocks.advance(wanted: Self.isOurs) else { throw blocks.cutOff() }
      let block = blocks.type == BlockType.enhancedPacket ? try readBlock() : nil
      if case .control = block?.0 { continue }
      guard let (record, piece) = block, case .continuation(UInt64(pieces.count)) = record, !piece.isEmpty
      else { throw blocks.refused("contents do not go on here, as they should") }
      pieces.append(piece)
    }
    guard pieces.count == count else { throw blocks.refused("contents are longer than they should be") }
    content = pieces.bytes
  }
}

/// The text that each kind's fields had last. Most events have the same as the one before, which are not made anew.
struct LastTexts {
  private var ids: [TextID?] = Array(repeating: nil, count: KindRow.registry.count * Event.fieldLimit)

  /// The number of a text in a table, good until another one takes its field's place.
  mutating func id(
    of bytes: UnsafeBufferPointer<UInt8>, kind: Kind, position: Int, in table: inout TextTable
  ) -> TextID {
    let slot = Int(kind.rawValue) * Event.fieldLimit + position
    if let before = ids[slot] {
      let isSame = table.withBytes(of: before) { $0.elementsEqual(bytes) }
      if isSame { return before }
      table.release(before)
    }
    let id = table.add(bytes)
    ids[slot] = id
    return id
  }
}
