import Glibc

/// Texts that events refer to by number: channel names and words of a fixed vocabulary.
///
/// Texts are bytes, not `String`: paths have no promised encoding. A text can be released when its channel is
/// gone, and its number is then given to the next one, so the table does not grow with time.
public struct TextTable: ~Copyable {
  private struct Entry {
    var bytes: [UInt8]
    /// See ``TextTable/isSimple(_:)``.
    var isSimple: Bool
  }

  /// What is known of the processes at the ends of events, in texts as well.
  public package(set) var processes = KnownProcesses()
  private var texts: [Entry] = []
  private var free: [UInt32] = []
  /// How many texts have been released so far. As long as it stays the same, every number means what it meant: for what
  /// remembers something of a text by its number.
  public private(set) var releases: UInt64 = 0

  /// Creates an empty table.
  public init() {}

  /// Adds a text; equal texts are not merged.
  public mutating func add(_ text: some Sequence<UInt8>) -> TextID {
    let bytes = Array(text)
    let entry = Entry(bytes: bytes, isSimple: Self.isSimple(bytes))
    if let slot = free.popLast() {
      texts[Int(slot)] = entry
      return TextID(rawValue: slot)
    }
    texts.append(entry)
    return TextID(rawValue: UInt32(texts.count - 1))
  }

  /// Adds the UTF-8 of a string.
  public mutating func add(_ text: String) -> TextID { add(text.utf8) }

  /// Gives a text's number free; no event that is still to be shown may refer to it.
  public mutating func release(_ id: TextID) {
    releases += 1
    texts[Int(id.rawValue)] = Entry(bytes: [], isSimple: true)
    free.append(id.rawValue)
  }

  /// Bytes of a text.
  public borrowing func withBytes<R>(of id: TextID, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
    texts[Int(id.rawValue)].bytes.withUnsafeBufferPointer(body)
  }

  /// Whether a text is a certain word.
  public borrowing func isEqual(_ id: TextID, to word: StaticString) -> Bool {
    withBytes(of: id) { bytes in
      word.withUTF8Buffer { word in
        guard bytes.count == word.count, let first = bytes.baseAddress, let second = word.baseAddress else {
          return bytes.count == word.count
        }
        // At once, not byte by byte: it is asked for every event.
        return memcmp(first, second, word.count) == 0
      }
    }
  }

  /// A text as a string, for tests and diagnostics; invalid UTF-8 is replaced.
  public borrowing func string(of id: TextID) -> String {
    String(decoding: texts[Int(id.rawValue)].bytes, as: UTF8.self)
  }

  /// Whether all of a text stands for itself in lines, JSON and CSV: printable ASCII without quotation marks, backslashes
  /// and commas, and without a space at its ends. Found out once, and not for every event that refers to it.
  public borrowing func isSimple(_ id: TextID) -> Bool { texts[Int(id.rawValue)].isSimple }

  private static func isSimple(_ bytes: [UInt8]) -> Bool {
    let space = UInt8(ascii: " ")
    if bytes.first == space || bytes.last == space { return false }
    return bytes.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: ","): false
      default: (0x20...0x7E).contains(byte)
      }
    }
  }
}

/// Name of a text in a ``TextTable``.
public struct TextID: RawRepresentable, Sendable, Hashable {
  /// Position in the table.
  public let rawValue: UInt32

  /// Names a text by its position.
  public init(rawValue: UInt32) { self.rawValue = rawValue }
}

/// What tables of a size that is a power of two make of their keys.
package enum Hashing {
  /// Spreads a number over 64 bits by a multiplication with 2⁶⁴ divided by the golden ratio (Fibonacci hashing): the
  /// highest bits depend on all others, so that numbers given out one after the other fall far apart.
  @inlinable
  @inline(__always)
  package static func spread(_ number: UInt64) -> UInt64 { number &* 0x9E37_79B9_7F4A_7C15 }
}
