import Glibc

/// Names of the files of `-w`, one after the other, as tcpdump gives them.
struct CaptureNames {
  /// What `-w` said.
  let path: String
  /// Whether the name may hold conversions of strftime(3).
  let isTimed: Bool
  /// Whether files are numbered behind their names.
  let isNumbered: Bool
  /// Number of files that are used in turn; nil if the first has no number and there is no last.
  let turn: UInt32?

  /// Files that have been named.
  private var count: UInt32 = 0
  /// Name that the last one would have had by itself, and how many before it would have had that.
  private var last: (name: String, repetitions: Int)?

  init(path: String, isTimed: Bool, isNumbered: Bool, turn: UInt32?) {
    self.path = path
    self.isTimed = isTimed
    self.isNumbered = isNumbered
    self.turn = turn
  }

  /// Whether the first file's name tells when it begins.
  var tellsTime: Bool { isTimed && path.contains("%") }

  /// Name of the next file.
  ///
  /// If its time does not tell it from the one before, a number behind it does, so that nothing is overwritten at once.
  /// Names that come again later, as those of `%H` after a day, are meant to.
  ///
  /// - Parameter second: When it begins, in seconds since 1970.
  mutating func next(second: Int64) -> String {
    let name = name(count, second: second)
    count += 1
    guard isTimed, !isNumbered else { return name }
    let repetitions = last?.name == name ? (last?.repetitions ?? 0) + 1 : 0
    last = (name, repetitions)
    return repetitions == 0 ? name : "\(name)\(repetitions)"
  }

  /// Name of a file by itself.
  ///
  /// - Parameters:
  ///   - index: How many files there were before.
  ///   - second: When it begins, in seconds since 1970.
  func name(_ index: UInt32, second: Int64) -> String {
    let base = isTimed ? Self.expand(path, second) : path
    guard isNumbered else { return base }
    guard let turn else { return index == 0 ? base : "\(base)\(index)" }
    let digits = "\(index % turn)"
    return base + String(repeating: "0", count: "\(turn - 1)".count - digits.count) + digits
  }

  private static func expand(_ pattern: String, _ second: Int64) -> String {
    var time = time_t(second)
    var parts = tm()
    guard pattern.contains("%"), localtime_r(&time, &parts) != nil else { return pattern }
    // Longer than any path, so that 0 means that there is nothing to write.
    var words = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    let length = strftime(&words, words.count, pattern, &parts)
    return length == 0
      ? pattern : String(decoding: words[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
