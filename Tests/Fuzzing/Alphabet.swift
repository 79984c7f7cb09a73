/// Bytes that stand for contents in one sequence; what lies in memory from another one has other letters.
public struct Alphabet: Sendable {
  private static let size: UInt8 = 20

  private let first: UInt8

  /// One of eleven alphabets, by turns; none has 0, which fresh memory holds.
  public init(turn: UInt64) { first = 16 + Self.size * UInt8(turn % 11) }

  /// The first byte that is no letter.
  func stranger(in bytes: UnsafeRawBufferPointer) -> UInt8? {
    // A loop, because this is what takes longest where nothing is optimised.
    for byte in bytes where byte < first || byte - first >= Self.size { return byte }
    return nil
  }

  /// The letters in a row, again and again.
  func text(_ count: Int, from start: Int = 0) -> [UInt8] {
    let letters = (0..<Int(Self.size)).map { first + UInt8((start + $0) % Int(Self.size)) }
    var text: [UInt8] = []
    text.reserveCapacity(count + letters.count)
    while text.count < count { text += letters }
    text.removeLast(text.count - count)
    return text
  }

  /// The same letter again and again.
  func run(_ count: Int, of letter: Int) -> [UInt8] {
    [UInt8](repeating: first + UInt8(letter % Int(Self.size)), count: count)
  }
}
