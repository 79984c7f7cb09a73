/// Growable bytes that formats append to and a sink writes out, reused from event to event.
public struct OutputBuffer: ~Copyable {
  /// Most memory that ``removeAll()`` keeps for the next events.
  public static let retainedCapacity = 4 << 20

  /// Number of bytes appended so far.
  @inlinable public var count: Int { filled }
  /// Number of bytes that fit before the buffer must grow.
  public private(set) var capacity: Int

  private let initialCapacity: Int
  // What is appended is copied where the caller's code is, so that it must be known there.
  @usableFromInline var start: UnsafeMutablePointer<UInt8>
  @usableFromInline var filled = 0

  /// Creates an empty buffer.
  ///
  /// - Parameter capacity: Number of bytes that fit at first.
  public init(capacity: Int = 64 << 10) {
    initialCapacity = max(capacity, 1)
    self.capacity = initialCapacity
    start = .allocate(capacity: initialCapacity)
  }

  deinit { start.deallocate() }

  /// Whether nothing is in the buffer.
  public var isEmpty: Bool { count == 0 }

  /// Appends one byte.
  @inlinable
  public mutating func append(_ byte: UInt8) {
    reserve(1)
    start[count] = byte
    filled += 1
  }

  /// Appends the UTF-8 of a literal.
  ///
  /// Inlined, so that the length is known where a literal is given, and no function is called to copy a few bytes.
  @inlinable
  @inline(__always)
  public mutating func append(_ text: StaticString) {
    if text.hasPointerRepresentation {
      append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    } else {
      text.withUTF8Buffer { append($0) }
    }
  }

  /// Appends the UTF-8 of a string.
  public mutating func append(text: String) {
    var text = text
    text.withUTF8 { append($0) }
  }

  /// Appends bytes that lie outside this buffer.
  @inlinable
  @inline(__always)
  public mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let source = bytes.baseAddress else { return }
    reserve(bytes.count)
    (start + count).initialize(from: source, count: bytes.count)
    filled += bytes.count
  }

  /// Appends bytes that lie outside this buffer.
  @inlinable
  @inline(__always)
  public mutating func append(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress else { return }
    reserve(bytes.count)
    UnsafeMutableRawPointer(start + count).copyMemory(from: source, byteCount: bytes.count)
    filled += bytes.count
  }

  /// Appends up to `limit` bytes that `body` writes in place, of which it returns the number.
  @inlinable
  @inline(__always)
  package mutating func append(upTo limit: Int, _ body: (UnsafeMutablePointer<UInt8>) -> Int) {
    reserve(limit)
    let written = body(start + count)
    precondition((0...limit).contains(written), "more bytes written than were reserved")
    filled += written
  }

  /// The bytes, until something is appended or removed.
  package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }

  /// Gives the bytes to `body`; they are valid until it returns.
  public borrowing func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeRawBufferPointer(start: start, count: count))
  }

  /// Empties the buffer, and gives memory back if one huge event made it grow beyond ``retainedCapacity``.
  public mutating func removeAll() {
    filled = 0
    guard capacity > max(OutputBuffer.retainedCapacity, initialCapacity) else { return }
    start.deallocate()
    start = .allocate(capacity: initialCapacity)
    capacity = initialCapacity
  }

  /// Replaces bytes by as many others.
  package mutating func replaceBytes(at position: Int, with bytes: UnsafeRawBufferPointer) {
    precondition(position >= 0 && bytes.count <= count - position, "cannot replace bytes that are not there")
    if let source = bytes.baseAddress {
      UnsafeMutableRawPointer(start + position).copyMemory(from: source, byteCount: bytes.count)
    }
  }

  /// Replaces bytes by those of a number, in the byte order of memory.
  @inlinable
  @inline(__always)
  package mutating func replace<Number: FixedWidthInteger & BitwiseCopyable>(
    at position: Int, by number: Number
  ) {
    precondition(
      position >= 0 && MemoryLayout<Number>.size <= count - position,
      "cannot replace bytes that are not there")
    UnsafeMutableRawPointer(start + position).storeBytes(of: number, as: Number.self)
  }

  /// Drops what was appended after the first `newCount` bytes.
  public mutating func truncate(to newCount: Int) {
    precondition((0...count).contains(newCount), "cannot truncate to more bytes than there are")
    filled = newCount
  }

  @inlinable
  @inline(__always)
  mutating func reserve(_ extra: Int) {
    if extra > capacity - count { grow(by: extra) }
  }

  @usableFromInline
  @inline(never)
  mutating func grow(by extra: Int) {
    // Doubling keeps appending linear; a total that does not fit an Int traps rather than wraps.
    let newCapacity = max(count + extra, 2 * capacity)
    let newStart = UnsafeMutablePointer<UInt8>.allocate(capacity: newCapacity)
    newStart.moveInitialize(from: start, count: count)
    start.deallocate()
    start = newStart
    capacity = newCapacity
  }
}

// The pointer has one owner and never leaves it, so the buffer can move to another thread.
extension OutputBuffer: @unchecked Sendable {}
