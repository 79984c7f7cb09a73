import ByteOutput
import Foundation
import IPCCapture
import IPCFiltering
import IPCFormats
import IPCModel
import IPCTop
import Testing

@testable import IPCSession

@Suite("A flight recorder")
final class FlightRecorderTests {
  private static let second: UInt64 = 1_000_000_000
  private let folder: URL
  private let clock = WallClock(
    offset: 1_795_187_000_000_000_000, start: second, zone: TimeZoneOffset(secondsEast: 0))
  private let end = Endpoint(pid: 1, tid: 1, comm: Comm("a"))

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "flight-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  private func path(of name: String) -> String { "\(folder.path(percentEncoded: false))/\(name)" }

  private func recorder(
    _ name: String = "t", count: UInt32? = nil, _ change: (inout RecorderSettings) throws -> Void = { _ in }
  ) throws -> FlightRecorder {
    var settings = RecorderSettings()
    settings.bytes = 1 << 20
    settings.isQuiet = true
    try change(&settings)
    var files = CaptureFileSettings(path: path(of: name), application: "ipcdump test")
    files.fileCount = count
    return try FlightRecorder(settings, files, matchTimeout: 100_000_000, clock: clock, besides: [])
  }

  private func event(_ time: UInt64, _ count: UInt64 = 3) -> Event {
    Event(time: time, kind: .pipe, source: end, destination: end, count: count)
  }

  /// Lets a trigger come, and time go on until what it asks for is written.
  private func trigger(_ recorder: FlightRecorder, at time: UInt64) {
    recorder.take(.signal(at: time))
    recorder.goOn(now: time + Self.second)
    while recorder.isWriting { recorder.goOn(now: time + Self.second) }
  }

  /// The seconds of the events in each file.
  private func told() throws -> [String: [UInt64]] {
    var told: [String: [UInt64]] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path()) {
      var reader = try CaptureReader(path: path(of: name))
      var seconds: [UInt64] = []
      while let entry = try reader.next() {
        if case .event(let event) = entry { seconds.append(event.time / Self.second) }
      }
      told[name] = seconds
    }
    return told
  }

  private func add(_ seconds: ClosedRange<UInt64>, to recorder: FlightRecorder) {
    for second in seconds {
      _ = recorder.take(event(second * Self.second), content: nil, texts: TextTable())
    }
  }

  @Test func `writes nothing without a trigger, and leaves no file`() throws {
    let recorder = try recorder()
    add(1...5, to: recorder)
    recorder.goOn(now: 100 * Self.second)
    try recorder.finish()
    #expect(try told().isEmpty)
  }

  @Test func `writes what was kept, a file for each trigger`() throws {
    let recorder = try recorder { $0.coolDown = 0 }
    add(1...5, to: recorder)
    trigger(recorder, at: 5 * Self.second)
    add(6...7, to: recorder)
    trigger(recorder, at: 7 * Self.second)
    try recorder.finish()
    #expect(try told() == ["t": [1, 2, 3, 4, 5], "t1": [1, 2, 3, 4, 5, 6, 7]])
  }

  @Test func `waits for what was on its way when the trigger came`() throws {
    let recorder = try recorder()
    recorder.take(.signal(at: 2 * Self.second))
    recorder.goOn(now: 2 * Self.second + 100_000_000)
    #expect(!recorder.isWriting)
    add(1...2, to: recorder)
    recorder.goOn(now: 2 * Self.second + 151_000_000)
    #expect(try told() == ["t": [1, 2]])
  }

  @Test func `writes at the end what a trigger has asked for`() throws {
    let recorder = try recorder()
    add(1...2, to: recorder)
    recorder.take(.signal(at: 2 * Self.second))
    try recorder.finish()
    #expect(try told() == ["t": [1, 2]])
  }

  @Test func `lets no trigger have an effect during the cool-down`() throws {
    let recorder = try recorder()
    for second in [5, 9, 14, 15, 24, 25] as [UInt64] { trigger(recorder, at: second * Self.second) }
    try recorder.finish()
    #expect(try told().keys.sorted() == ["t", "t1", "t2"])
  }

  @Test func `uses so many files in turn`() throws {
    let recorder = try recorder(count: 2) { $0.coolDown = 0 }
    for second in 1...5 as ClosedRange<UInt64> {
      add(second...second, to: recorder)
      trigger(recorder, at: second * Self.second)
    }
    try recorder.finish()
    #expect(try told() == ["t0": [1, 2, 3, 4, 5], "t1": [1, 2, 3, 4]])
  }

  @Test func `removes the oldest of files that are named by the time`() throws {
    let recorder = try recorder("t-%s", count: 2) { $0.coolDown = 0 }
    for second in 1...3 as ClosedRange<UInt64> {
      add(second...second, to: recorder)
      trigger(recorder, at: second * Self.second)
    }
    try recorder.finish()
    #expect(try told() == ["t-1795187002": [1, 2], "t-1795187003": [1, 2, 3]])
  }

  @Test func `goes on when a file cannot be written`() throws {
    let recorder = try recorder { $0.coolDown = 0 }
    // A folder is in the way of the second file.
    try FileManager.default.createDirectory(atPath: path(of: "t1"), withIntermediateDirectories: false)
    for second in 1...3 as ClosedRange<UInt64> {
      add(second...second, to: recorder)
      trigger(recorder, at: second * Self.second)
    }
    try recorder.finish()
    try FileManager.default.removeItem(atPath: path(of: "t1"))
    #expect(try told() == ["t": [1], "t2": [1, 2, 3]])
  }

  @Test func `is refused at once where no file can be`() throws {
    #expect(throws: Failure.self) { try recorder("nowhere/t") }
  }

  @Test func `writes at a loss, if that is asked for`() throws {
    for isWanted in [false, true] {
      let recorder = try recorder("loss-\(isWanted)") { $0.writesAtLosses = isWanted }
      add(1...1, to: recorder)
      recorder.take(Loss(kind: .pipe, count: 2, bytes: 10, time: Self.second + 1))
      try recorder.finish()
    }
    #expect(try told() == ["loss-true": [1]])
  }

  @Test func `writes when an expression is true of a transfer`() throws {
    let expressions = [try WhereExpression("count > 5"), try WhereExpression("port == 80")]
    let recorder = try recorder { $0.expressions = expressions }
    let triggers = ExpressionTriggers(
      expressions, shown: (messages: false, calls: false), nil, recorder: recorder)
    for (second, count) in [(1, 3), (2, 5), (3, 6), (4, 2)] as [(UInt64, UInt64)] {
      let event = event(second * Self.second, count)
      _ = triggers.take(event, content: nil, texts: TextTable())
      _ = recorder.take(event, content: nil, texts: TextTable())
      recorder.goOn(now: second * Self.second + Self.second / 2)
    }
    try triggers.finish()
    try recorder.finish()
    #expect(try told() == ["t": [1, 2, 3]])
  }

  @Test func `tells a deadlock once, when it has lasted from one look to the next`() {
    let watch = DeadlockWatch()
    func news(_ deadlocks: [[Int32]]) -> [Int32]? {
      watch.news(
        in: StuckProcesses(
          deadlocks: deadlocks.map { StuckProcesses.Deadlock(pids: $0, reason: "", blocked: []) }, leaks: []))
    }
    #expect(news([[2, 1]]) == nil)
    #expect(news([[1, 2], [3, 4]]) == [1, 2])
    #expect(news([[1, 2], [3, 4]]) == [3, 4])
    #expect(news([[1, 2]]) == nil)
    #expect(news([]) == nil)
    #expect(news([[1, 2]]) == nil)
    #expect(news([[1, 2]]) == [1, 2])
  }
}
