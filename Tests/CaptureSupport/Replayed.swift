import ByteOutput
import IPCCapture
import IPCFormats
import IPCModel

/// What a capture tells, as JSON, and the sentence with which it ends if it does not end well.
public struct Replayed {
  /// Lines that were told.
  public private(set) var text = ""
  /// Number of events.
  public private(set) var count = 0
  /// Delays of the events.
  public private(set) var delays: [UInt64] = []
  /// Who waited for whom when that was looked at last.
  public private(set) var waits: CapturedWaits?
  /// How ipcdump fared, each time that it was told.
  public private(set) var health: [CapturedHealth] = []
  /// Why there were no more.
  public private(set) var failure: Failure?

  /// Reads bytes, so many at once.
  public init(_ bytes: [UInt8], atOnce portion: Int = .max) {
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
    var told: [CapturedHealth] = []
    reader.onHealth = { told.append($0) }
    defer { health = told }
    var format = JSONFormat(FormatOptions(clock: reader.clock, details: .all))
    while let entry = try reader.next() {
      format.clock = reader.clock
      switch entry {
      case .event(let event):
        format.append(event, content: reader.content, texts: reader.texts, to: &output)
        count += 1
        delays.append(event.delay)
      case .loss(let loss): format.append(loss, to: &output)
      }
    }
    waits = reader.waits
  }
}
