import CaptureSupport
import IPCModel
import TestSupport
import Testing

@Suite("Any capture")
struct CaptureFuzzTests {
  /// A capture of any events and losses, with any values, texts and contents.
  private static func capture(of count: Int, _ random: inout SeededRandom) -> Recorded {
    var recorded = Recorded()
    for _ in 0..<count {
      if Int.random(in: 0..<6, using: &random) == 0 {
        recorded.offset = Int64(truncatingIfNeeded: random.next() >> 4)
        recorded.add(
          Loss(
            kind: Bool.random(using: &random) ? nil : .pty, count: number(&random), bytes: number(&random),
            time: 9))
      }
      let event = event(in: &recorded, &random)
      let isKept = Bool.random(using: &random)
      recorded.add(event, isKept ? bytes(atMost: 300, &random) : nil)
    }
    recorded.end()
    return recorded
  }

  private static func event(in recorded: inout Recorded, _ random: inout SeededRandom) -> Event {
    let kind = Kind.all.randomElement(using: &random) ?? .pipe
    var event = Event(
      time: number(&random), kind: kind, source: end(&random), destination: end(&random),
      count: number(&random),
      traits: Event.Traits(rawValue: UInt8.random(in: 0..<32, using: &random)))
    for field in kind.row.fields where Bool.random(using: &random) {
      switch field.form {
      case .number, .integer: event.setBits(number(&random), at: field.position)
      case .text:
        event.setBits(recorded.texts.add(bytes(atMost: 60, &random)).metaBits, at: field.position)
      }
    }
    return event
  }

  private static func end(_ random: inout SeededRandom) -> Endpoint {
    let name = bytes(atMost: 15, &random).filter { $0 != 0 }
    let padded = name + [UInt8](repeating: 0, count: 16 - name.count)
    return Endpoint(
      pid: Int32(truncatingIfNeeded: number(&random)), tid: Int32(truncatingIfNeeded: number(&random)),
      comm: padded.withUnsafeBytes { $0.baseAddress.map { Comm(copying: $0) } ?? .unknown })
  }

  /// Numbers of every length.
  private static func number(_ random: inout SeededRandom) -> UInt64 {
    random.next() >> UInt64.random(in: 0..<64, using: &random)
  }

  private static func bytes(atMost most: Int, _ random: inout SeededRandom) -> [UInt8] {
    (0..<Int.random(in: 0...most, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
  }

  @Test func `tells what was told when it was written`() {
    var random = SeededRandom(seed: 11)
    for _ in 0..<100 {
      let recorded = Self.capture(of: 10, &random)
      let replayed = Replayed(recorded.bytes, atOnce: Int.random(in: 1...1000, using: &random))
      #expect(replayed.failure == nil)
      #expect(replayed.text == recorded.liveText)
    }
  }

  @Test func `that was changed in some bytes harms nothing, and is refused in one sentence`() {
    var random = SeededRandom(seed: 12)
    for _ in 0..<1500 {
      var bytes = Self.capture(of: 3, &random).bytes
      for _ in 0..<Int.random(in: 1...20, using: &random) { Self.change(&bytes, &random) }
      let sentence = Replayed(bytes).failure?.sentence ?? "t.pcapng"
      #expect(sentence.contains("t.pcapng") && !sentence.contains("\n"))
    }
  }

  private static func change(_ bytes: inout [UInt8], _ random: inout SeededRandom) {
    guard let index = bytes.indices.randomElement(using: &random) else { return }
    switch Int.random(in: 0..<5, using: &random) {
    case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
    case 1: bytes[index] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &random) ?? 0
    case 2: bytes.remove(at: index)
    case 3: bytes.insert(contentsOf: bytes[index...].prefix(40), at: index)
    default: bytes.removeSubrange(index..<min(index + 40, bytes.count))
    }
  }
}
