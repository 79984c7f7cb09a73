import Foundation
import Testing

extension Session {
  var captureFile: String { file("capture.pcapng") }

  /// Options that keep every event beside showing it.
  var keeping: [String] { ["-w", captureFile, "--print"] }

  /// `ipcdump -r` of what was kept, to its end.
  ///
  /// - Parameter name: The capture's name if it is another one.
  func replay(_ options: [String], of name: String? = nil) async throws -> Trace {
    let path = name.map { file($0) } ?? captureFile
    let ipcdump = try start(Programs.ipcdump(), ["-r", path] + options, name: "replay")
    return Trace(
      termination: try await ipcdump.wait(), output: try folder.contents("replay.out"),
      diagnostics: try folder.text("replay.err"))
  }

  /// The lines that another program prints, which must end well.
  func output(of program: String, _ arguments: [String]) async throws -> [Substring] {
    let status = try await start(program, arguments, name: program).wait().status
    let complaint = try folder.text("\(program).err")
    #expect(status == 0, "\(complaint)")
    return try folder.text("\(program).out").split(separator: "\n")
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
