import ByteOutput
import IPCFormats
import IPCModel

/// Who waited for whom while a trace went on, as it was written down then.
public struct CapturedWaits: Sendable, Equatable {
  /// When it was looked, in nanoseconds of `CLOCK_MONOTONIC`.
  public let time: UInt64
  /// What will never end and what seems to have been forgotten, a line each; empty if there is nothing of it.
  public let sentences: [UInt8]
  /// All of it, as `ipcdump why --json` writes it.
  public let json: [UInt8]

  /// Takes what was written down.
  public init(time: UInt64, sentences: [UInt8], json: [UInt8]) {
    self.time = time
    self.sentences = sentences
    self.json = json
  }
}

extension CapturedWaits {
  private static let version: UInt8 = 1

  /// Reads what ``append(offset:to:)`` has written; nil if that was a later version's.
  init?(_ bytes: UnsafeRawBufferPointer) throws(Malformed) {
    var cursor = ByteCursor(bytes)
    guard try cursor.byte() == Self.version else { return nil }
    time = UInt64(littleEndian: try cursor.integer(UInt64.self))
    sentences = Array(try cursor.counted())
    json = Array(try cursor.counted())
  }

  func append(to output: inout OutputBuffer) {
    output.append(Self.version)
    output.append(integer: time.littleEndian)
    for text in [sentences, json] { text.withUnsafeBufferPointer { output.appendCounted($0) } }
  }
}

extension CaptureWriter {
  /// Appends who waits for whom, as an entry of the journal, which earlier versions take for somebody else's.
  public mutating func append(_ waits: CapturedWaits, offset: Int64, to output: inout OutputBuffer) {
    record.removeAll()
    waits.append(to: &record)
    appendOwnEntry(
      at: waits.time, offset: offset, priority: waits.sentences.isEmpty ? "6" : "4", JournalEntry.waitsField,
      to: &output
    ) { output in
      let line = waits.sentences.prefix { $0 != UInt8(ascii: "\n") }
      if line.isEmpty {
        output.append("threads wait, and all of that can still end")
      } else {
        line.withUnsafeBufferPointer { output.append($0, .terminal) }
      }
    }
  }
}
