/// The columns of a report; their names are those that `Page/capture.js` asks for.
struct ReportColumns {
  /// Length of the contents of an event that has none.
  static let noContent = UInt32.max

  /// Nanoseconds since the first event, and bytes transferred, as doubles.
  var time = Column()
  var count = Column()
  /// Nanoseconds from the write to the read as doubles, −1 where they are not known.
  var delay = Column()
  /// Numbers of processes.
  var source = Column()
  var destination = Column()
  var sourceThread = Column()
  var destinationThread = Column()
  /// Numbers of names.
  var sourceComm = Column()
  var destinationComm = Column()
  /// Number of the channel's name, and of the other fields.
  var channel = Column()
  var field = Column()
  var contentLength = Column()
  var kind = Column()
  /// ``Event/Traits``, and 128 if the contents found no room.
  var traits = Column()
  /// What was captured of the events' bytes, one after the other.
  var contents = Column()

  /// All of them, by name.
  var named: [(name: String, column: Column)] {
    [
      ("time", time), ("count", count), ("delay", delay), ("source", source), ("destination", destination),
      ("sourceThread", sourceThread), ("destinationThread", destinationThread), ("sourceComm", sourceComm),
      ("destinationComm", destinationComm), ("channel", channel), ("field", field),
      ("contentLength", contentLength), ("kind", kind), ("traits", traits), ("contents", contents),
    ]
  }
}

/// One fact of every event, as an array of numbers of one size, little-endian as every browser reads them.
struct Column {
  /// The numbers' bytes.
  private(set) var bytes: [UInt8] = []

  /// Appends a number of the column's size.
  mutating func append(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// Appends a number as a double, which a script counts in; exact up to 2^53.
  mutating func append(double value: Double) { append(value.bitPattern) }

  /// Appends bytes as they are.
  mutating func append(contentsOf content: UnsafeRawBufferPointer) { bytes.append(contentsOf: content) }
}

/// Texts, each stored once and known by its number. Looking up one that is there allocates nothing.
struct NameTable: Sendable {
  /// Start of each text in ``bytes``, and the end of the last one.
  private var starts = [0]
  private var bytes: [UInt8] = []
  /// Number of a text by its hash, or by one of the next numbers if others had that.
  private var numbers: [Int: UInt32] = [:]

  /// Number of texts.
  var count: Int { starts.count - 1 }

  /// Number of a text, which is added if it is new.
  mutating func number(of text: UnsafeRawBufferPointer) -> UInt32 {
    var hasher = Hasher()
    hasher.combine(bytes: text)
    var hash = hasher.finalize()
    while let number = numbers[hash] {
      if withBytes(of: number, { $0.elementsEqual(text) }) { return number }
      hash &+= 1
    }
    let number = UInt32(count)
    numbers[hash] = number
    bytes.append(contentsOf: text)
    starts.append(bytes.count)
    return number
  }

  /// Bytes of a text.
  func withBytes<Result>(of number: UInt32, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    bytes.withUnsafeBufferPointer { bytes in
      body(UnsafeBufferPointer(rebasing: bytes[starts[Int(number)]..<starts[Int(number) + 1]]))
    }
  }
}
