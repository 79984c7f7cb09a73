import IPCModel
import RecordLayout

/// Contents of messages that nobody was left to receive, by the number that each ``SentMessage`` has.
struct UnreadMessages {
  /// How long contents are kept whose message is not reported as not received, in nanoseconds: longer than it takes to
  /// find out that nobody can receive it.
  private static let rest: UInt64 = 120_000_000_000

  private var contents: [UInt64: UnreadContents] = [:]
  /// The message that pieces are still coming of.
  private var last: (key: ChannelKey, target: UInt64, number: UInt64)?

  /// Begins with the contents of a message.
  mutating func begin(_ piece: UnreadPiece, number: UInt64, _ arena: inout ContentArena) {
    last = (piece.key, piece.raw.target, number)
    contents[number] = UnreadContents(piece)
    add(piece, &arena)
  }

  /// Adds a piece to the message that it is of, if its first one has come.
  mutating func add(_ piece: UnreadPiece, _ arena: inout ContentArena) {
    guard let last, last.key == piece.key, last.target == piece.raw.target else { return }
    contents[last.number]?.add(piece, &arena)
  }

  /// Forgets which message further pieces are of.
  mutating func endPieces() { last = nil }

  /// Takes the contents of a message; nil if they were not recorded.
  mutating func take(_ number: UInt64) -> UnreadContents? {
    contents.isEmpty ? nil : contents.removeValue(forKey: number)
  }

  /// Lets go of contents from before a time, whose messages were received, after all.
  mutating func tidy(at time: UInt64, _ arena: inout ContentArena) {
    release(before: time - min(time, Self.rest), &arena)
  }

  /// Lets go of all contents from before a time.
  mutating func release(before time: UInt64, _ arena: inout ContentArena) {
    for (number, unread) in contents where unread.time < time {
      var unread = unread
      unread.release(&arena)
      contents[number] = nil
    }
  }
}

extension MessageCorrelator {
  /// Takes a piece of what lies in a message that nobody will receive.
  func takeUnread(_ record: UnsafeRawBufferPointer, _ buffer: inout ReorderBuffer) {
    guard settings.captureLimit > 0, let piece = UnreadPiece(record) else { return }
    guard piece.isFirst else { return unread.add(piece, &buffer.contents) }
    unread.endPieces()
    guard let queue = queues[piece.key], let index = queue.firstUnread(piece) else { return }
    lastUnread += 1
    queue.markUnread(index, number: lastUnread)
    unread.begin(piece, number: lastUnread, &buffer.contents)
  }
}

extension MessageQueue {
  /// The first message that a record of unread contents can be of: those from one end lie in a queue in their order.
  fileprivate func firstUnread(_ piece: UnreadPiece) -> Int? {
    messages.firstIndex { message in
      message.unread == 0 && message.canLie(in: piece.raw.target)
        && message.compare(count: Int(piece.raw.count), isFilled: false, bytes: piece.bytes) ?? .different
          != .different
    }
  }
}
