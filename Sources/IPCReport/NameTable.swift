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
