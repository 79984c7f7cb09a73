import Foundation
import Testing

extension Session {
  var captureFile: String { file("capture.pcapng") }

  /// Options that keep every event beside showing it.
  var keeping: [String] { ["-w", captureFile, "--print"] }

  /// `ipcdump -r` of what was kept, to its end.
  func replay(_ options: [String]) async throws -> Trace {
    let ipcdump = try start(Programs.ipcdump(), ["-r", captureFile] + options, name: "replay")
    return Trace(
      termination: try await ipcdump.wait(), output: try folder.contents("replay.out"),
      diagnostics: try folder.text("replay.err"))
  }

  /// Expects that `-r` tells byte for byte what the live run has told of the same events.
  func expectSameReplay(of trace: Trace, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let replayed = try await replay(["-f", "json", "-x"])
    #expect(replayed.status == 0, "\(replayed.diagnostics)", sourceLocation: sourceLocation)
    let isSame = try replayed.output == folder.contents("events")
    #expect(isSame, "-r tells something else than was told live", sourceLocation: sourceLocation)
    #expect(
      replayed.diagnosticLines.last == trace.diagnosticLines.last, "\(replayed.diagnostics)",
      sourceLocation: sourceLocation)
  }
}
