import Foundation

/// ipcdump's JSON, read back without ipcdump.
struct EventFile {
  /// Lines that tell transfers over pipes.
  private(set) var events = 0
  /// Sum of their `count`.
  private(set) var bytes = 0
  /// Bytes of contents that they show, from the length of their base64.
  private(set) var contentBytes = 0
  /// Lines that tell losses.
  private(set) var losses = 0
  /// Size of the file in bytes.
  private(set) var size = 0

  init(path: String) throws(BenchFailure) {
    let data: Data
    do {
      data = try Data(contentsOf: URL(filePath: path), options: .alwaysMapped)
    } catch {
      throw BenchFailure("cannot read \(path): \(error)")
    }
    size = data.count
    data.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return }
      var rest = bytes[...]
      while !rest.isEmpty {
        let length =
          memchr(start + rest.startIndex, 0x0a, rest.count).map { UnsafeRawPointer($0) - start }
          ?? bytes.count
        count(UnsafeRawBufferPointer(rebasing: bytes[rest.startIndex..<length]))
        rest = bytes[min(length + 1, bytes.count)...]
      }
    }
  }

  private mutating func count(_ line: UnsafeRawBufferPointer) {
    if position(of: #"{"lost_type":"#, in: line) == 0 { losses += 1 }
    guard position(of: #""type":"pipe""#, in: line) != nil else { return }
    events += 1
    if let start = end(of: #""count":"#, in: line) {
      bytes += line[start...].prefix { $0 >= 0x30 && $0 <= 0x39 }.reduce(0) { $0 * 10 + Int($1) - 0x30 }
    }
    guard let start = end(of: #""bytes":""#, in: line), let quote = line[start...].firstIndex(of: 0x22) else {
      return
    }
    let padding = line[start..<quote].suffix(2).count { $0 == UInt8(ascii: "=") }
    contentBytes += (quote - start) / 4 * 3 - padding
  }

  private func position(of text: StaticString, in line: UnsafeRawBufferPointer) -> Int? {
    guard let start = line.baseAddress else { return nil }
    let length = text.utf8CodeUnitCount
    var at = 0
    while at + length <= line.count,
      let found = memchr(start + at, Int32(text.utf8Start[0]), line.count - length + 1 - at)
    {
      if memcmp(found, text.utf8Start, length) == 0 { return UnsafeRawPointer(found) - start }
      at = UnsafeRawPointer(found) - start + 1
    }
    return nil
  }

  private func end(of text: StaticString, in line: UnsafeRawBufferPointer) -> Int? {
    position(of: text, in: line).map { $0 + text.utf8CodeUnitCount }
  }
}
