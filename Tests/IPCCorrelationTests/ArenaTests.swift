import Testing

@testable import IPCCorrelation

@Suite("Memory for contents")
struct ArenaTests {
  private static let mebibyte = 1 << 20

  @Test func `does not grow with the number of events`() {
    let recording = Recording()
    let bytes = [UInt8](repeating: 0x61, count: 60_000)
    for round in 0..<200 {
      recording.end(recording.begin(bytes, by: round % 2 == 0 ? .ann : .amy))
      recording.read(bytes, by: .bob)
      if round % 10 == 9 { _ = recording.told() }
    }
    _ = recording.toldAtEnd()
    #expect(recording.told.count == 200)
    #expect(recording.told.allSatisfy { $0.content == bytes })
    #expect(recording.contentCapacity <= 4 * Self.mebibyte)
  }

  @Test func `does not grow with reads whose contents are divided, cut or never shown`() {
    let recording = Recording(capturing: 0)
    for _ in 0..<1000 {
      recording.write(String(repeating: "a", count: 1000), by: .ann)
      recording.write(String(repeating: "b", count: 1000), by: .amy)
      recording.write(String(repeating: "c", count: 1000), by: .ann)
      recording.read(
        String(repeating: "a", count: 1000) + String(repeating: "b", count: 1000)
          + String(repeating: "c", count: 1000), by: .bob)
      _ = recording.told()
    }
    #expect(recording.told.count == 3000)
    #expect(recording.contentCapacity <= 2 * Self.mebibyte)
  }

  @Test func `does not grow with what is spliced, read, discarded or never read`() {
    let recording = Recording()
    recording.contentChunk = 300
    let pipes = (0..<4).map { TracedPipe(address: 0x9000 + UInt64($0) * 0x100, inode: UInt64(50 + $0)) }
    for round in 0..<10_000 {
      let bytes = [UInt8](repeating: 0x61, count: round % 50 == 0 ? 8000 : 500)
      let pipe = pipes[round % pipes.count]
      if round % 100 < 4 {
        recording.beginSplice(Array(repeating: 0x61, count: pipe.unread), by: .bob, from: pipe)
      }
      recording.end(
        recording.begin(bytes, by: round % 7 == 0 ? .ann : .amy, to: pipe, packet: round % 5 == 0))
      if round % 11 == 0 { recording.lost += 1 }
      switch round % 3 {
      case 0: recording.splice(min(pipe.unread, 300), by: .bob, from: pipe)
      case 1: recording.read(Array(bytes.prefix(200)), by: .bea, from: pipe)
      default: recording.splice(pipe.unread, by: round % 2 == 0 ? .bob : .bea, from: pipe)
      }
      if round % 10 == 9 { _ = recording.told() }
      if round % 1000 == 999 {
        _ = recording.told(after: 200)
        recording.sweep(after: 5000, OpenChannels())
      }
    }
    _ = recording.told(after: 200)
    _ = recording.toldAtEnd()
    #expect(recording.told.count { $0.content?.isEmpty == false } > 1000)
    #expect(recording.contentsInUse == 0)
    #expect(recording.contentCapacity <= 16 * Self.mebibyte)
  }

  @Test func `gives a giant back`() {
    let recording = Recording()
    let bytes = [UInt8](repeating: 0x61, count: 5 * Self.mebibyte)
    recording.end(recording.begin(bytes, by: .ann))
    recording.read(bytes, by: .bob)
    #expect(recording.told().count == 1)
    for _ in 0..<3 {
      recording.write("x", by: .ann)
      recording.read("x", by: .bob)
      _ = recording.told()
    }
    recording.end(recording.begin(bytes, by: .ann))
    recording.read(bytes, by: .bob)
    _ = recording.told()
    recording.write("x", by: .ann)
    recording.read("x", by: .bob)
    _ = recording.told()
    #expect(recording.contentCapacity <= 8 * Self.mebibyte)
  }

  @Test func `keeps a piece as long as it is retained`() {
    var arena = ContentArena()
    let first = [UInt8](0..<100).withUnsafeBytes { arena.store($0) }
    arena.retain(first.slice(from: 10, count: 20))
    arena.release(first)
    // Other pieces come and go, and would reuse the memory if it were free.
    for _ in 0..<100 {
      let other = [UInt8](repeating: 0xff, count: 50_000).withUnsafeBytes { arena.store($0) }
      arena.release(other)
    }
    let kept = arena.bytes(of: first.slice(from: 10, count: 20)).map { Array($0) }
    #expect(kept == [UInt8](10..<30))
    #expect(arena.capacity <= 3 * Self.mebibyte)
  }

  @Test func `cuts slices and writes to what there is`() {
    var arena = ContentArena()
    let piece = arena.allocate(4)
    [UInt8](1...9).withUnsafeBytes { arena.write($0, to: piece, at: 0) }
    #expect(arena.bytes(of: piece).map { Array($0) } == [1, 2, 3, 4])
    #expect(arena.bytes(of: piece.slice(from: 3, count: 9)).map { Array($0) } == [4])
    #expect(arena.bytes(of: piece.slice(from: 7, count: 1)).map { Array($0) } == [])
    #expect(arena.bytes(of: .none) == nil)
    #expect(arena.bytes(of: arena.allocate(0))?.isEmpty == true)
  }
}
