import Glibc
import IPCModel

/// The blocks of a pcapng file, one after the other, of which one at a time is in memory.
struct BlockStream: ~Copyable {
  /// Reads the next bytes into a buffer, and gives their number; 0 at the end.
  typealias Read = (UnsafeMutableRawBufferPointer) throws(Failure) -> Int

  /// Type of the block that is in memory.
  private(set) var type: UInt32 = 0
  /// Where in the file the block begins.
  private(set) var blockOffset: UInt64 = 0
  /// Whether the section is in the other byte order than memory.
  private(set) var isSwapped = false

  /// What the file is called in sentences.
  let name: String
  private let read: Read
  private var memory: UnsafeMutableRawBufferPointer
  /// Bytes in memory that have been read from the file and not yet from memory.
  private var filled: Range<Int> = 0..<0
  /// Bytes of the block in memory, which is dropped with the next.
  private var length = 0

  /// Longest block that is read. ipcdump's own are shorter by far.
  private static let longest: UInt32 = 16 << 20
  private static let initialCapacity = 256 << 10

  init(name: String, read: @escaping Read) {
    self.name = name
    self.read = read
    memory = .allocate(byteCount: Self.initialCapacity, alignment: 8)
  }

  deinit { memory.deallocate() }

  /// What of the block is between its length and the length again.
  var body: UnsafeRawBufferPointer {
    let start = filled.lowerBound + 8
    return UnsafeRawBufferPointer(rebasing: memory[start..<start + length - BlockType.frame])
  }

  /// Whether the block behind the one in memory is in memory, too.
  var hasMore: Bool {
    guard filled.count >= length + BlockType.frame else { return false }
    return filled.count - length >= integer(at: length + 4) as UInt32
  }

  /// Takes the first block into memory, which begins a section.
  mutating func begin() throws(Failure) {
    guard try fill(12), integer(at: 0) == BlockType.sectionHeader,
      [BlockType.byteOrderMagic, BlockType.byteOrderMagic.byteSwapped].contains(integer(at: 8))
    else {
      let reason =
        filled.isEmpty ? "is empty" : filled.count < 12 ? "is too short for a capture" : "is no pcapng file"
      throw Failure(.system, "\(name) \(reason)", advice: "-r takes what ipcdump -w has written")
    }
    _ = try advance { _ in true }
  }

  /// Takes the next block into memory, passing those of types that are not `wanted`.
  ///
  /// - Returns: Whether there is one.
  mutating func advance(wanted: (UInt32) -> Bool) throws(Failure) -> Bool {
    while true {
      pass(length)
      guard try fill(8) else {
        if filled.isEmpty { return false }
        throw cutOff()
      }
      type = integer(at: 0)
      if type == BlockType.sectionHeader { try readByteOrder() }
      let length: UInt32 = integer(at: 4)
      guard length >= BlockType.frame, length % 4 == 0 else {
        throw refused("a block cannot be \(length) bytes long")
      }
      if wanted(type) {
        try take(length)
        return true
      }
      try skip(length)
    }
  }

  /// An integer of the file in the byte order of memory.
  func native<Number: FixedWidthInteger>(_ number: Number) -> Number {
    isSwapped ? number.byteSwapped : number
  }

  /// The failure of the block in memory.
  func refused(_ reason: String) -> Failure {
    Failure(
      .system, "cannot read \(name) from byte \(blockOffset) on: \(reason)",
      advice: blockOffset == 0 ? nil : "what comes before is whole")
  }

  /// The failure of a file that ends too early.
  func cutOff() -> Failure {
    Failure(
      .system,
      "\(name) ends in the middle of what begins at byte \(blockOffset): it was not written to its end",
      advice: "what comes before is whole")
  }

  // MARK: - Bytes

  private mutating func readByteOrder() throws(Failure) {
    guard try fill(12) else { throw cutOff() }
    isSwapped = false
    switch integer(at: 8) as UInt32 {
    case BlockType.byteOrderMagic: break
    case BlockType.byteOrderMagic.byteSwapped: isSwapped = true
    case let magic: throw refused("a section cannot be in the byte order \(magic)")
    }
  }

  private mutating func take(_ length: UInt32) throws(Failure) {
    guard length <= Self.longest else { throw refused("a block of \(length) bytes is too long") }
    guard try fill(Int(length)) else { throw cutOff() }
    guard integer(at: Int(length) - 4) == length else {
      throw refused("a block says at its end that it is of another length than at its beginning")
    }
    self.length = Int(length)
  }

  private mutating func skip(_ length: UInt32) throws(Failure) {
    var rest = Int(length)
    let start = blockOffset
    while rest > 0 {
      let portion = min(rest, memory.count)
      guard try fill(portion) else {
        blockOffset = start
        throw cutOff()
      }
      pass(portion)
      rest -= portion
    }
    self.length = 0
  }

  private func integer<Number: FixedWidthInteger & BitwiseCopyable>(at position: Int) -> Number {
    native(memory.loadUnaligned(fromByteOffset: filled.lowerBound + position, as: Number.self))
  }

  private mutating func pass(_ count: Int) {
    filled = filled.lowerBound + count..<filled.upperBound
    blockOffset += UInt64(count)
    length = 0
  }

  /// Sees to it that so many bytes are in memory; false if the file ends before.
  private mutating func fill(_ count: Int) throws(Failure) -> Bool {
    if filled.count >= count { return true }
    makeRoom(for: count)
    while filled.count < count {
      let room = UnsafeMutableRawBufferPointer(rebasing: memory[filled.upperBound...])
      let added = try read(room)
      if added == 0 { return false }
      filled = filled.lowerBound..<filled.upperBound + added
    }
    return true
  }

  private mutating func makeRoom(for count: Int) {
    if filled.lowerBound + count <= memory.count { return }
    let rest = UnsafeRawBufferPointer(rebasing: memory[filled])
    if count <= memory.count {
      memory.copyMemory(from: rest)
    } else {
      let larger = UnsafeMutableRawBufferPointer.allocate(
        byteCount: max(count, 2 * memory.count), alignment: 8)
      larger.copyMemory(from: rest)
      memory.deallocate()
      memory = larger
    }
    filled = 0..<rest.count
  }
}

/// A file, or standard input, that is read from its beginning to its end.
///
/// A class, so that whoever reads last closes it.
public final class InputFile {
  /// What is read from.
  public let descriptor: Int32
  /// What it is called in sentences.
  public let name: String

  /// Opens a file; `-` is standard input.
  ///
  /// - Throws: `Failure` if there is none, or it may not be read.
  public init(path: String) throws(Failure) {
    if path == "-" {
      name = "standard input"
      descriptor = STDIN_FILENO
    } else {
      name = path
      descriptor = open(path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw Self.failure(name) }
    }
  }

  deinit { if descriptor != STDIN_FILENO { close(descriptor) } }

  /// Fills a buffer as far as bytes are there; 0 at the end.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(Failure) -> Int {
    while true {
      let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      if count >= 0 { return count }
      guard errno == EINTR else { throw Self.failure(name) }
    }
  }

  private static func failure(_ name: String) -> Failure {
    Failure(
      .system, "cannot read \(name)", errno: errno, advice: "-r takes what ipcdump -w has written")
  }
}
