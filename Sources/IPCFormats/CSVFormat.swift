import ByteOutput
import Glibc
import IPCModel

/// Comma-separated values (RFC 4180) with a header line, one table for events of all kinds and for losses.
public struct CSVFormat: EventFormat {
  private let byteLimit: Int?
  private let details: EndDetails
  private let columns = CSVColumns(KindRow.registry.map(\.fields))
  /// What most events say nothing of stands behind all else.
  private let lastColumns = CSVColumns(KindRow.registry.map(\.fields), isLast: true)
  private var time: TimestampWriter
  private var ends = EndTexts(3)
  private let showsProtocol: Bool

  /// Creates a format.
  public init(_ options: FormatOptions) {
    byteLimit = options.byteLimit
    details = options.details
    showsProtocol = options.showsProtocol
    time = TimestampWriter(.rfc3339, clock: options.clock)
  }

  /// Clock by which kernel times become times of day.
  public var clock: WallClock {
    get { time.clock }
    set { time.clock = newValue }
  }

  /// Name of the protocol that the next event's channel speaks, if it is known and shown.
  public var protocolName: StaticString?

  /// Appends the names of the columns.
  public mutating func appendHeader(to output: inout OutputBuffer) {
    output.append("src_pid,src_comm,dst_pid,dst_comm,type,time,")
    for name in columns.names {
      output.append(name)
      output.append(",")
    }
    output.append("bytes,src_tid,dst_tid,truncated,inferred,delivered,lost_type,lost_count,lost_bytes")
    output.append(",src_thread,dst_thread")
    for (_, detail, source, destination) in EndDetails.facts where details.contains(detail) {
      output.append(",")
      output.append(source)
      output.append(",")
      output.append(destination)
    }
    if showsProtocol { output.append(",protocol") }
    for name in lastColumns.names {
      output.append(",")
      output.append(name)
    }
    output.append("\r\n")
  }

  /// Appends the row of an event.
  public mutating func append(
    _ event: borrowing Event, content: UnsafeRawBufferPointer?, texts: borrowing TextTable,
    to output: inout OutputBuffer
  ) {
    let shown = ShownContent(of: event, content: content, limit: byteLimit)
    let found = ends.find(for: event, with: &output, Self.appendEnds)
    ends.append(0, of: found, to: &output)
    time.append(event.time, to: &output)
    output.append(",")
    append(columns, of: event, texts: texts, to: &output)
    output.append(",")
    if let bytes = shown.bytes { output.appendBase64(bytes) }
    ends.append(1, of: found, to: &output)
    output.append(shown.isTruncated ? ",true," : ",false,")
    if event.traits.hasInferred { output.appendInferred(event.traits) }
    output.append(event.traits.contains(.undelivered) ? ",false" : ",true")
    output.append(",,,")
    ends.append(2, of: found, to: &output)
    if !details.isEmpty { append(EndDetailValues(details, of: event, texts: texts), to: &output) }
    if showsProtocol { output.append(",") }
    if let protocolName { output.append(protocolName) }
    output.append(",")
    append(lastColumns, of: event, texts: texts, to: &output)
    output.append("\r\n")
  }

  /// Appends the cells of an event in some columns, with commas between them.
  private func append(
    _ columns: CSVColumns, of event: borrowing Event, texts: borrowing TextTable,
    to output: inout OutputBuffer
  ) {
    var column = 0
    // Most events have nothing to say in the last ones.
    if columns.hasCells(of: event) {
      for index in columns.row(of: event.kind) {
        let cell = columns.cells[index]
        guard let value = event.bits(at: cell.position) else { continue }
        output.append(commas: cell.column - column)
        column = cell.column
        output.append(value, cell.form, texts: texts, .csv)
      }
    }
    output.append(commas: columns.names.count - 1 - column)
  }

  /// Appends the row of a loss, of which only the type, the time and the three columns of losses are filled.
  public mutating func append(_ loss: Loss, to output: inout OutputBuffer) {
    output.append(",,,,lost,")
    time.append(loss.time, to: &output)
    output.append(",")
    output.append(commas: columns.names.count)
    output.append(",,,,,,")
    output.append(loss.typeName)
    output.append(",")
    output.appendDecimal(loss.count)
    output.append(",")
    output.appendDecimal(loss.bytes)
    output.append(commas: 2 + 2 * details.factCount)
    if showsProtocol { output.append(",") }
    output.append(commas: lastColumns.names.count)
    output.append("\r\n")
  }

  private func append(_ details: EndDetailValues, to output: inout OutputBuffer) {
    details.forEach { _, value in
      output.append(",")
      switch value {
      case .number(let number): output.appendDecimal(number)
      case .text(let text), .line(let text): text.withUnsafeBufferPointer { output.append($0, .csv) }
      case nil: break
      }
    }
  }

  /// What comes before the time, what behind the contents, and what behind all.
  private static func appendEnds(_ text: Int, of event: borrowing Event, to output: inout OutputBuffer) {
    switch text {
    case 0:
      output.appendDecimal(Int64(event.source.pid))
      output.append(",")
      output.append(event.source.comm, .csv)
      output.append(",")
      output.appendDecimal(Int64(event.destination.pid))
      output.append(",")
      output.append(event.destination.comm, .csv)
      output.append(",")
      output.append(event.kind.row.name)
      output.append(",")
    case 1:
      output.append(",")
      output.appendDecimal(Int64(event.source.tid))
      output.append(",")
      output.appendDecimal(Int64(event.destination.tid))
    default:
      output.append(",")
      if let thread = event.source.ownThread { output.append(thread, .csv) }
      output.append(",")
      if let thread = event.destination.ownThread { output.append(thread, .csv) }
    }
  }
}

extension OutputBuffer {
  @inline(__always)
  fileprivate mutating func append(commas count: Int) {
    if count == 1 { append(UInt8(ascii: ",")) } else { append(severalCommas: count) }
  }

  private mutating func append(severalCommas count: Int) {
    append(upTo: count) { place in
      memset(place, Int32(UInt8(ascii: ",")), count)
      return count
    }
  }
}

/// Columns that the meta fields of all kinds share, worked out once.
struct CSVColumns: Sendable {
  /// Every field name of the registry once, in the order of first occurrence; what says of any kind why contents are
  /// missing stands last, beside them.
  let names: [StaticString]
  /// Every kind's fields in the order of the columns, one kind behind the other: an array of each would be retained for
  /// every event.
  let cells: [Cell]
  /// Where each kind's fields are in them.
  private let rows: [Range<Int>]
  /// Each kind's fields that are in them.
  private let fields: [MetaFieldSet]

  /// A field of a kind.
  struct Cell: Sendable {
    /// Its position in the kind's fields.
    let position: Int
    /// How its value is to be read.
    let form: MetaField.Form
    /// The column that it is in.
    let column: Int
  }

  /// Creates the columns of kinds, given the fields of each.
  ///
  /// - Parameter isLast: Whether they are those that stand behind all else, or all others.
  init(_ kinds: [[MetaField]], isLast: Bool = false) {
    var names: [StaticString] = []
    var seen: Set<String> = []
    let fields = kinds.joined().filter { ($0.role == .lifecycle) == isLast }
    let ordered = fields.filter { $0.role != .bytesMissing } + fields.filter { $0.role == .bytesMissing }
    for field in ordered where seen.insert(field.name.description).inserted {
      names.append(field.name)
    }
    var cells: [Cell] = []
    rows = kinds.map { fields in
      let start = cells.count
      for (column, name) in names.enumerated() {
        guard let position = fields.firstIndex(where: { $0.name.description == name.description }) else {
          continue
        }
        cells.append(Cell(position: position, form: fields[position].form, column: column))
      }
      return start..<cells.count
    }
    self.cells = cells
    self.names = names
    self.fields = zip(kinds, rows).map { fields, row in
      MetaFieldSet(cells[row].map { fields[$0.position] })
    }
  }

  /// Whether an event has any of the fields that are in these columns.
  func hasCells(of event: borrowing Event) -> Bool {
    !event.fields.intersection(fields[Int(event.kind.rawValue)]).isEmpty
  }

  /// Where the cells of a kind are, in their order.
  func row(of kind: Kind) -> Range<Int> { rows[Int(kind.rawValue)] }
}
