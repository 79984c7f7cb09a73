import ByteOutput
import IPCCapture
import IPCFormats
import PlainText

extension CapturedWaits {
  /// Most bytes of a graph; of a larger one, the threads that are stuck are kept.
  private static let limit = 4 << 20

  /// Writes down who waits for whom.
  init(_ report: WaitReport, clock: WallClock) {
    var sentences = OutputBuffer()
    report.appendVerdicts(width: nil, to: &sentences)
    var json = OutputBuffer()
    report.appendJSON(clock: clock, to: &json)
    if json.count > Self.limit {
      json.removeAll()
      report.appendJSON(clock: clock, onlyStuck: true, to: &json)
    }
    self.init(
      time: report.time, sentences: sentences.withBytes { Array($0) },
      json: json.count > Self.limit ? [] : json.withBytes { Array($0) })
  }

  /// What will never end, as it was written down; nil if that cannot be read.
  var verdicts: WaitVerdicts? {
    try? PlainJSONDecoder.value(WaitVerdicts.self, from: String(decoding: json, as: UTF8.self))
  }

  /// Appends the sentences, in which what came from the capture can do no harm.
  func appendSentences(to output: inout OutputBuffer) {
    for line in sentences.split(separator: UInt8(ascii: "\n")) {
      Array(line).withUnsafeBufferPointer { output.append($0, .terminal) }
      output.append("\n")
    }
  }
}
