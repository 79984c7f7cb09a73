import RecordLayout

/// Records in the order in which they come out of the ring, made beforehand.
struct Tape {
  private var bytes: [UInt8] = []
  private var ends: [Int] = []
  /// Time of the last record, in nanoseconds.
  private(set) var clock: UInt64 = 1_000_000_000

  private let pace: UInt64

  /// - Parameter pace: Nanoseconds between two records.
  init(pace: UInt64) { self.pace = pace }

  var count: Int { ends.count }

  /// A header of the next record.
  mutating func header(_ type: ipc_record_type, _ kind: ipc_kind, by party: Party) -> ipc_header {
    clock += pace
    var header = ipc_header()
    header.time = clock
    header.tgid = party.pid
    header.tid = party.tid
    header.comm = party.comm
    header.thread = party.comm
    header.type = UInt16(type.rawValue)
    header.kind = UInt8(kind.rawValue)
    header.flags = UInt8(IPC_FLAG_IN_SCOPE.rawValue)
    return header
  }

  /// Adds a record and the bytes behind it.
  mutating func append(_ record: some BitwiseCopyable, then tail: some Sequence<UInt8> = []) {
    withUnsafeBytes(of: record) { bytes.append(contentsOf: $0) }
    bytes.append(contentsOf: tail)
    ends.append(bytes.count)
  }

  /// Gives some of the records to `body`, one after the other.
  func play(_ records: Range<Int>, _ body: (UnsafeRawBufferPointer) -> Void) {
    bytes.withUnsafeBytes { bytes in
      for index in records {
        let start = index == 0 ? 0 : ends[index - 1]
        body(UnsafeRawBufferPointer(rebasing: bytes[start..<ends[index]]))
      }
    }
  }
}
