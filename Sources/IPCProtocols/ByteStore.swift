/// Bytes that are appended at the end and removed at the beginning; none moves when others are removed.
struct ByteStore: ~Copyable {
  private var memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private var start = 0
  private var end = 0

  deinit { memory.deallocate() }

  var count: Int { end - start }
  var isEmpty: Bool { start == end }
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[start..<end]) }

  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    if memory.count - end < bytes.count { makeRoom(for: bytes.count) }
    UnsafeMutableRawBufferPointer(rebasing: memory[end...]).copyMemory(from: bytes)
    end += bytes.count
  }

  mutating func removeFirst(_ count: Int) {
    start += count
    guard start == end else { return }
    (start, end) = (0, 0)
    // What one long header took is not kept for the channel's life.
    if memory.count > 4096 {
      memory.deallocate()
      memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    }
  }

  private mutating func makeRoom(for added: Int) {
    let size = max(256, 2 * (count + added))
    let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 1)
    larger.copyMemory(from: bytes)
    memory.deallocate()
    (start, end) = (0, count)
    memory = larger
  }
}
