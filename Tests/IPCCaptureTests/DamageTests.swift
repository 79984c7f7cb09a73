import CaptureSupport
import IPCModel
import Testing

@Suite("A capture that is not as it was written")
struct DamageTests {
  /// Where the blocks of a capture begin, and its end.
  private static func blocks(of bytes: [UInt8]) -> [Int] {
    var starts = [0]
    while let start = starts.last, start < bytes.count {
      let length = bytes[start + 4..<start + 8].reversed().reduce(0) { $0 << 8 | Int($1) }
      starts.append(start + length)
    }
    return starts
  }

  @Test func `and was cut off anywhere gives what is whole, and the place`() throws {
    let whole = Sample.small()
    let bytes = whole.bytes
    let starts = Self.blocks(of: bytes)
    let lines = whole.liveText.split(separator: "\n", omittingEmptySubsequences: false)
    // Section header, interface, two names, four blocks that tell something, statistics.
    try #require(starts.count == 10 && lines.count == 5)
    for end in bytes.indices {
      let replayed = Replayed(Array(bytes[..<end]))
      let wholeBlocks = starts.lastIndex { $0 <= end } ?? 0
      let told = min(max(wholeBlocks - 4, 0), 4)
      #expect(replayed.text == lines[..<told].map { "\($0)\n" }.joined(), "cut at \(end)")
      if starts.dropFirst().contains(end) {
        #expect(replayed.failure == nil, "cut at \(end)")
        continue
      }
      let failure = try #require(replayed.failure, "cut at \(end)")
      #expect(failure.cause == .system)
      if end >= starts[1] {
        #expect(
          failure.sentence.contains("byte \(starts[wholeBlocks]):"), "cut at \(end): \(failure.sentence)")
      }
    }
  }

  @Test func `and was cut off within contents of several blocks says so`() throws {
    var recorded = Recorded()
    let event = Event(time: 1, kind: .pipe, source: Sample.client, destination: Sample.server, count: 600_000)
    recorded.add(event, Array(repeating: 1, count: 600_000))
    let bytes = recorded.bytes
    let starts = Self.blocks(of: bytes)
    // Section header, interface, two names, three packets.
    try #require(starts.count == 8)
    for end in [starts[5], starts[5] + 4, starts[6]] {
      let replayed = Replayed(Array(bytes[..<end]))
      #expect(replayed.text.isEmpty)
      #expect(replayed.failure?.sentence.contains("ends in the middle") == true)
    }
  }

  @Test func `and has a block left out within contents says so`() throws {
    var recorded = Recorded()
    let event = Event(time: 1, kind: .pipe, source: Sample.client, destination: Sample.server, count: 600_000)
    recorded.add(event, Array(repeating: 1, count: 600_000))
    let bytes = recorded.bytes
    let starts = Self.blocks(of: bytes)
    let replayed = Replayed(Array(bytes[..<starts[5]] + bytes[starts[6]...]))
    #expect(replayed.failure?.sentence.contains("byte \(starts[5]) on: contents do not go on here") == true)
    let headless = Replayed(Array(bytes[..<starts[4]] + bytes[starts[5]...]))
    #expect(headless.failure?.sentence.contains("contents go on that did not begin") == true)
  }

  @Test func `in any one byte is told as far as it can be, or refused in one sentence`() {
    let bytes = Sample.small().bytes
    for index in bytes.indices {
      for value in [0, 1, 0x7F, 0x80, 0xFF, bytes[index] ^ 0x10] as [UInt8] {
        var damaged = bytes
        damaged[index] = value
        guard let sentence = Replayed(damaged).failure?.sentence else { continue }
        #expect(
          sentence.contains("t.pcapng ") && !sentence.contains("\n"), "\(index) as \(value): \(sentence)")
      }
    }
  }

  @Test func `claims lengths that it has not, and no memory is taken for them`() {
    for length in [0, 4, 8, 13, 0xFFFF_FFFC, 0x7FFF_FFFC, 0x0200_0000] as [UInt32] {
      var bytes = Sample.small().bytes
      let packet = Self.blocks(of: bytes)[4]
      withUnsafeBytes(of: length) { bytes.replaceSubrange(packet + 4..<packet + 8, with: $0) }
      let sentence = Replayed(bytes).failure?.sentence ?? ""
      #expect(sentence.contains("byte \(packet) on: a block"), "\(length): \(sentence)")
    }
  }

  @Test(arguments: [
    ("", "is empty"), ("\n\r\r\n", "is too short for a capture"),
    ("{\"src_pid\":1}\n", "is no pcapng file"),
    ("\u{7f}ELF and so on, for some bytes", "is no pcapng file"),
  ])
  func `or never was one is refused`(_ text: String, _ reason: String) {
    let replayed = Replayed(Array(text.utf8))
    #expect(replayed.failure?.sentence == "t.pcapng \(reason); -r takes what ipcdump -w has written")
  }
}
