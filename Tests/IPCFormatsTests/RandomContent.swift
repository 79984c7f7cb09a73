import TestSupport

/// Up to some 600 bytes: any ones, among runs of what a format must look at twice.
func randomContent(_ generator: inout SeededRandom) -> [UInt8] {
  let pieces: [[UInt8]] = [
    [0x0a], [0x0d], [0x0d, 0x0a], [0x09], [0x5c], [0x20], [0x1b], [0x7f], [0x85], Array("\\x0a".utf8),
    Array("\u{85}\u{202e}\u{2028}é日🐟".utf8), [0xe2, 0x82], Array("plain text".utf8),
    [UInt8](repeating: 0x61, count: 90), [UInt8](repeating: 0x20, count: 97),
  ]
  var bytes: [UInt8] = []
  for _ in 0..<Int.random(in: 0...12, using: &generator) {
    if Bool.random(using: &generator), let piece = pieces.randomElement(using: &generator) {
      bytes += piece
    } else {
      bytes += (0..<Int.random(in: 0...20, using: &generator)).map { _ in
        .random(in: 0...255, using: &generator)
      }
    }
  }
  return bytes
}
