import Glibc
import Synchronization
import Testing

/// The producers' side of a ring buffer in ordinary memory: a page with the consumer's position, one with the
/// producers', and the data twice.
final class RingMemory {
  let descriptor: Int32
  private let file: UnsafeMutablePointer<FILE>
  private let pages: UnsafeMutableRawPointer
  private let size: Int
  private let pageSize = sysconf(Int32(_SC_PAGESIZE))

  init(size: Int) throws {
    self.size = size
    file = try #require(tmpfile())
    descriptor = fileno(file)
    let length = 2 * pageSize + 2 * size
    try #require(ftruncate(descriptor, length) == 0)
    let mapped = mmap(nil, length, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
    pages = try #require(mapped == MAP_FAILED ? nil : mapped)
  }

  deinit {
    munmap(pages, 2 * pageSize + 2 * size)
    fclose(file)
  }

  /// Up to where the consumer has given room back.
  var consumed: UInt { position(0).pointee.load(ordering: .acquiring) }

  /// Puts a record behind the others.
  func append(_ bytes: [UInt8], isDiscarded: Bool = false, isFinished: Bool = true) {
    let end = position(pageSize)
    let at = end.pointee.load(ordering: .relaxed)
    // The same memory twice is two memories here.
    for (offset, byte) in bytes.enumerated() { store(byte, at: at + 8 + UInt(offset)) }
    let state: UInt32 = (isFinished ? 0 : 1 << 31) | (isDiscarded ? 1 << 30 : 0)
    setHeader(UInt32(bytes.count) | state, at: at)
    end.pointee.store(at + (UInt(bytes.count) + 15) & ~7, ordering: .releasing)
  }

  /// Finishes the record at a position.
  func finish(at position: UInt) {
    setHeader(header(at: position) & ~(1 << 31), at: position)
  }

  private func store(_ byte: UInt8, at position: UInt) {
    let offset = Int(position) & (size - 1)
    data.storeBytes(of: byte, toByteOffset: offset, as: UInt8.self)
    data.storeBytes(of: byte, toByteOffset: offset + size, as: UInt8.self)
  }

  private func header(at position: UInt) -> UInt32 {
    data.load(fromByteOffset: Int(position) & (size - 1), as: UInt32.self)
  }

  private func setHeader(_ word: UInt32, at position: UInt) {
    data.storeBytes(of: word, toByteOffset: Int(position) & (size - 1), as: UInt32.self)
  }

  private var data: UnsafeMutableRawPointer { pages + 2 * pageSize }

  private func position(_ offset: Int) -> UnsafeMutablePointer<Atomic<UInt>> {
    (pages + offset).assumingMemoryBound(to: Atomic<UInt>.self)
  }
}
