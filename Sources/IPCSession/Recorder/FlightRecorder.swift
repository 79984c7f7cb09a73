import ByteOutput
import IPCCapture
import IPCCorrelation
import IPCFiltering
import IPCFormats
import IPCModel
import IPCTop

/// Keeps the last of what happens in memory, and writes it to a file of `-w` when a trigger comes.
public final class FlightRecorder: EventConsumer {
  /// A file that is being written.
  private final class Writing {
    let trigger: Trigger
    let name: String
    let file: OutputFile
    let contents: CaptureRing.Contents
    /// Parts that are written.
    var position = 0

    init(
      _ trigger: Trigger, _ contents: CaptureRing.Contents, to file: consuming OutputFile, named name: String
    ) {
      self.trigger = trigger
      self.contents = contents
      self.file = file
      self.name = name
    }
  }

  private let settings: RecorderSettings
  private var ring: CaptureRing
  private var files: RecorderFiles
  /// What else is open, none of which may be one of the files.
  private let others: [FileUse]
  private var clock: WallClock
  private let deadlocks: DeadlockWatch?
  /// Processes with events, of which deadlocks are looked for.
  private var processes: Set<Int32> = []

  /// The trigger that has come, and when what happened before it has been handed out.
  private var awaited: (trigger: Trigger, due: UInt64)?
  private var writing: Writing?
  /// Until when a trigger has no effect, in nanoseconds of `CLOCK_MONOTONIC`.
  private var quietUntil: UInt64 = 0
  /// Triggers without effect since the last one that had one.
  private var passedOver = 0
  private var fileCount = 0
  private var hasEnded = false

  /// How long what has happened may still be on its way here, beside the time that one side waits for the other, in
  /// nanoseconds.
  private static let slack: UInt64 = 50_000_000
  private let patience: UInt64
  /// Most processes whose deadlocks are looked for; who still has events comes in again.
  private static let mostProcesses = 1 << 16
  /// Bytes that are written before events are taken again.
  private static let portion = 4 << 20

  /// Prepares to keep, before what loads programs has begun: deadlocks are looked for by another process.
  ///
  /// - Parameters:
  ///   - settings: What is kept, and when it is written.
  ///   - captures: What the files are called, and what they say about themselves.
  ///   - matchTimeout: How long one side of a transfer waits for the other, in nanoseconds.
  ///   - clock: Clock that times are shown by.
  ///   - others: What else is open, none of which may be one of the files.
  /// - Throws: ``Failure`` if the first file cannot be written.
  public init(
    _ settings: RecorderSettings, _ captures: CaptureFileSettings, matchTimeout: UInt64, clock: WallClock,
    besides others: [FileUse]
  ) throws(Failure) {
    self.settings = settings
    self.clock = clock
    self.others = others
    var first = RecorderFiles(path: captures.path, count: captures.fileCount)
    files = first
    patience = matchTimeout + Self.slack
    ring = CaptureRing(
      CaptureSettings(captures, start: clock.start),
      limit: CaptureRing.Limit(bytes: settings.bytes, duration: settings.duration))
    // Better now than when there is something to keep. What is new goes away again.
    let file = try OutputFile(
      path: first.next(second: clock.second(of: clock.start)), option: .kept, waits: false)
    try FileUse.requireDistinct(others + [file.use(as: .capture)])
    deadlocks = settings.writesAtDeadlocks ? DeadlockWatch() : nil
  }

  /// Expressions that are triggers.
  public var expressions: [WhereExpression] { settings.expressions }

  // MARK: - Events

  /// Where answers of who looks for deadlocks come from.
  public var descriptors: [Int32] { answers.map { [$0] } ?? [] }

  /// Yes, with each trigger.
  public var opensFiles: Bool { true }

  /// Keeps an event.
  public func take(
    _ event: borrowing Event, content: UnsafeRawBufferPointer?, texts: borrowing TextTable
  ) -> Bool {
    if deadlocks != nil, !settings.isOfHost { note(event.source, event.destination) }
    if !ring.append(event, content: content, texts: texts, offset: clock.offset) { writePortion() }
    return true
  }

  /// Keeps a loss, which can be a trigger.
  public func take(_ loss: Loss) {
    ring.append(loss, offset: clock.offset)
    if settings.writesAtLosses { take(.loss(loss)) }
  }

  /// Keeps who waits for whom.
  public func take(_ waits: CapturedWaits) { ring.append(waits, offset: clock.offset) }

  /// Tells times of day by another clock from now on.
  public func follow(_ clock: WallClock) { self.clock = clock }

  /// Writes what a trigger has asked for; without one, nothing ever was.
  public func finish() throws(Failure) {
    hasEnded = true
    if writing == nil { beginWriting() }
    while writing != nil { writePortion() }
    guard fileCount == 0, !settings.isQuiet else { return }
    Diagnostics.write("ipcdump: no trigger has come, so that nothing was written")
  }

  /// Remembers who has events.
  private func note(_ source: Endpoint, _ destination: Endpoint) {
    if processes.count >= Self.mostProcesses { processes.removeAll(keepingCapacity: true) }
    for pid in [source.pid, destination.pid] where pid > 0 { processes.insert(pid) }
  }

  // MARK: - Triggers

  /// Lets what has been kept be written, unless a file was written a moment ago.
  func take(_ trigger: Trigger) {
    guard awaited == nil, writing == nil, trigger.time >= quietUntil else {
      passedOver += 1
      return
    }
    quietUntil = trigger.time + settings.coolDown
    awaited = (trigger, trigger.time + patience)
  }

  /// Takes the end of a process.
  func take(_ exit: ProcessExit) {
    if settings.writesAtExits { take(.exit(exit)) }
  }

  /// Whether what has been kept is being written, so that nobody sleeps.
  var isWriting: Bool { writing != nil }

  /// Where answers come from; nil if nobody looks for deadlocks.
  var answers: Int32? { deadlocks?.descriptor }

  /// Asks who waits for whom if it is time, and takes answers.
  ///
  /// - Returns: What was found, to be judged by ``take(_:living:now:)``; nil if no answer has come.
  func lookForDeadlocks(now: UInt64) -> StuckProcesses? { deadlocks?.look(now: now) }

  /// Takes what was found of processes that wait for each other.
  ///
  /// - Parameters:
  ///   - stuck: All of the host.
  ///   - living: Processes that are traced, whether or not they have events; those with events are known.
  ///   - now: The time, in nanoseconds of `CLOCK_MONOTONIC`.
  func take(_ stuck: StuckProcesses, living: [Int32], now: UInt64) {
    let relevant = settings.isOfHost ? stuck : stuck.of(processes.union(living))
    if let pids = deadlocks?.news(in: relevant) { take(.deadlock(pids, at: now)) }
  }

  /// Writes a portion of what a trigger has asked for.
  func goOn(now: UInt64) {
    if let awaited, now >= awaited.due { beginWriting() }
    if writing != nil { writePortion() }
  }

  // MARK: - Files

  private func beginWriting() {
    guard let trigger = awaited?.trigger else { return }
    awaited = nil
    let contents = ring.contents(at: trigger.time, offset: clock.offset, comment: trigger.words)
    let name = files.next(second: clock.second(of: trigger.time))
    do throws(Failure) {
      var file = try OutputFile(path: name, option: .kept, waits: false)
      try FileUse.requireDistinct(others + [file.use(as: .capture)])
      try file.begin()
      try Self.write(contents.head, to: file)
      for part in contents.parts { part.isAwaited = true }
      writing = Writing(trigger, contents, to: file, named: name)
    } catch {
      // The trace goes on, and the next file may find its place.
      Diagnostics.report(error)
    }
  }

  private func writePortion() {
    guard let current = writing else { return }
    do throws(Failure) {
      var written = 0
      let parts = current.contents.parts
      while current.position < parts.count {
        if written >= Self.portion, !hasEnded { return }
        let part = parts[current.position]
        try part.withBytes { bytes throws(Failure) in try current.file.write(bytes) }
        written += part.count
        part.isAwaited = false
        current.position += 1
      }
      try Self.write(current.contents.end, to: current.file)
      writing = nil
      fileCount += 1
      files.add(current.name)
      tell(current)
    } catch {
      writing = nil
      for part in current.contents.parts { part.isAwaited = false }
      // The trace goes on, and the next file may find its place.
      Diagnostics.report(error)
    }
  }

  private static func write(_ bytes: [UInt8], to file: borrowing OutputFile) throws(Failure) {
    var buffer = OutputBuffer(capacity: bytes.count)
    bytes.withUnsafeBufferPointer { buffer.append($0) }
    try file.write(&buffer)
  }

  private func tell(_ done: Writing) {
    guard !settings.isQuiet else { return }
    let (events, span) = (done.contents.events, done.contents.span)
    let others =
      passedOver == 0
      ? "" : ", after \(passedOver) \(passedOver == 1 ? "trigger" : "triggers") without a file"
    passedOver = 0
    Diagnostics.write(
      """
      ipcdump: \(done.trigger.words): \(events) \(events == 1 ? "event" : "events") of the last \(Self.seconds(span)) s \
      are in \(done.name)\(others)
      """)
  }

  /// Nanoseconds as seconds with one digit behind the point.
  private static func seconds(_ span: UInt64) -> String {
    let tenths = (span + 50_000_000) / 100_000_000
    return "\(tenths / 10).\(tenths % 10)"
  }
}
