import Foundation
import Testing

extension LiveTests {
  /// `--calls` of real libraries, compared with what their clients know themselves.
  @Suite(.serialized, .sensitiveToLoad("times of calls are compared with those that a client has measured"))
  struct LibraryCallsTests {
    /// A call as the client has logged it.
    private struct LoggedCall: Decodable {
      let method: String
      let target: String?
      let status: String
      let duration: Int
      let protocolName: String?

      init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        method = try list.decode(String.self)
        target = try list.decodeIfPresent(String.self)
        status = try list.decode(String.self)
        duration = try list.decode(Int.self)
        protocolName = list.isAtEnd ? nil : try list.decode(String.self)
      }
    }

    @Test(
      .enabled(
        if: LibraryCase.hasPython, "the libraries are missing; scripts/setup-tests installs them"),
      arguments: LibraryCase.all)
    func `every call is there once, with what its client knows of it`(_ library: LibraryCase) async throws {
      let script = try ProgramsScript(needs: library.programs)
      let session = script.session
      try session.folder.create("script.py", library.script)
      let trace = try await session.ipcdump([
        "-f", "json", "--calls", "-t", "pipe,unix,lo", "-o", session.file("calls"), "--", LibraryCase.python,
        session.file("script.py"),
        session.file(""), "\(library.count)",
      ])
      #expect(trace.status == 0, "\(trace.diagnostics)")
      #expect(trace.diagnostics.hasSuffix(", 0 lost\n"), "\(trace.diagnostics)")
      let log = try JSONDecoder().decode([LoggedCall].self, from: session.folder.contents("log"))
      let protocols = Set(log.map { $0.protocolName ?? library.protocolName })
      let calls = try MessageLine.all(in: session.folder.contents("calls")).filter {
        protocols.contains($0.meta.protocol)
      }
      var expected: [String: Int] = [:]
      for call in log {
        let name = call.protocolName ?? library.protocolName
        let words = ["call", name, call.method, call.target, call.status].compactMap { $0 }
        expected[words.joined(separator: " "), default: 0] += library.hops
      }
      for words in library.own { expected[words, default: 0] += 1 }
      var seen: [String: Int] = [:]
      for call in calls { seen[Self.words(call), default: 0] += 1 }
      #expect(log.count >= library.count - 2)
      #expect(seen.filter { expected[$0.key] != $0.value } == [:])
      #expect(expected.filter { seen[$0.key] != $0.value } == [:])
      #expect(calls.allSatisfy { $0.truncated == nil && $0.srcPid > 0 && $0.dstPid > 0 })
      #expect(calls.allSatisfy { $0.meta.status == "error" ? $0.meta.error != nil : $0.meta.error == nil })
      guard library.isTimed else { return }
      // What the client itself does before it writes and after it has read is in its times only.
      let asked = Set(log.map(\.method))
      let told = calls.filter { asked.contains($0.meta.method ?? "") }.compactMap(\.meta.durationNs).sorted()
      let measured = log.map(\.duration).sorted()
      let median = (told[told.count / 2], measured[measured.count / 2])
      #expect(median.0 <= median.1)
      #expect(median.1 - median.0 < max(200_000, median.1 / 10))
    }

    /// A call without its id and the text of its error.
    private static func words(_ call: MessageLine) -> String {
      [call.type, call.meta.protocol, call.meta.method, call.meta.target, call.meta.status].compactMap { $0 }
        .joined(separator: " ")
    }
  }
}
