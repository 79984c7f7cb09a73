import DequeModule
import IPCModel

/// What is known of one direction of a terminal.
final class TerminalDirection {
  let key: ChannelKey
  let isOutput: Bool
  /// Writes whose readers are not known yet, in the order of time.
  var waiting = Deque<TerminalWrite>()
  /// Who has read lately.
  var readers = TerminalReaders()
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
