import ByteOutput
import IPCModel

/// What a format writes of an event's kind and of who sent to whom, remembered: events of the same come in crowds.
package struct EndTexts: Sendable {
  /// Appends one of the texts of an event, by its number.
  package typealias Writer = (Int, borrowing Event, inout OutputBuffer) -> Void
  /// The same of whatever else went from one end to another.
  package typealias EndWriter = (Int, Endpoint, Endpoint, inout OutputBuffer) -> Void

  /// Where the texts of an event are; good until others are found.
  package struct Found: Sendable {
    /// A number that only the texts of an event of the same kind and the same ends have; never 0.
    package fileprivate(set) var owner: UInt64 = 0
    fileprivate var start = 0
    /// Where each of them ends.
    fileprivate var ends = InlineArray<3, Int>(repeating: 0)
  }

  /// Whose texts are in a place.
  private struct Owner: Sendable {
    var source = Endpoint.unknown
    var destination = Endpoint.unknown
    /// Nil as long as the place is empty.
    var kind: Kind?
    var texts = Found()
  }

  private static let bits = 5
  /// Bytes of a place: more than all texts with four names of 15 bytes, each of them escaped in the longest way.
  private static let room = 768

  private let count: Int
  /// The last number that texts were given.
  private var lastOwner: UInt64 = 0
  private var owners = [Owner](repeating: Owner(), count: 1 << bits)
  private var bytes = [UInt8](repeating: 0, count: room << bits)

  /// Remembers nothing yet.
  ///
  /// - Parameter count: Texts of each event, at most three.
  package init(_ count: Int) { self.count = count }

  /// Finds the texts of an event.
  ///
  /// - Parameters:
  ///   - output: Where the texts are made if they are not known, and taken away again.
  ///   - write: What makes them.
  @inline(__always)
  package mutating func find(
    for event: borrowing Event, with output: inout OutputBuffer, _ write: Writer
  ) -> Found {
    let (place, isKnown) = look(for: event.source, event.destination, event.kind)
    if !isKnown { remember(event, in: place, with: &output, write) }
    return owners[place].texts
  }

  /// Finds the texts of what went from one end to another, whatever kind of channel carried it.
  @inline(__always)
  package mutating func find(
    from source: Endpoint, to destination: Endpoint, with output: inout OutputBuffer, _ write: EndWriter
  ) -> Found {
    let (place, isKnown) = look(for: source, destination, .pipe)
    if !isKnown { remember(source, destination, in: place, with: &output, write) }
    return owners[place].texts
  }

  /// Where texts belong, and whether they are there.
  @inline(__always)
  private func look(
    for source: Endpoint, _ destination: Endpoint, _ kind: Kind
  ) -> (place: Int, isKnown: Bool) {
    let threads = UInt64(UInt32(bitPattern: source.tid)) << 32 | UInt64(UInt32(bitPattern: destination.tid))
    let place = Int(Hashing.spread(threads ^ UInt64(kind.rawValue)) >> UInt64(64 - Self.bits))
    let isKnown =
      owners[place].source == source && owners[place].destination == destination && owners[place].kind == kind
    return (place, isKnown)
  }

  /// Appends a text, by its number.
  @inline(__always)
  package func append(_ text: Int, of found: Found, to output: inout OutputBuffer) {
    append(text...text, of: found, to: &output)
  }

  /// Appends several texts, one behind the other as they lie.
  @inline(__always)
  package func append(_ texts: ClosedRange<Int>, of found: Found, to output: inout OutputBuffer) {
    let start = texts.lowerBound == 0 ? found.start : found.ends[texts.lowerBound - 1]
    bytes.withUnsafeBufferPointer {
      output.append(UnsafeBufferPointer(rebasing: $0[start..<found.ends[texts.upperBound]]))
    }
  }

  @inline(never)
  private mutating func remember(
    _ event: borrowing Event, in place: Int, with output: inout OutputBuffer, _ write: Writer
  ) {
    let start = output.count
    var lengths = InlineArray<3, Int>(repeating: 0)
    for text in 0..<count {
      write(text, event, &output)
      lengths[text] = output.count - start
    }
    keep(lengths, of: event.source, event.destination, event.kind, in: place, from: start, &output)
  }

  @inline(never)
  private mutating func remember(
    _ source: Endpoint, _ destination: Endpoint, in place: Int, with output: inout OutputBuffer,
    _ write: EndWriter
  ) {
    let start = output.count
    var lengths = InlineArray<3, Int>(repeating: 0)
    for text in 0..<count {
      write(text, source, destination, &output)
      lengths[text] = output.count - start
    }
    keep(lengths, of: source, destination, .pipe, in: place, from: start, &output)
  }

  /// Takes the texts that stand at the end of a buffer, each up to so many bytes behind their beginning.
  private mutating func keep(
    _ lengths: InlineArray<3, Int>, of source: Endpoint, _ destination: Endpoint, _ kind: Kind, in place: Int,
    from start: Int, _ output: inout OutputBuffer
  ) {
    precondition(output.count - start <= Self.room, "names are longer than they can be")
    lastOwner += 1
    var texts = Found(owner: lastOwner, start: place * Self.room)
    for text in 0..<count { texts.ends[text] = texts.start + lengths[text] }
    owners[place] = Owner(source: source, destination: destination, kind: kind, texts: texts)
    bytes.withUnsafeMutableBytes { bytes in
      let room = UnsafeMutableRawBufferPointer(rebasing: bytes[place * Self.room..<(place + 1) * Self.room])
      room.copyMemory(from: UnsafeRawBufferPointer(rebasing: output.bytes[start...]))
    }
    output.truncate(to: start)
  }
}

/// What a format writes before the value of each meta field, put together once.
package struct FieldKeys: Sendable {
  private struct Key: Sendable {
    let start: Int
    let length: Int
    let form: MetaField.Form
  }

  /// Of each kind, ``Event/fieldLimit`` keys, by position.
  private var keys: [Key] = []
  private var bytes: [UInt8] = []

  /// Makes the keys of all kinds.
  ///
  /// - Parameter write: Appends what comes before the value of a field.
  package init(_ write: (MetaField, inout OutputBuffer) -> Void) {
    var buffer = OutputBuffer(capacity: 1 << 10)
    for row in KindRow.registry {
      for position in 0..<Event.fieldLimit {
        let start = buffer.count
        let field = position < row.fields.count ? row.fields[position] : nil
        if let field { write(field, &buffer) }
        keys.append(Key(start: start, length: buffer.count - start, form: field?.form ?? .number))
      }
    }
    bytes = buffer.withBytes { Array($0) }
  }

  /// Appends all meta fields of an event, each behind its key.
  ///
  /// - Parameter skipped: Bytes at the beginning of the first key that are left out, such as those which separate it from
  ///   the field before.
  @inline(__always)
  package func appendFields(
    of event: borrowing Event, texts: borrowing TextTable, _ escape: TextEscape, dropFirst skipped: Int = 0,
    to output: inout OutputBuffer
  ) {
    var left = event.fields
    var skipped = skipped
    let first = Int(event.kind.rawValue) * Event.fieldLimit
    while let position = left.popFirst() {
      let key = keys[first + position]
      bytes.withUnsafeBufferPointer { bytes in
        guard let start = bytes.baseAddress else { return }
        output.append(
          UnsafeBufferPointer(start: start + key.start + skipped, count: max(key.length - skipped, 0)))
      }
      skipped = 0
      if let value = event.bits(at: position) { output.append(value, key.form, texts: texts, escape) }
    }
  }
}
