import Glibc
import IPCModel

/// The files that a flight recorder writes, one for each trigger, of which it leaves the newest.
struct RecorderFiles {
  private var names: CaptureNames
  /// How many there are at most; nil for any number.
  private let limit: Int?
  /// Those that were written, the oldest first.
  private var written: [String] = []

  /// Prepares for files.
  ///
  /// - Parameters:
  ///   - path: The first one's name. It may hold conversions of strftime(3); otherwise later ones are numbered.
  ///   - count: How many of them are kept; nil for all.
  init(path: String, count: UInt32?) {
    let tellsTime = path.contains("%")
    names = CaptureNames(
      path: path, isTimed: tellsTime, isNumbered: !tellsTime, turn: tellsTime ? nil : count)
    limit = tellsTime ? count.map(Int.init) : nil
  }

  /// Name of the next file.
  ///
  /// - Parameter second: When it begins, in seconds since 1970.
  mutating func next(second: Int64) -> String { names.next(second: second) }

  /// Learns that a file is written, and removes the oldest if there are too many. Those that are numbered in turn take
  /// each other's place by their names.
  mutating func add(_ name: String) {
    guard let limit else { return }
    written.removeAll { $0 == name }
    written.append(name)
    while written.count > limit { unlink(written.removeFirst()) }
  }
}
