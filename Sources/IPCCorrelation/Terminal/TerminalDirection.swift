import DequeModule
import IPCModel
import RecordLayout

/// What is known of one direction of a terminal.
final class TerminalDirection {
  let key: ChannelKey
  let isOutput: Bool
  /// Writes whose readers are not known yet, in the order of time.
  var waiting = Deque<TerminalWrite>()
  /// Who has read lately.
  var readers = TerminalReaders()
  /// Who wrote last; unknown if nobody has been seen to.
  var lastWriter = Endpoint.unknown
  /// Name of the terminal.
  var name: TerminalName
  /// The same as it is shown; nil if it has none.
  var shownName: TextID?
  /// When it was last written or read, in nanoseconds.
  var lastTouched: UInt64 = 0
  /// Whether the correlator has it on its list of those in which something waits.
  var isListed = false

  init(key: ChannelKey, isOutput: Bool, name: TerminalName, shownName: TextID?) {
    self.key = key
    self.isOutput = isOutput
    self.name = name
    self.shownName = shownName
  }

  /// Adds a write behind all that are not later.
  func append(_ write: TerminalWrite) {
    guard let last = waiting.last, last.time > write.time else { return waiting.append(write) }
    var position = waiting.count - 1
    while position > 0, waiting[position - 1].time > write.time { position -= 1 }
    waiting.insert(write, at: position)
  }

  /// The write that a number was given to, while it waits.
  func index(of serial: UInt64) -> Int? { waiting.lastIndex { $0.serial == serial } }
}

/// Name of a terminal as the kernel has it.
struct TerminalName: Equatable, Sendable {
  private var bytes: InlineArray<16, UInt8> = .init(repeating: 0)
  private var count = 0

  /// Takes `char name[16]`.
  init(_ name: RecordedComm) {
    withUnsafeBytes(of: name) { raw in
      for byte in raw.prefix(16) {
        if byte == 0 { break }
        bytes[count] = byte
        count += 1
      }
    }
  }

  /// The name as it is shown: below `/dev` where there is such a file, as ps(1) has it.
  var shown: [UInt8] {
    let name = (0..<count).map { bytes[$0] }
    let prefix = Array("pts".utf8)
    let number = name.dropFirst(prefix.count)
    // The names of BSD pseudoterminals (ttyp0) are those of their files.
    guard name.starts(with: prefix), !number.isEmpty, number.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return name
    }
    return prefix + [0x2F] + number
  }

  static func == (left: TerminalName, right: TerminalName) -> Bool {
    if left.count != right.count { return false }
    for index in 0..<left.count where left.bytes[index] != right.bytes[index] { return false }
    return true
  }
}

/// The words of terminals' events, entered once into the table of texts.
struct TerminalVocabulary {
  /// From the master to the slave: what is typed.
  let input: TextID
  /// From the slave to the master.
  let output: TextID

  /// Enters the words.
  init(in texts: inout TextTable) {
    input = texts.add("input")
    output = texts.add("output")
  }
}
