import ByteOutput
import Glibc
import IPCCapture
import IPCFormats
import IPCModel

/// Keeps events in the files of `-w`: one, or one after the other.
///
/// A class, so that it can be filled while the correlator hands out events.
public final class Recorder {
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

  /// Whether the last file of `-W` is complete, so that no more events are wanted.
  private(set) var isFull = false

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
  ///   - clock: Clock that times are told by.
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
    fileStart = clock.start
    if let first {
      file = first
    } else {
      file = try OutputFile(path: name, option: .kept, waits: false)
    }
    guard !file.isTerminal else {
      throw Failure(
        .usage, "standard output is a terminal, which cannot show a capture; give -w a file, or a pipe")
    }
    writer = CaptureWriter(
      CaptureSettings(
        application: settings.application, system: Self.system, start: clock.start, rules: settings.rules,
        byteLimit: settings.byteLimit))
    writer.begin(offset: clock.offset, to: &buffer)
    try FileUse.requireDistinct(others + [file.use(as: .capture)])
    try file.begin()
  }

  /// Descriptor of the file, to find the pipe behind it.
  var descriptor: Int32 { file.descriptor }

  /// Whether more files may have to be opened.
  var opensFiles: Bool { sizeLimit != nil || duration != nil }

  /// Bytes that have not been written yet.
  var pending: Int { buffer.count }

  /// Keeps an event.
  ///
  /// - Returns: Whether it was kept, because it was still wanted.
  func take(
    _ event: borrowing Event, content: UnsafeRawBufferPointer?, texts: borrowing TextTable, clock: WallClock
  ) -> Bool {
    if opensFiles { beginFileIfDue(at: event.time, clock: clock) }
    if isFull { return false }
    writer.append(event, content: content, texts: texts, offset: clock.offset, to: &buffer)
    return true
  }

  /// Keeps a loss.
  func take(_ loss: Loss, clock: WallClock) {
    if !isFull { writer.append(loss, offset: clock.offset, to: &buffer) }
  }

  /// Writes what has been kept.
  func flush() throws(Failure) {
    var start = 0
    defer {
      buffer.removeAll()
      cuts.removeAll(keepingCapacity: true)
    }
    for cut in cuts {
      try write(start..<cut.position)
      // The trace goes on, and cannot be ended while it waits for a reader.
      file = try OutputFile(path: cut.name, option: .kept, waits: false)
      try FileUse.requireDistinct(others + [file.use(as: .capture)])
      try file.begin()
      written = 0
      start = cut.position
    }
    try write(start..<buffer.count)
  }

  /// Ends the last file.
  func finish() throws(Failure) {
    if !isFull { writer.end(to: &buffer) }
    try flush()
  }

  private func write(_ range: Range<Int>) throws(Failure) {
    try file.write(UnsafeRawBufferPointer(rebasing: buffer.bytes[range]))
    written += range.count
  }

  private func beginFileIfDue(at time: UInt64, clock: WallClock) {
    let size = cuts.last.map { buffer.count - $0.position } ?? written + buffer.count
    let isLarge = sizeLimit.map { size >= $0 } ?? false
    let isOld = duration.map { time > fileStart && time - fileStart >= $0 } ?? false
    guard isLarge || isOld, !isFull else { return }
    writer.end(to: &buffer)
    if let fileLimit, fileCount == fileLimit {
      isFull = true
      return
    }
    cuts.append(
      Cut(position: buffer.count, name: names.next(second: clock.second(of: time))))
    fileCount += 1
    fileStart = time
    writer.begin(offset: clock.offset, to: &buffer)
  }

  /// Name, release and machine of the kernel.
  private static var system: String {
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
  fileprivate func second(of time: UInt64) -> Int64 { epochNanoseconds(of: time) / 1_000_000_000 }
}
