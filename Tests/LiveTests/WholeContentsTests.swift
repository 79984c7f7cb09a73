import Foundation
import Testing

extension LiveTests {
  /// Every byte of transfers of any size.
  @Suite(.serialized) struct WholeContentsTests {
    static let streams = ["pipe", "unix-stream", "tcp4"]

    static let scenarios =
      streams.map { Scenario("whole-odd-reads", "--kind", $0) }
      + [Scenario("whole-odd-reads", "--kind", "pipe", "--resize")]
      + streams.map { Scenario("whole-read", "--kind", $0) }
      + [
        Scenario("whole-buffers", "--kind", "pipe"),
        Scenario("whole-buffers", "--kind", "pipe", "--size", "1023"),
      ]
      + ["unix-stream", "unix-dgram", "unix-seqpacket", "udp4", "tcp4"].map {
        Scenario("whole-buffers", "--kind", $0, "--count", "64")
      }

    @Test(arguments: scenarios, Hook.allCases)
    func `all bytes are told, in order`(_ scenario: Scenario, _ hook: Hook) async throws {
      let session = try Session()
      let trace = try await session.trace(scenario.words, options: [hook.option, "--buffer-size=64M"])
      trace.expectClean()
      expectExact(trace.events, try session.truth().events)
    }

    static let oneRead = ["whole-read", "--kind", "pipe", "--size", "307200"]

    @Test(arguments: [10, 32768, 32769, 307199, 307_200, 1_000_000])
    func `-B limits each event, and says so`(_ limit: Int) async throws {
      let session = try Session()
      let trace = try await session.trace(Self.oneRead, options: ["-B", "\(limit)"])
      trace.expectClean()
      try #require(trace.events.count == 1)
      let event = trace.events[0]
      #expect(event.bytes?.count == min(limit, 307_200))
      #expect(event.meta.count == 307_200 && event.meta.bytesMissing == nil)
      #expect(event.truncated == (limit < 307_200 ? true : nil))
      // The same bytes as without a limit begin with these.
      let whole = try Session()
      let all = try await whole.trace(Self.oneRead).events.first?.bytes
      #expect(all.map(fnv1a) == (try session.truth().events.first?.bytesFnv))
      #expect(event.bytes == all?.prefix(limit))
    }

    @Test(arguments: ["json", "csv", "text"], Hook.allCases)
    func `every format has every byte`(_ format: String, _ hook: Hook) async throws {
      let session = try Session()
      let options = ["-x", "-f", format, "-o", session.file("told"), hook.option]
      let trace = try await session.ipcdump(options + session.actorCommand(Self.oneRead))
      #expect(trace.status == 0, "\(trace.diagnostics)")
      let output = try session.folder.contents("told")
      let bytes: Data? =
        switch format {
        case "json": try EventLines(output).events.first?.bytes
        case "csv": Self.contents(csv: String(decoding: output, as: UTF8.self))
        default: Self.contents(hexDump: output)
        }
      #expect(bytes?.count == 307_200)
      #expect(bytes.map(fnv1a) == (try session.truth().events.first?.bytesFnv))
    }

    private static func contents(csv text: String) -> Data? {
      let records = csvRecords(text)
      guard records.count == 2, let column = records[0].firstIndex(of: "bytes") else { return nil }
      return Data(base64Encoded: records[1][column])
    }

    /// Bytes of the lines of a dump, each at the offset where the last one ended.
    private static func contents(hexDump text: Data) -> Data? {
      var bytes = Data()
      for line in text.split(separator: UInt8(ascii: "\n")).dropFirst() {
        let columns = line.prefix { $0 != UInt8(ascii: "|") }.split {
          $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t")
        }
        let numbers = columns.map { Int(String(decoding: $0, as: UTF8.self), radix: 16) }
        guard numbers.first == bytes.count else { return nil }
        for number in numbers.dropFirst() {
          guard let number, let byte = UInt8(exactly: number) else { return nil }
          bytes.append(byte)
        }
      }
      return bytes
    }

    static let vanishing = ["pipe", "unix-stream", "tcp4"]

    @Test(arguments: vanishing, Hook.allCases)
    func `memory that goes away while it is told is said to be unreadable, never shown as other bytes`(
      _ kind: String, _ hook: Hook
    ) async throws {
      let session = try Session()
      let trace = try await session.trace(["unreadable", "--kind", kind], options: [hook.option])
      trace.expectClean()
      let truth = try session.truth().events
      try #require(trace.events.count == truth.count)
      let faults = zip(trace.events, truth).compactMap(Self.fault)
      #expect(
        faults.isEmpty, "\(faults.count) of \(truth.count):\n\(faults.prefix(5).joined(separator: "\n"))")
    }

    /// What is wrong with an event that has as many of its first bytes as could be had, if anything.
    static func fault(_ told: TracedEvent, _ happened: TracedEvent) -> String? {
      let (bytes, whole) = (told.bytes ?? Data(), happened.bytes ?? Data())
      let isWhole = bytes.count == whole.count
      let wrong: String? =
        if told.srcPid != happened.srcPid || told.dstPid != happened.dstPid || told.inferred != nil {
          "other ends"
        } else if told.meta.count != whole.count {
          "another count"
        } else if !whole.starts(with: bytes) {
          "\(bytes.count) bytes, but not the first ones"
        } else if told.meta.bytesMissing != (isWhole ? nil : "unreadable") {
          "\(bytes.count) bytes, and bytes_missing is \(told.meta.bytesMissing ?? "absent")"
        } else if told.bytes?.isEmpty == true {
          "bytes of none"
        } else if told.bytes != nil && told.truncated != (isWhole ? nil : true) {
          "\(bytes.count) bytes, and truncated is \(told.truncated ?? false)"
        } else {
          nil
        }
      return wrong.map { "\($0): \(Told(told))" }
    }
  }
}
