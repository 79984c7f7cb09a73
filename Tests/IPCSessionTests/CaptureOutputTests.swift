import ByteOutput
import Foundation
import IPCCapture
import IPCFormats
import IPCModel
import Testing

@testable import IPCSession

@Suite("The files of -w")
struct CaptureOutputTests {
  private let folder: URL
  private let clock = WallClock(
    offset: 1_795_187_000_000_000_000, start: 1_000_000_000, zone: TimeZoneOffset(secondsEast: 0))

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "recorder-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  /// Records events of some length, a second apart, and gives the seconds that each file holds.
  private func record(
    _ seconds: [UInt64], bytes: Int = 1, name: String = "t", flushing: Bool = true,
    megabytes: Int? = nil, seconds duration: UInt64? = nil, fileCount: UInt32? = nil
  ) throws -> [String: [UInt64]] {
    defer { try? FileManager.default.removeItem(at: folder) }
    var settings = CaptureFileSettings(path: path(of: name), application: "ipcdump test")
    settings.sizeLimit = megabytes.map { $0 * 1_000_000 }
    settings.duration = duration.map { $0 * 1_000_000_000 }
    settings.fileCount = fileCount
    let output = try CaptureOutput(settings, clock: clock)
    let content = [UInt8](repeating: 7, count: bytes)
    let end = Endpoint(pid: 1, tid: 1, comm: Comm("a"))
    let texts = TextTable()
    for second in seconds {
      let event = Event(
        time: clock.start + second * 1_000_000_000, kind: .pipe, source: end, destination: end,
        count: UInt64(bytes))
      _ = content.withUnsafeBytes { output.take(event, content: $0, texts: texts) }
      if flushing { try output.flush() }
    }
    try output.finish()
    var told: [String: [UInt64]] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path()) {
      told[name] = try Self.seconds(in: path(of: name), after: clock.start)
    }
    return told
  }

  private func path(of name: String) -> String { "\(folder.path(percentEncoded: false))/\(name)" }

  private static func seconds(in path: String, after start: UInt64) throws -> [UInt64] {
    var reader = try CaptureReader(path: path)
    var seconds: [UInt64] = []
    while let entry = try reader.next() {
      if case .event(let event) = entry { seconds.append((event.time - start) / 1_000_000_000) }
    }
    return seconds
  }

  @Test(arguments: [[1, 2, 3], []] as [[UInt64]])
  func `is one, if nothing else is asked for`(_ seconds: [UInt64]) throws {
    #expect(try record(seconds, bytes: 900_000) == ["t": seconds])
  }

  @Test(arguments: [true, false])
  func `are as long as -C says, and each is a capture by itself`(_ flushing: Bool) throws {
    let told = try record([0, 1, 2, 3, 4], bytes: 600_000, flushing: flushing, megabytes: 1)
    #expect(told == ["t": [0, 1], "t1": [2, 3], "t2": [4]])
  }

  @Test(arguments: [true, false])
  func `are used in turn with -W`(_ flushing: Bool) throws {
    let told = try record(
      [0, 1, 2, 3, 4, 5, 6], bytes: 1_000_000, flushing: flushing, megabytes: 1, fileCount: 3)
    #expect(told == ["t0": [6], "t1": [4], "t2": [5]])
  }

  @Test func `are as long in time as -G says`() throws {
    let told = try record([0, 1, 2, 3, 7, 8], name: "t-%s", seconds: 3)
    #expect(told == ["t-1795187001": [0, 1, 2], "t-1795187004": [3], "t-1795187008": [7, 8]])
  }

  @Test func `of -G have a number if the time does not tell them apart`() throws {
    #expect(
      try record([0, 1, 2, 3, 4], seconds: 2) == ["t": [0, 1], "t1": [2, 3], "t2": [4]])
  }

  @Test func `of -G are numbered anew when the time has another name, and come again as they are meant to`() {
    var names = CaptureNames(path: "t-%S", isTimed: true, isNumbered: false, turn: nil)
    let seconds: [Int64] = [5, 5, 5, 6, 6, 65]
    #expect(
      seconds.map { names.next(second: $0) } == ["t-05", "t-051", "t-052", "t-06", "t-061", "t-05"])
  }

  @Test func `end with the last one that -W allows`() throws {
    let told = try record([0, 1, 2, 3, 4, 5], name: "t-%s", seconds: 2, fileCount: 2)
    #expect(told == ["t-1795187001": [0, 1], "t-1795187003": [2, 3]])
  }

  @Test func `have numbers of one length with -W`() {
    let names = CaptureNames(path: "a", isTimed: false, isNumbered: true, turn: 101)
    #expect(
      [0, 9, 10, 100, 101].map { names.name($0, second: 0) } == ["a000", "a009", "a010", "a100", "a000"])
    let single = CaptureNames(path: "a%", isTimed: false, isNumbered: false, turn: nil)
    #expect(single.name(0, second: 0) == "a%")
  }
}
