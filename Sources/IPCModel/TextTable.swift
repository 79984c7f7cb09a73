/// Texts that events refer to by number: channel names and words of a fixed vocabulary.
///
/// Texts are bytes, not `String`: paths have no promised encoding. A text can be released when its channel is
/// gone, and its number is then given to the next one, so the table does not grow with time.
public struct TextTable: ~Copyable {
  private var texts: [[UInt8]] = []
  private var free: [UInt32] = []

  /// Creates an empty table.
  public init() {}

  /// Adds a text; equal texts are not merged.
  public mutating func add(_ text: some Sequence<UInt8>) -> TextID {
    let bytes = Array(text)
    if let slot = free.popLast() {
      texts[Int(slot)] = bytes
      return TextID(rawValue: slot)
    }
    texts.append(bytes)
    return TextID(rawValue: UInt32(texts.count - 1))
  }

  /// Adds the UTF-8 of a string.
  public mutating func add(_ text: String) -> TextID { add(text.utf8) }

  /// Gives a text's number free; no event that is still to be shown may refer to it.
  public mutating func release(_ id: TextID) {
    texts[Int(id.rawValue)] = []
    free.append(id.rawValue)
  }

  /// Bytes of a text.
  public borrowing func withBytes<R>(of id: TextID, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
    texts[Int(id.rawValue)].withUnsafeBufferPointer(body)
  }

  /// A text as a string, for tests and diagnostics; invalid UTF-8 is replaced.
  public borrowing func string(of id: TextID) -> String {
    String(decoding: texts[Int(id.rawValue)], as: UTF8.self)
  }
}
