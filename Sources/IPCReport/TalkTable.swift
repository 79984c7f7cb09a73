import ByteOutput
import IPCFormats
import IPCModel

/// Transfers added up, for the formats that show who talks to whom.
struct TalkTable: Sendable {
  /// Most rows; what belongs to further ones is counted in ``others``.
  static let limit = 65_536

  private var names = NameTable()
  private var positions: [Talk.Key: Int] = [:]
  private var rows: [Talk] = []
  private var processes: [Int32: ProcessName] = [:]
  /// Transfers that found no room.
  private(set) var others: (events: UInt64, bytes: UInt64) = (0, 0)
  /// Records that were lost.
  private(set) var lost: UInt64 = 0

  /// Adds a transfer.
  ///
  /// - Parameters:
  ///   - event: The transfer.
  ///   - texts: Table that its texts are in.
  ///   - buffer: Any buffer; it is left as it was.
  mutating func add(_ event: borrowing Event, texts: borrowing TextTable, by buffer: inout OutputBuffer) {
    guard let position = position(of: event, texts: texts, by: &buffer) else {
      others.events += 1
      others.bytes &+= event.count
      return
    }
    rows[position].events += 1
    rows[position].bytes &+= event.count
    note(event.source)
    note(event.destination)
  }

  /// Counts what was lost.
  mutating func add(_ loss: Loss) { lost += loss.count }

  /// Rows, those with most bytes first, then those with most transfers.
  func sorted() -> [Talk] {
    rows.sorted { a, b in
      if a.bytes != b.bytes { return a.bytes > b.bytes }
      if a.events != b.events { return a.events > b.events }
      return (a.key.source, a.key.destination) < (b.key.source, b.key.destination)
    }
  }

  /// Name of a process.
  func comm(of pid: Int32) -> Comm { processes[pid]?.comm ?? .unknown }

  /// Bytes of the name of a row's channel.
  func withName<Result>(of row: Talk, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    names.withBytes(of: row.key.name, body)
  }

  private mutating func position(
    of event: borrowing Event, texts: borrowing TextTable, by buffer: inout OutputBuffer
  ) -> Int? {
    // Beyond the limit, no name is kept for a row that will not come to be.
    guard rows.count < Self.limit || names.count < Self.limit else { return nil }
    let start = buffer.count
    buffer.appendChannelName(of: event, texts: texts)
    let name = names.takeNumber(from: &buffer, after: start)
    let key = Talk.Key(
      source: event.source.pid, destination: event.destination.pid, kind: event.kind, name: name)
    if let position = positions[key] { return position }
    guard rows.count < Self.limit else { return nil }
    positions[key] = rows.count
    rows.append(Talk(key: key))
    return rows.count - 1
  }

  private mutating func note(_ end: Endpoint) {
    processes[end.pid, default: ProcessName(end)].note(end)
  }
}
