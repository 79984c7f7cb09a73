import ByteOutput
import Glibc
import IPCCapture
import IPCFormats
import IPCModel

/// In which files events are kept.
public struct CaptureFileSettings: Sendable {
  /// Name of the file, or what the names of several are made of; `-` for standard output.
  public var path: String
  /// Bytes after which another file is begun; nil for no limit.
  public var sizeLimit: Int?
  /// Nanoseconds after which another file is begun; nil for no limit. The name may then hold conversions of strftime(3).
  public var duration: UInt64?
  /// With a limit of size, how many files are used in turn; with one of time, after how many a trace ends.
  public var fileCount: UInt32?
  /// What the user says about channels.
  public var rules: [DissectionRule] = []
  /// Most bytes that are kept of an event's contents; nil if all are.
  public var byteLimit: Int?
  /// What events with contents are written as.
  public var form = CaptureForm.payloads
  /// Whether processes are described in blocks of their own.
  public var describesProcesses = false
  /// Program that writes them, with its version.
  public var application: String

  /// Asks for one file.
  public init(path: String, application: String) {
    self.path = path
    self.application = application
  }
}

/// Keeps events in the files of `-w`: one, or one after the other.
public final class CaptureOutput: EventConsumer {
  /// Where in the buffer another file begins.
  private struct Cut {
    let position: Int
    let name: String
  }

  private var names: CaptureNames
  private let sizeLimit: Int?
  private let duration: UInt64?
  /// Files after which a trace ends; nil for any number.
  private let fileLimit: UInt32?

  private var writer: CaptureWriter
  private var file: OutputFile
  /// What else is open, none of which may be a file of `-w`.
  private let others: [FileUse]
  private var buffer = OutputBuffer()
  private var cuts: [Cut] = []
  private var fileCount: UInt32 = 1
  /// Bytes of the file that is being written, what is still in the buffer excepted.
  private var written = 0
  /// When that file was begun, in nanoseconds of `CLOCK_MONOTONIC`.
  private var fileStart: UInt64

  private var clock: WallClock
  /// Whether the last file of `-W` is complete, so that no more events are wanted.
  private var isComplete = false

  /// Opens the first file; nil if its name tells the time and that is not known yet.
  ///
  /// - Parameters:
  ///   - settings: Which files there are.
  ///   - clock: Tells when the first begins, if that is known.
  public static func firstFile(
    _ settings: CaptureFileSettings, at clock: WallClock?
  ) throws(Failure) -> OutputFile? {
    var names = CaptureNames(settings)
    guard clock != nil || !names.tellsTime else { return nil }
    let second = clock.map { $0.second(of: $0.start) } ?? 0
    return try OutputFile(path: names.next(second: second), option: .kept)
  }

  /// Keeps events in files, of which the first is emptied now.
  ///
  /// - Parameters:
  ///   - settings: Which files there are.
  ///   - clock: Clock that times are shown by.
  ///   - first: The first file, if it is open.
  ///   - others: What else is open, none of which may be one of these files.
  public init(
    _ settings: CaptureFileSettings, clock: WallClock, first: consuming OutputFile? = nil,
    besides others: [FileUse] = []
  ) throws(Failure) {
    sizeLimit = settings.sizeLimit
    duration = settings.duration
    fileLimit = settings.duration == nil ? nil : settings.fileCount
    var names = CaptureNames(settings)
    let name = names.next(second: clock.second(of: clock.start))
    self.names = names
    self.others = others
    self.clock = clock
    fileStart = clock.start
    if let first {
      file = first
    } else {
      file = try OutputFile(path: name, option: .kept, waits: false)
    }
    guard !file.isTerminal else {
      throw Failure(
        .usage, "standard output is a terminal, which cannot show a capture",
        advice: "give -w a file, or a pipe")
    }
    writer = CaptureWriter(CaptureSettings(settings, start: clock.start))
    writer.begin(offset: clock.offset, to: &buffer)
    try FileUse.requireDistinct(others + [file.use(as: .capture)])
    try file.begin()
  }

  /// The file that is being written.
  public var descriptors: [Int32] { [file.descriptor] }

  /// Whether there can be another file.
  public var opensFiles: Bool { sizeLimit != nil || duration != nil }

  /// Bytes that are not written yet.
  public var pendingBytes: Int { buffer.count }

  /// Keeps an event; false if the last file is complete.
  public func take(
    _ event: borrowing Event, content: UnsafeRawBufferPointer?, texts: borrowing TextTable
  ) -> Bool {
    if opensFiles { beginFileIfDue(at: event.time) }
    if isComplete { return false }
    writer.append(
      event, content: content, texts: texts, offset: clock.offset, to: &buffer)
    return true
  }

  /// Keeps a loss.
  public func take(_ loss: Loss) {
    if !isComplete { writer.append(loss, offset: clock.offset, to: &buffer) }
  }

  /// Keeps who waits for whom.
  public func take(_ waits: CapturedWaits) {
    if !isComplete { writer.append(waits, offset: clock.offset, to: &buffer) }
  }

  /// Keeps how ipcdump fares.
  public func take(_ health: CapturedHealth) {
    if !isComplete { writer.append(health, offset: clock.offset, to: &buffer) }
  }

  /// Tells times of day by another clock from now on.
  public func follow(_ clock: WallClock) { self.clock = clock }

  /// Writes what has been kept.
  public func flush() throws(Failure) {
    var start = 0
    defer {
      buffer.removeAll()
      cuts.removeAll(keepingCapacity: true)
    }
    for cut in cuts {
      try write(start..<cut.position)
      file = try nextFile(named: cut.name)
      written = 0
      start = cut.position
    }
    try write(start..<buffer.count)
  }

  /// Ends the last file.
  public func finish() throws(Failure) {
    if !isComplete { writer.end(to: &buffer) }
    try flush()
  }

  /// Opens a later file; nothing is written any more if that must not be.
  private func nextFile(named name: String) throws(Failure) -> OutputFile {
    do throws(Failure) {
      // The trace goes on, and cannot be ended while it waits for a reader.
      var next = try OutputFile(path: name, option: .kept, waits: false)
      try FileUse.requireDistinct(others + [next.use(as: .capture)])
      try next.begin()
      return next
    } catch {
      isComplete = true
      throw error
    }
  }

  private func write(_ range: Range<Int>) throws(Failure) {
    try file.write(UnsafeRawBufferPointer(rebasing: buffer.bytes[range]))
    written += range.count
  }

  private func beginFileIfDue(at time: UInt64) {
    let size = cuts.last.map { buffer.count - $0.position } ?? written + buffer.count
    let isLarge = sizeLimit.map { size >= $0 } ?? false
    let isOld = duration.map { time > fileStart && time - fileStart >= $0 } ?? false
    guard isLarge || isOld, !isComplete else { return }
    writer.end(to: &buffer)
    if let fileLimit, fileCount == fileLimit {
      isComplete = true
      return
    }
    cuts.append(
      Cut(position: buffer.count, name: names.next(second: clock.second(of: time))))
    fileCount += 1
    fileStart = time
    writer.begin(offset: clock.offset, to: &buffer)
  }
}

extension CaptureSettings {
  /// What files say about themselves.
  ///
  /// - Parameters:
  ///   - files: Which they are.
  ///   - start: Start of the trace, in nanoseconds of `CLOCK_MONOTONIC`.
  init(_ files: CaptureFileSettings, start: UInt64) {
    self.init(
      application: files.application, system: Self.ownSystem, start: start, rules: files.rules,
      byteLimit: files.byteLimit, form: files.form, describesProcesses: files.describesProcesses)
  }

  /// Name, release and machine of the kernel.
  private static var ownSystem: String {
    var names = utsname()
    guard uname(&names) == 0 else { return "Linux" }
    func text(_ bytes: UnsafeRawBufferPointer) -> String {
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    return [
      withUnsafeBytes(of: &names.sysname, text), withUnsafeBytes(of: &names.release, text),
      withUnsafeBytes(of: &names.machine, text),
    ].joined(separator: " ")
  }
}

extension CaptureNames {
  /// Names of the files that settings ask for.
  fileprivate init(_ settings: CaptureFileSettings) {
    self.init(
      path: settings.path, isTimed: settings.duration != nil, isNumbered: settings.sizeLimit != nil,
      turn: settings.fileCount)
  }
}

extension WallClock {
  /// Time of day of a time of `CLOCK_MONOTONIC`, in seconds since 1970.
  func second(of time: UInt64) -> Int64 { epochNanoseconds(of: time) / 1_000_000_000 }
}

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
