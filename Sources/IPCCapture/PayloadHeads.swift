import ByteOutput
import IPCFormats
import IPCModel

/// What packets of contents have in common that go one way through one channel, remembered: their tags up to how many bytes
/// there are, and their comments up to what is to be remarked.
///
/// A place is good for an event if its ends, the fields that name its channel, and what it is shown as are the same, and if
/// nothing has changed of what addresses and ports are taken from (``Key/state``).
struct PayloadHeads: ~Copyable {
  /// What a head is made of.
  struct Key: Equatable {
    /// The event's kind and ends (``EndTexts/Found/owner``).
    let owner: UInt64
    /// The state of what heads are made from: of texts, processes' addresses, channels and the file.
    let state: UInt64
    let outcome: DissectorChoice.Outcome
  }

  /// Where a head is; good until another is made.
  struct Found {
    /// Number of the place; nil if the head is only in ``PayloadHeads/made``, as it is longer or not to be remembered.
    fileprivate var place: Int?
    /// Where in the head the text begins whose end tells how many bytes there are.
    fileprivate(set) var information = 0
    fileprivate var tagsEnd = 0
    fileprivate var end = 0
  }

  /// The fields of the channel that an event has, and their values.
  private struct Channel {
    let fields: MetaFieldSet
    var values = InlineArray<5, UInt64>(repeating: 0)
    /// A number that hangs on all values.
    var number: UInt64

    init(of event: borrowing Event, _ naming: MetaFieldSet, from number: UInt64) {
      fields = event.fields.intersection(naming)
      self.number = number
      var left = fields
      var count = 0
      while let position = left.popFirst() {
        let value = event.bits(at: position) ?? 0
        values[count] = value
        self.number = Hashing.spread(self.number) ^ value
        count += 1
      }
    }

    /// The number of the place for such events.
    var place: Int { Int(Hashing.spread(number) >> UInt64(64 - PayloadHeads.bits)) }

    static func == (one: Channel, other: Channel) -> Bool {
      guard one.number == other.number, one.fields == other.fields else { return false }
      for index in one.values.indices where one.values[index] != other.values[index] { return false }
      return true
    }
  }

  private struct Place {
    let key: Key
    let channel: Channel
    let found: Found
  }

  private static let bits = 7
  /// Bytes of a place: enough for nearly all names; what is longer is made anew each time.
  private static let room = 512

  /// Of each kind, the fields that name the channel, and tell a terminal's ways apart.
  private let fields: [MetaFieldSet]
  private var places = [Place?](repeating: nil, count: 1 << bits)
  private var bytes = [UInt8](repeating: 0, count: room << bits)
  /// The head that was made last.
  private var made: [UInt8] = []

  init() {
    fields = KindRow.registry.map { row in
      var fields = MetaFieldSet(row.channel.all)
      if row.kind == .pty { fields.insert(Kind.Terminal.direction) }
      precondition(
        fields.count <= 5, "the channels of \(row.name) are named by more fields than are remembered")
      return fields
    }
    made.reserveCapacity(Self.room)
  }

  /// The head of an event; nil if it is not known.
  @inline(__always)
  func find(_ key: Key, _ event: borrowing Event) -> Found? {
    let channel = channel(of: event, key)
    guard let known = places[channel.place], known.key == key, known.channel == channel else { return nil }
    return known.found
  }

  /// Remembers the head of an event.
  ///
  /// - Parameters:
  ///   - key: What it is made of; nil if it is to be used once only.
  ///   - output: What has its bytes from `start` on, first the tags, then, from `words` on, the comment; they are taken away.
  ///   - information: Where the text begins at whose end the tags end.
  mutating func add(
    _ key: Key?, _ event: borrowing Event, takenFrom output: inout OutputBuffer, _ start: Int,
    information: Int, words: Int
  ) -> Found {
    let length = output.count - start
    var found = Found(
      place: nil, information: information - start, tagsEnd: words - start, end: length)
    let head = UnsafeRawBufferPointer(rebasing: output.bytes[start...])
    if let key, length <= Self.room {
      let channel = channel(of: event, key)
      let index = channel.place
      found.place = index
      places[index] = Place(key: key, channel: channel, found: found)
      bytes.withUnsafeMutableBytes {
        UnsafeMutableRawBufferPointer(rebasing: $0[(index * Self.room)...]).copyMemory(from: head)
      }
    } else {
      made.removeAll(keepingCapacity: true)
      made.append(contentsOf: head)
    }
    output.truncate(to: start)
    return found
  }

  /// Appends the tags of a head, up to what the column of information tells of the channel.
  @inline(__always)
  func appendTags(_ found: Found, to output: inout OutputBuffer) {
    append(0..<found.tagsEnd, found, to: &output)
  }

  /// Appends the words of a head: who, to whom, through what.
  @inline(__always)
  func appendWords(_ found: Found, to output: inout OutputBuffer) {
    append(found.tagsEnd..<found.end, found, to: &output)
  }

  @inline(__always)
  private func append(_ range: Range<Int>, _ found: Found, to output: inout OutputBuffer) {
    let start = (found.place ?? 0) * Self.room
    func append(_ bytes: UnsafeRawBufferPointer) {
      output.append(
        UnsafeRawBufferPointer(rebasing: bytes[(start + range.lowerBound)..<(start + range.upperBound)]))
    }
    // Chosen by a condition within the expression, an array would be retained.
    if found.place == nil { made.withUnsafeBytes(append) } else { bytes.withUnsafeBytes(append) }
  }

  @inline(__always)
  private func channel(of event: borrowing Event, _ key: Key) -> Channel {
    Channel(of: event, fields[Int(event.kind.rawValue)], from: key.owner)
  }
}
