import RecordLayout
import TestSupport
import Testing

@testable import IPCCorrelation

@Suite("A record that is none")
struct BadRecordTests {
  /// One record of every type.
  private static func records() -> [[UInt8]] {
    let recording = Recording(capturing: 65_536, pipe: TracedPipe(unread: 3))
    return recording.late {
      recording.tellPath(["fifo", "tmp"])
      let long = [UInt8](repeating: 0x61, count: 5000)
      recording.end(recording.begin(long, by: .ann))
      recording.write("two", by: .amy)
      recording.read(long + Array("two".utf8), by: .bob, chunk: 1000)
      recording.beginSplice("left", by: .bob)
      recording.end(recording.begin(long, by: .ann))
      recording.splice(2000, by: .bob)
      recording.spliceIn("in", by: .ann)
      recording.signal(10, from: .ann, to: .bob)
      for connection in [TracedConnection.unix(unread: 3), .tcp(position: .max - 3)] {
        connection.sourceName = "/run/client"
        recording.send(String(repeating: "a", count: 5000), by: .ann, to: connection, passing: .file(3, "x"))
        recording.send("two!", by: .amy, to: connection, urgent: true)
        recording.receive("!", by: .bob, from: connection, urgent: true)
        recording.receive(String(repeating: "a", count: 5000), by: .bob, from: connection)
      }
    }
  }

  @Test func `is no record and no time`() {
    let recording = Recording()
    let header = MemoryLayout<ipc_header>.size
    for count in 0..<header { #expect(recording.arrive([UInt8](repeating: 1, count: count)) == nil) }
    var foreign = Self.records()[0]
    foreign[MemoryLayout<ipc_header>.offset(of: \.kind) ?? 0] = UInt8(IPC_KIND_COUNT.rawValue) + 1
    #expect(recording.arrive(foreign) == nil)
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `with a type of the future is ignored`() {
    let recording = Recording()
    for type in [0, 9, 255] as [UInt8] {
      var record = Self.records()[1]
      record[MemoryLayout<ipc_header>.offset(of: \.type) ?? 0] = type
      recording.arrive(record)
    }
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `because it was cut anywhere harms nothing`() {
    for record in Self.records() {
      let recording = Recording()
      for count in stride(from: 0, to: record.count, by: 1) { recording.arrive(Array(record.prefix(count))) }
      _ = recording.toldAtEnd()
    }
  }

  @Test func `that is cut does not keep good ones from being told`() {
    let recording = Recording()
    for record in Self.records() { recording.arrive(Array(record.prefix(60))) }
    recording.write("x", by: .ann)
    recording.read("x", by: .bob)
    #expect(recording.told() == ["ann > bob 1 \"x\""])
  }

  @Test(arguments: 0..<40)
  func `because its bytes are random harms nothing`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let recording = Recording(capturing: 4096)
    for _ in 0..<500 {
      var record = (0..<Int.random(in: 0...500, using: &random)).map { _ in
        UInt8.random(in: 0...255, using: &random)
      }
      // Let it pass for one of ours, but for its sizes: those are tried one by one below.
      if record.count >= 90 {
        let type = MemoryLayout<ipc_header>.offset(of: \.type) ?? 0
        record[type] = UInt8.random(in: 0...10, using: &random)
        record[type + 1] = 0
        record[MemoryLayout<ipc_header>.offset(of: \.kind) ?? 0] = UInt8.random(in: 0...8, using: &random)
        for index in 58..<64 { record[index] = 0 }
      }
      recording.arrive(record)
    }
    _ = recording.told()
    _ = recording.toldAtEnd()
  }

  @Test(arguments: 0..<100)
  func `because some of its bits are flipped harms nothing`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let recording = Recording(capturing: 65_536)
    let records = Self.records()
    for _ in 0..<200 {
      var record = records.randomElement(using: &random) ?? []
      for _ in 0..<Int.random(in: 0...4, using: &random) {
        // Not the time's and the count's upper bytes: there the kernel never puts anything.
        let index = Int.random(in: 0..<min(record.count, 152), using: &random)
        // The smallest code of a signal has a test of its own.
        if (4..<8).contains(index) || (58..<64).contains(index) || index == 79 { continue }
        record[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      }
      recording.arrive(record)
    }
    _ = recording.sweep(after: 5000, OpenChannels())
    _ = recording.told(after: 200)
    _ = recording.toldAtEnd()
  }

  @Test func `because a process asked to write more than there is harms nothing`() async {
    // write(2) with a length of SIZE_MAX fails, but its beginning is announced with what was asked for.
    await #expect(processExitsWith: .success) {
      let recording = Recording()
      let records = recording.late { _ = recording.begin([UInt8](repeating: 0x61, count: 5000), by: .ann) }
      recording.write("hello", by: .ann)
      var record = records[0]
      record.withUnsafeMutableBytes {
        let offset = MemoryLayout<ipc_transfer>.offset(of: \.count) ?? 0
        $0.storeBytes(of: UInt64.max, toByteOffset: offset, as: UInt64.self)
      }
      recording.arrive(record)
      _ = recording.toldAtEnd()
    }
  }
}
