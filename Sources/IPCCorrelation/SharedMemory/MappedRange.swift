/// A piece of memory that a process has mapped shared.
struct MappedRange {
  /// Where it lies in the process.
  var start: UInt64
  var length: UInt64
  /// Where it begins in the memory.
  var offset: UInt64
  var memory: MemoryKey
  var isWritable: Bool
  /// Whether children of the process get it (MADV_DONTFORK).
  var isInherited = true
  /// When it was mapped; 0 if that was before the trace.
  var since: UInt64

  var end: UInt64 { start &+ length }

  /// Whether two ranges have any of one memory.
  func overlaps(_ other: MappedRange) -> Bool {
    memory == other.memory && offset < other.offset &+ other.length && other.offset < offset &+ length
  }

  /// The part of it that lies in a place of the process; nil if none does.
  func part(from low: UInt64, to high: UInt64) -> MappedRange? {
    let first = max(start, low), last = min(end, high)
    guard first < last else { return nil }
    var part = self
    part.start = first
    part.length = last - first
    part.offset = offset &+ (first - start)
    return part
  }
}

/// Which memory it is, for as long as anybody has it mapped.
enum MemoryKey: Hashable {
  /// What the kernel has a file for: its file system's device and its inode.
  case file(device: UInt32, inode: UInt64)
  /// What was mapped without a file under our eyes: a number of our own.
  case unnamed(UInt64)
}

/// The shared mappings of one process.
struct MappedRanges {
  private(set) var all: [MappedRange] = []

  var isEmpty: Bool { all.isEmpty }

  /// The memories that lie in a place of the process.
  func memories(from low: UInt64, to high: UInt64) -> Set<MemoryKey> {
    Set(all.compactMap { $0.part(from: low, to: high)?.memory })
  }

  /// Adds a range; what lies in its place already is known to be there, and stays.
  mutating func add(_ range: MappedRange) {
    guard !all.contains(where: { $0.part(from: range.start, to: range.end) != nil }) else { return }
    all.append(range)
  }

  /// Takes out what lies in a place of the process, and returns it.
  @discardableResult
  mutating func remove(from low: UInt64, to high: UInt64) -> [MappedRange] {
    guard low < high else { return [] }
    var removed: [MappedRange] = []
    var kept: [MappedRange] = []
    for range in all {
      guard let part = range.part(from: low, to: high) else {
        kept.append(range)
        continue
      }
      removed.append(part)
      if let before = range.part(from: 0, to: low) { kept.append(before) }
      if let behind = range.part(from: high, to: .max) { kept.append(behind) }
    }
    all = kept
    return removed
  }

  /// Changes what lies in a place of the process, and leaves the rest as it is.
  mutating func change(from low: UInt64, to high: UInt64, _ body: (inout MappedRange) -> Void) {
    for var part in remove(from: low, to: high) {
      body(&part)
      all.append(part)
    }
  }

  /// Does what mremap(2) does.
  ///
  /// - Parameter isKept: Whether the old mapping stays (MREMAP_DONTUNMAP).
  mutating func move(
    from start: UInt64, _ length: UInt64, to newStart: UInt64, _ newLength: UInt64, isKept: Bool
  ) {
    // Of length 0, a shared mapping is mapped once more.
    let pieces =
      length == 0
      ? all.compactMap { $0.part(from: start, to: start &+ max(newLength, 1)) }
      : all.compactMap { $0.part(from: start, to: start &+ length) }
    if length > 0, !isKept { remove(from: start, to: start &+ length) }
    remove(from: newStart, to: newStart &+ newLength)
    for piece in pieces {
      let place = piece.start - start
      guard place < newLength else { continue }
      var moved = piece
      moved.start = newStart &+ place
      let isLast = piece.end == start &+ length || length == 0
      moved.length = isLast ? newLength - place : min(piece.length, newLength - place)
      all.append(moved)
    }
  }
}
