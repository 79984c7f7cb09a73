import IPCModel
import RecordLayout
import Testing

@testable import IPCCorrelation

@Suite("Bytes that cannot be read")
struct MissingBytesTests {
  private let bytes = (0..<100).map { UInt8(0x20 + $0 % 64) }

  /// The records of a read with the flag at the last of them.
  private func short(_ records: [[UInt8]], keeping count: Int) -> [[UInt8]] {
    var records = records
    var last = records.removeLast()
    let isRead = last[MemoryLayout<ipc_header>.offset(of: \.type) ?? 0] == UInt8(IPC_RECORD_READ.rawValue)
    let size = isRead ? MemoryLayout<ipc_transfer>.size : MemoryLayout<ipc_content>.size
    let captured =
      isRead
      ? MemoryLayout<ipc_transfer>.offset(of: \.captured) : MemoryLayout<ipc_content>.offset(of: \.captured)
    last = Array(last.prefix(size + count))
    last[MemoryLayout<ipc_header>.offset(of: \.flags) ?? 0] |= UInt8(IPC_FLAG_PARTIAL.rawValue)
    last.withUnsafeMutableBytes {
      $0.storeBytes(of: UInt32(count), toByteOffset: captured ?? 0, as: UInt32.self)
    }
    return records + [last]
  }

  private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  @Test func `are absent, and it is told why`() {
    let recording = Recording()
    recording.end(recording.begin(bytes, by: .ann))
    recording.arrive(late: short(recording.late { recording.read(bytes, by: .bob) }, keeping: 0))
    #expect(recording.told() == ["ann > bob 100 unreadable"])
    #expect(recording.told.last?.event.traits.contains(.incomplete) == false)
  }

  @Test func `come behind those that can`() {
    let recording = Recording()
    recording.end(recording.begin(bytes, by: .ann))
    recording.arrive(late: short(recording.late { recording.read(bytes, by: .bob) }, keeping: 30))
    #expect(recording.told() == ["ann > bob 100 \"\(text(0..<30))\" unreadable"])
    #expect(recording.told.last?.event.traits.contains(.incomplete) == true)
  }

  @Test(arguments: [0, 10]) func `may begin in a later record`(count: Int) {
    let recording = Recording()
    recording.end(recording.begin(bytes, by: .ann))
    let records = recording.late { recording.read(bytes, by: .bob, chunk: 40) }
    recording.arrive(late: short(records, keeping: count))
    #expect(recording.told() == ["ann > bob 100 \"\(text(0..<(80 + count)))\" unreadable"])
  }

  @Test func `are those of some writers only`() {
    let recording = Recording()
    recording.end(recording.begin(Array(bytes[..<30]), by: .ann))
    recording.end(recording.begin(Array(bytes[30..<60]), by: .amy))
    recording.end(recording.begin(Array(bytes[60...]), by: .abe))
    recording.arrive(late: short(recording.late { recording.read(bytes, by: .bob) }, keeping: 40))
    #expect(
      recording.told(after: 101) == [
        "ann > bob 30 \"\(text(0..<30))\"", "amy > bob 30 \"\(text(30..<40))\" unreadable",
        "abe > bob 40 unreadable",
      ])
  }

  @Test func `are no matter beyond what was asked for`() {
    for limit in [0, 20] as [UInt64] {
      let recording = Recording(capturing: limit)
      recording.end(recording.begin(bytes, by: .ann))
      recording.arrive(
        late: short(recording.late { recording.read(bytes, by: .bob) }, keeping: Int(limit)))
      #expect(recording.told() == [limit == 0 ? "ann > bob 100" : "ann > bob 100 \"\(text(0..<20))\""])
    }
  }

  @Test func `of messages are told the same way`() {
    let recording = MessageRecording()
    let from = MessageSocket(1), to = MessageSocket(2)
    for (count, line) in [(0, "3 unreadable"), (2, "3 \"on\" unreadable")] {
      recording.send("one", by: .ann, from: from, to: to)
      let records = recording.late { recording.receive("one", by: .bob, at: to, from: from) }
      var record = Array((records.last ?? []).prefix(MemoryLayout<ipc_socket>.size + count))
      record[MemoryLayout<ipc_header>.offset(of: \.flags) ?? 0] |= UInt8(IPC_FLAG_PARTIAL.rawValue)
      record.withUnsafeMutableBytes {
        let offset = MemoryLayout<ipc_transfer>.offset(of: \.captured) ?? 0
        $0.storeBytes(of: UInt32(count), toByteOffset: offset, as: UInt32.self)
      }
      recording.arrive(late: records.dropLast() + [record])
      #expect(recording.told() == ["ann > bob " + line])
    }
  }
}
