import IPCModel

/// What a format writes of an event's kind and of who sent to whom, remembered: events of the same come in crowds.
package struct EndTexts: Sendable {
  /// Appends one of the texts of an event, by its number.
  package typealias Writer = (Int, borrowing Event, inout OutputBuffer) -> Void

  /// Where the texts of an event are; good until others are found.
  package struct Found: Sendable {
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
  /// Bytes of a place: more than all texts with two names of 15 bytes, each of them escaped in the longest way.
  private static let room = 512

  private let count: Int
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
    let (source, destination, kind) = (event.source, event.destination, event.kind)
    let threads = UInt64(UInt32(bitPattern: source.tid)) << 32 | UInt64(UInt32(bitPattern: destination.tid))
    // Multiplied by the golden ratio (Fibonacci hashing), the highest bits depend on all others.
    let place = Int(((threads ^ UInt64(kind.rawValue)) &* 0x9E37_79B9_7F4A_7C15) >> UInt64(64 - Self.bits))
    let isKnown =
      owners[place].source == source && owners[place].destination == destination && owners[place].kind == kind
    if !isKnown { remember(event, in: place, with: &output, write) }
    return owners[place].texts
  }

  /// Appends a text, by its number.
  @inline(__always)
  package func append(_ text: Int, of found: Found, to output: inout OutputBuffer) {
    let start = text == 0 ? found.start : found.ends[text - 1]
    bytes.withUnsafeBufferPointer {
      output.append(UnsafeBufferPointer(rebasing: $0[start..<found.ends[text]]))
    }
  }

  @inline(never)
  private mutating func remember(
    _ event: borrowing Event, in place: Int, with output: inout OutputBuffer, _ write: Writer
  ) {
    let start = output.count
    var owner = Owner(
      source: event.source, destination: event.destination, kind: event.kind,
      texts: Found(start: place * Self.room))
    for text in 0..<count {
      write(text, event, &output)
      owner.texts.ends[text] = owner.texts.start + output.count - start
    }
    precondition(output.count - start <= Self.room, "names are longer than they can be")
    owners[place] = owner
    bytes.withUnsafeMutableBytes { bytes in
      let room = UnsafeMutableRawBufferPointer(rebasing: bytes[place * Self.room..<(place + 1) * Self.room])
      room.copyMemory(from: UnsafeRawBufferPointer(rebasing: output.bytes[start...]))
    }
    output.truncate(to: start)
  }
}
