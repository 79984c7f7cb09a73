/// A capture as a machine of the other byte order writes it: headers, times and options are turned, contents and records
/// are not.
struct SwappedCapture {
  private(set) var bytes: [UInt8]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    var start = 0
    while start < bytes.count { start += swapBlock(at: start) }
  }

  private mutating func swap(_ start: Int, _ length: Int) { bytes[start..<start + length].reverse() }

  private func number(_ start: Int, _ length: Int) -> Int {
    bytes[start..<start + length].reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  /// Turns a block, and gives its length.
  private mutating func swapBlock(at start: Int) -> Int {
    let type = number(start, 4)
    let length = number(start + 4, 4)
    var options = start + 8
    switch type {
    case 0x0A0D_0D0A:
      for (offset, width) in [(8, 4), (12, 2), (14, 2), (16, 8)] { swap(start + offset, width) }
      options += 16
    case 1:
      for (offset, width) in [(8, 2), (10, 2), (12, 4)] { swap(start + offset, width) }
      options += 8
    case 6:
      options += 20 + (number(start + 20, 4) + 3) / 4 * 4
      for offset in stride(from: 8, to: 28, by: 4) { swap(start + offset, 4) }
    case 5:
      for offset in stride(from: 8, to: 20, by: 4) { swap(start + offset, 4) }
      options += 12
    default: options = start + length - 4
    }
    if options < start + length - 4 { swapOptions(at: options) }
    for offset in [0, 4, length - 4] { swap(start + offset, 4) }
    return length
  }

  private mutating func swapOptions(at start: Int) {
    let code = number(start, 2)
    let length = number(start + 2, 2)
    swap(start, 2)
    swap(start + 2, 2)
    if code == 0 { return }
    // The enterprise number; the values of other options do not matter to what is read back.
    if code == 2989 { swap(start + 4, 4) }
    swapOptions(at: start + 4 + (length + 3) / 4 * 4)
  }
}
