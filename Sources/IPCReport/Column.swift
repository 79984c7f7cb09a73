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
