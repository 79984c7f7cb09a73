import Foundation
import IPCCapture
import IPCFormats
import IPCModel

/// A capture in memory, and what should come out of it: the JSON that its events give when they happen.
struct Recorded: ~Copyable {
  static let offset: Int64 = 1_795_187_000_000_000_000
  static let start: UInt64 = 49_000_000_000
  static let utc = TimeZoneOffset(secondsEast: 0)

  var texts = TextTable()
  private(set) var file = OutputBuffer()
  private(set) var live = OutputBuffer()
  private var writer: CaptureWriter
  private var format: JSONFormat

  init(rules: [DissectionRule] = [], byteLimit: Int? = nil) {
    writer = CaptureWriter(
      CaptureSettings(
        application: "ipcdump test", system: "Linux", start: Self.start, rules: rules, byteLimit: byteLimit))
    format = JSONFormat(
      FormatOptions(
        byteLimit: byteLimit, clock: WallClock(offset: Self.offset, start: Self.start, zone: Self.utc)))
    writer.begin(offset: Self.offset, to: &file)
  }

  /// Nanoseconds to add to times for those of day; to be set as the clock is.
  var offset: Int64 {
    get { format.clock.offset }
    set { format.clock.offset = newValue }
  }

  mutating func add(_ event: Event, _ content: [UInt8]?) {
    guard let content else {
      writer.append(event, content: nil, texts: texts, offset: offset, to: &file)
      return format.append(event, content: nil, texts: texts, to: &live)
    }
    content.withUnsafeBytes { bytes in
      writer.append(event, content: bytes, texts: texts, offset: offset, to: &file)
      format.append(event, content: bytes, texts: texts, to: &live)
    }
  }

  mutating func add(_ loss: Loss) {
    writer.append(loss, offset: offset, to: &file)
    format.append(loss, to: &live)
  }

  mutating func end() { writer.end(to: &file) }

  var bytes: [UInt8] { file.withBytes { Array($0) } }
  var liveText: String { live.withBytes { String(decoding: $0, as: UTF8.self) } }
}

/// What a capture tells, as JSON, and the sentence with which it ends if it does not end well.
struct Replayed {
  private(set) var text = ""
  private(set) var count = 0
  private(set) var failure: Failure?

  /// Reads bytes, so many at once.
  init(_ bytes: [UInt8], atOnce portion: Int = .max) {
    var output = OutputBuffer()
    do throws(Failure) {
      try read(bytes, atOnce: portion, to: &output)
    } catch {
      failure = error
    }
    text = output.withBytes { String(decoding: $0, as: UTF8.self) }
  }

  private mutating func read(_ bytes: [UInt8], atOnce portion: Int, to output: inout OutputBuffer)
    throws(Failure)
  {
    var position = 0
    var reader = try CaptureReader(name: "t.pcapng", zone: Recorded.utc) { buffer in
      let count = min(portion, buffer.count, bytes.count - position)
      buffer.copyBytes(from: bytes[position..<position + count])
      position += count
      return count
    }
    var format = JSONFormat(FormatOptions(clock: reader.clock))
    while let entry = try reader.next() {
      format.clock = reader.clock
      switch entry {
      case .event(let event):
        format.append(event, content: reader.content, texts: reader.texts, to: &output)
        count += 1
      case .loss(let loss): format.append(loss, to: &output)
      }
    }
  }
}
