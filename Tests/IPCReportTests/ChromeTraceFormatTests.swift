import Foundation
import IPCModel
import IPCReport
import Testing

@Suite("Traces for Perfetto")
struct ChromeTraceFormatTests {
  /// An object of the array.
  private struct Entry: Decodable {
    struct Arguments: Decodable { var name: String?, pipe_name: String?, comm: String?, count: Double? }
    var name: String
    var ph: String
    var ts: Double?
    var dur: Double?
    var pid: Int
    var tid: Int
    var id: Int?
    var cat: String?
    var bp: String?
    var args: Arguments?
  }

  private func entries(_ trace: String) throws -> [Entry] {
    try JSONDecoder().decode([Entry].self, from: Data(trace.utf8))
  }

  @Test func `have an arrow between two slices for every transfer`() throws {
    var scene = Scene()
    let events = (0..<200).map { index in
      // Many at the same time, as one read of what several have written.
      scene.pipe(
        UInt64(1000 + index / 4), Scene.process(index % 5), Scene.process((index + 1 + index / 60) % 5))
    }
    let entries = try entries(scene.show(events, as: ChromeTraceFormat.self))
    let starts = entries.filter { $0.ph == "s" }
    let ends = entries.filter { $0.ph == "f" }
    #expect(starts.count == 200 && Set(starts.compactMap(\.id)).count == 200)
    #expect(starts.map(\.id) == ends.map(\.id))
    #expect(ends.allSatisfy { $0.bp == "e" })
    let slices = entries.filter { $0.ph == "X" }
    #expect(slices.count == 400)
    for (start, end) in zip(starts, ends) {
      // What an arrow is bound to is the only slice that its time is in.
      func bound(_ arrow: Entry) -> [String] {
        slices.filter { $0.pid == arrow.pid && $0.tid == arrow.tid && $0.ts == arrow.ts }.map(\.name)
      }
      #expect(bound(start) == ["pipe → \(end.pid)"])
      #expect(bound(end) == ["pipe ← \(start.pid)"])
    }
    for track in Dictionary(grouping: slices, by: \.tid).values {
      let times = track.compactMap(\.ts)
      #expect(times == times.sorted())
      // Slices of a thread lie apart.
      for (slice, next) in zip(track, track.dropFirst()) {
        let end = try #require(slice.ts) + #require(slice.dur)
        let nextStart = try #require(next.ts)
        #expect(nextStart >= end - 1e-9)
      }
    }
  }

  @Test func `name processes and threads, again when they are called otherwise`() throws {
    var scene = Scene()
    let renamed = Endpoint(pid: 4321, tid: 4321, comm: Comm("make"))
    let events = [scene.pipe(1), scene.pipe(2, Scene.wc, Scene.cat), scene.pipe(3, renamed, Scene.wc)]
    let names = try entries(scene.show(events, as: ChromeTraceFormat.self)).filter { $0.ph == "M" }
    #expect(
      names.map { "\($0.name) \($0.pid) \($0.tid) \($0.args?.name ?? "")" } == [
        "process_name 0 0 <unknown>", "process_name 4321 4321 sh", "thread_name 4321 4321 sh",
        "process_name 4322 4322 cat", "thread_name 4322 4322 cat", "process_name 4323 4324 wc",
        "thread_name 4323 4324 wc", "process_name 4321 4321 make", "thread_name 4321 4321 make",
      ])
  }

  @Test func `have no arrow to where nothing arrived`() throws {
    var scene = Scene()
    let events = [scene.pipe(1500, Scene.sh, .unknown, traits: .undelivered)]
    let entries = try entries(scene.show(events, as: ChromeTraceFormat.self))
    #expect(entries.map(\.ph) == ["M", "M", "M", "X"])
    #expect(entries.last?.ts == 1.5)
    #expect(entries.last?.name == "pipe → unknown")
  }

  @Test func `have one slice of an end, and of a signal of the kernel`() throws {
    var scene = Scene()
    var events: [Event] = []
    for operation in ["close", "eof"] {
      var event = scene.pipe(1500, count: 0)
      if let fields = Kind.pipe.row.lifecycle {
        event.set(fields.operation, to: scene.texts.add(operation))
      }
      events.append(event)
    }
    events.append(scene.signal(1500, .kernel, Scene.wc))
    let slices = try entries(scene.show(events, as: ChromeTraceFormat.self)).filter { $0.ph != "M" }
    #expect(
      slices.map { "\($0.ph) \($0.pid) \($0.name)" } == [
        "X 4321 pipe → 4322", "X 4322 pipe ← 4321", "X 4323 signal ← 0",
      ])
  }

  @Test func `tell a loss through all tracks`() throws {
    let scene = Scene()
    let loss = Loss(kind: .pipe, count: 3, bytes: 9, time: 2500)
    let entries = try entries(scene.show([], losses: [loss], as: ChromeTraceFormat.self))
    #expect(entries.last?.ph == "i" && entries.last?.ts == 2.5 && entries.last?.args?.count == 3)
  }

  @Test func `can be read up to any line`() throws {
    var scene = Scene()
    let lines = scene.show([scene.pipe(1), scene.signal(2)], as: ChromeTraceFormat.self).split(
      separator: "\n")
    #expect(lines.last == "]")
    for count in 2..<lines.count {
      #expect(try entries(lines.prefix(count).joined(separator: "\n") + "]").count == count - 1)
    }
  }

  @Test func `keep hostile names`() throws {
    var scene = Scene()
    for text in nastyTexts {
      let event = scene.pipe(1, Endpoint(pid: 9, tid: 9, comm: Comm(bytes: text)), Scene.cat, named: text)
      let slice = try entries(scene.show([event], as: ChromeTraceFormat.self)).first { $0.ph == "X" }
      #expect(slice?.args?.pipe_name == String(decoding: text, as: UTF8.self))
      #expect(slice?.args?.comm == String(decoding: text.prefix(15).prefix { $0 != 0 }, as: UTF8.self))
    }
  }
}
