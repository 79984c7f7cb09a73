import ByteOutput
import Glibc
import IPCCapture
import IPCFiltering
import IPCFormats
import IPCModel
import IPCTop
import SystemPackage

/// Plays a capture on a screen, as fast as it happened or as the user wants. Needs no privilege.
public struct TopReplay: ~Copyable {
  /// Where to begin.
  public enum Place: Sendable, Equatable {
    /// At the beginning, at once.
    case beginning
    /// Paused, so many nanoseconds behind the beginning.
    case time(UInt64)
    /// Paused, at the end.
    case end
  }

  private let file: InputFile
  private let filter: EventFilter
  private let screen: TopScreen
  private let signals: StopSignals
  private var pipeline: EventPipeline
  private var reader: CaptureReader
  /// What comes next; nil at the end.
  private var pending: CaptureReader.Entry?
  /// Entries that were taken.
  private var taken: UInt64 = 0
  /// Time of the beginning.
  private var base: UInt64 = 0
  private var state = PlayState(position: 0, isPaused: false)
  /// How far is read without regard to time: entries, or up to the position.
  private var wantedEntries: UInt64?
  private var lastTime: UInt64 = 0
  private var lastShown: UInt64 = 0

  /// Nanoseconds for which is read before keys are looked at.
  private static let portion: UInt64 = 8_000_000
  private static let progressInterval: UInt64 = 500_000_000
  private static let leap: UInt64 = 10_000_000_000
  private static let speeds = -4...10

  /// Begins to read a capture.
  ///
  /// - Parameters:
  ///   - file: The capture, in which can be gone back.
  ///   - filter: What is shown of it.
  ///   - screen: Where.
  ///   - place: Where to begin.
  public init(
    _ file: InputFile, _ filter: EventFilter, on screen: TopScreen, at place: Place
  ) throws(Failure) {
    guard lseek(file.descriptor, 0, SEEK_CUR) >= 0 else {
      throw Failure(
        .usage, "\(file.name) cannot be played, as it cannot be gone back in",
        advice: "keep it in a file, or see ipcdump -r")
    }
    let signals = try StopSignals(besides: StopSignals.ofScreen)
    var reader = try CaptureReader(file: file)
    let pending = try reader.next()
    self.file = file
    self.filter = filter
    self.screen = screen
    self.signals = signals
    pipeline = EventPipeline(filter, [screen], limit: 0, clock: reader.clock)
    base = min(Self.time(of: pending) ?? .max, reader.clock.start)
    self.pending = pending
    screen.follow(reader.clock)
    self.reader = reader
    switch place {
    case .beginning: break
    case .time(let time): (state.position, state.isPaused) = (time, true)
    case .end: (state.position, state.isPaused) = (.max / 2, true)
    }
  }

  /// Plays until the user leaves.
  public mutating func run() throws(Failure) {
    try screen.begin()
    lastTime = monotonicNow()
    while true {
      wait()
      while let arrival = signals.next() {
        if arrival.number == SIGCHLD || arrival.number == SIGUSR1 { continue }
        if try !screen.take(signal: arrival.number) { return }
      }
      let now = monotonicNow()
      for request in try screen.takeKeys(now: now) { try take(request) }
      if screen.isLeft { return }
      try goOn(now: now)
      show(now: monotonicNow())
    }
  }

  /// Shows the present; while it is being reached, now and then how far that is.
  private mutating func show(now: UInt64) {
    var shown = state
    if isBehind {
      guard now >= lastShown + Self.progressInterval else { return }
      shown.position = min(shown.position, max(lastEntry, base) - base)
      screen.hurry()
    }
    lastShown = now
    screen.model.now = base + shown.position
    screen.view.play = shown
    screen.paint(now: now)
  }

  private func wait() {
    var polls = [screen.keyboard, signals.descriptor.rawValue].map {
      pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
    }
    let patience = isBehind ? 0 : min(screen.patience(now: monotonicNow()), state.isPaused ? 1000 : 20)
    poll(&polls, nfds_t(polls.count), patience)
  }

  /// Whether something is to be read at once.
  private var isBehind: Bool {
    guard let time = Self.time(of: pending) else { return false }
    return wantedEntries.map { taken < $0 } ?? (time - min(base, time) <= state.position)
  }

  private static func time(of entry: CaptureReader.Entry?) -> UInt64? {
    switch entry {
    case .event(let event): event.time
    case .loss(let loss): loss.time
    case nil: nil
    }
  }

  // MARK: - Time

  private mutating func goOn(now: UInt64) throws(Failure) {
    let elapsed = now - min(lastTime, now)
    lastTime = now
    let wasBehind = isBehind
    if !state.isPaused, !wasBehind, pending != nil {
      let step = state.speed >= 0 ? elapsed << UInt64(state.speed) : elapsed >> UInt64(-state.speed)
      state.position = min(state.position &+ step, UInt64.max / 2)
    }
    let end = now + Self.portion
    while isBehind {
      try takeEntry()
      if taken % 64 == 0, monotonicNow() >= end { break }
    }
    if let wanted = wantedEntries, taken >= wanted { wantedEntries = nil }
    if pending == nil, !state.isAtEnd { finishReading() }
    if wasBehind, !isBehind { screen.hurry() }
  }

  private mutating func takeEntry() throws(Failure) {
    guard let entry = pending else { return }
    pipeline.follow(reader.clock)
    switch entry {
    case .event(let event): _ = pipeline.take(event, content: reader.content, texts: reader.texts)
    case .loss(let loss): pipeline.take(loss)
    }
    taken += 1
    lastEntry = Self.time(of: entry) ?? lastEntry
    pending = try reader.next()
  }

  /// Time of the last entry.
  private var lastEntry: UInt64 = 0

  private mutating func finishReading() {
    state.isAtEnd = true
    state.isPaused = true
    state.position = max(lastEntry, base) - base
    screen.hurry()
  }

  // MARK: - Keys

  private mutating func take(_ request: TopRequest) throws(Failure) {
    switch request {
    case .dialogue:
      // What was said before is told, too.
      wantedEntries = taken
      try rewind()
    case .play(let playing): try take(playing)
    default: break
    }
  }

  private mutating func take(_ playing: Playing) throws(Failure) {
    switch playing {
    case .pauseOrGoOn:
      if state.isAtEnd {
        try go(to: 0)
        state.isPaused = false
      } else {
        state.isPaused.toggle()
      }
    case .step:
      state.isPaused = true
      let before = pipeline.captured
      while pending != nil, pipeline.captured == before { try takeEntry() }
      state.position = max(lastEntry, base) - base
    case .slower: state.speed = max(state.speed - 1, Self.speeds.lowerBound)
    case .faster: state.speed = min(state.speed + 1, Self.speeds.upperBound)
    case .back: try go(to: state.position - min(state.position, Self.leap))
    case .ahead: try go(to: state.position + Self.leap)
    case .toBeginning: try go(to: 0)
    case .toEnd: try go(to: UInt64.max / 2)
    }
    screen.hurry()
  }

  private mutating func go(to position: UInt64) throws(Failure) {
    if position > state.position {
      // Nothing is behind the end.
      if !state.isAtEnd { state.position = position }
      return
    }
    try rewind()
    state.position = position
  }

  /// Begins to read again.
  private mutating func rewind() throws(Failure) {
    lseek(file.descriptor, 0, SEEK_SET)
    reader = try CaptureReader(file: file)
    pipeline = EventPipeline(filter, [screen], limit: 0, clock: reader.clock)
    screen.model.reset()
    screen.follow(reader.clock)
    pending = try reader.next()
    taken = 0
    lastEntry = 0
    state.isAtEnd = false
  }
}
