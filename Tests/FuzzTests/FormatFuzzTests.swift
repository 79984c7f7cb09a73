import ByteOutput
import Foundation
import IPCFormats
import IPCModel
import TestSupport
import Testing

@Suite("Any bytes in an event")
struct FormatFuzzTests {
  /// An event, and what it has been made of.
  private struct Sample: ~Copyable {
    var event: Event
    var texts = TextTable()
    let comm: [UInt8]
    let name: [UInt8]
    let content: [UInt8]

    init(_ random: inout SeededRandom) {
      comm = Sample.bytes(atMost: 15, &random).filter { $0 != 0 }
      self.name = Sample.bytes(atMost: 60, &random)
      content = Sample.bytes(atMost: 300, &random)
      let padded = comm + [UInt8](repeating: 0, count: 16 - comm.count)
      let name = padded.withUnsafeBytes { $0.baseAddress.map { Comm(copying: $0) } ?? .unknown }
      let end = Endpoint(pid: Int32(truncatingIfNeeded: random.next()), tid: 1, comm: name)
      event = Event(
        time: random.next(), kind: .pipe, source: end, destination: end, count: random.next(),
        traits: Event.Traits(rawValue: UInt8.random(in: 0..<32, using: &random)))
      event.set(Kind.Pipe.name, to: texts.add(self.name))
      event.set(Kind.Pipe.inode, to: random.next())
    }

    /// Bytes of which most mean something to some format.
    private static func bytes(atMost most: Int, _ random: inout SeededRandom) -> [UInt8] {
      let special: [UInt8] = [
        0x0A, 0x0D, 0x22, 0x2C, 0x5C, 0x1B, 0x7F, 0x20, 0, 0xC3, 0xA9, 0xE2, 0x80, 0xA8, 0xF0,
      ]
      return (0..<Int.random(in: 0...most, using: &random)).map { _ in
        Bool.random(using: &random)
          ? special.randomElement(using: &random) ?? 0 : UInt8.random(in: 0...255, using: &random)
      }
    }

    func shown(as format: inout some EventFormat) -> Data {
      var output = OutputBuffer(capacity: 1)
      format.appendHeader(to: &output)
      content.withUnsafeBytes { format.append(event, content: $0, texts: texts, to: &output) }
      return output.withBytes { Data($0) }
    }
  }

  private static let clock = WallClock(offset: 0, start: 0, zone: TimeZoneOffset(secondsEast: 0))

  @Test func `are one line of JSON, from which they can be had again`() throws {
    var random = SeededRandom(seed: 4)
    var format = JSONFormat(FormatOptions(clock: Self.clock))
    for _ in 0..<1500 {
      let sample = Sample(&random)
      let line = sample.shown(as: &format)
      #expect(line.last == 0x0A && line.dropLast().allSatisfy { $0 >= 0x20 && $0 != 0x7F })
      let object = try #require(try JSONSerialization.jsonObject(with: line) as? [String: Any])
      #expect(object["src_comm"] as? String == String(decoding: sample.comm, as: UTF8.self))
      #expect(
        (object["meta"] as? [String: Any])?["pipe_name"] as? String
          == String(decoding: sample.name, as: UTF8.self))
      #expect((object["bytes"] as? String).flatMap { Data(base64Encoded: $0) } == Data(sample.content))
    }
  }

  @Test func `are one row of CSV, from which they can be had again`() throws {
    var random = SeededRandom(seed: 5)
    var format = CSVFormat(FormatOptions(clock: Self.clock))
    for _ in 0..<1500 {
      let sample = Sample(&random)
      let text = try #require(String(validating: sample.shown(as: &format), as: UTF8.self))
      let rows = try CSVReader.rows(of: text)
      try #require(rows.count == 2)
      #expect(rows[0].count == rows[1].count)
      let row = Dictionary(uniqueKeysWithValues: zip(rows[0], rows[1]))
      #expect(row["src_comm"] == String(decoding: sample.comm, as: UTF8.self))
      #expect(row["pipe_name"] == String(decoding: sample.name, as: UTF8.self))
      #expect(row["bytes"].flatMap { Data(base64Encoded: $0) } == Data(sample.content))
    }
  }

  @Test(arguments: ContentStyle.allCases)
  func `move nothing on a terminal`(style: ContentStyle) throws {
    var random = SeededRandom(seed: 6)
    var format = TextFormat(FormatOptions(clock: Self.clock, contentStyle: style))
    for _ in 0..<1500 {
      let text = try #require(String(validating: Sample(&random).shown(as: &format), as: UTF8.self))
      let isCalm = text.unicodeScalars.allSatisfy {
        $0 == "\n" || $0 == "\t" || !($0.value < 0x20 || (0x7F...0x9F).contains($0.value))
      }
      #expect(isCalm)
    }
  }
}
