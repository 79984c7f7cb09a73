import ByteOutput
import Glibc
import IPCFormats
import IPCModel
import IPCTop
import IPCTracing
import IPCTraffic

/// Shows events on a whole terminal, and does what its keys ask for.
public final class TopScreen: EventConsumer {
  /// What is asked of the screen.
  public struct Settings: Sendable {
    /// What is traced, or the capture.
    public var title = ""
    /// Whether there are colours.
    public var isColored = true
    /// Whether events come out of a capture.
    public var isCapture = false
    /// Whether the whole system is traced, so that everybody who waits in vain is of interest.
    public var isWhole = true

    /// Asks for a screen of what goes on.
    public init() {}
  }

  let model = TopModel()
  var view: TopView
  private let terminal: TerminalDevice
  private let looker: Looker?
  private let update: ScreenUpdate
  private let isWhole: Bool
  private var keys = KeyParser()
  private var buffer = OutputBuffer(capacity: 16 << 10)
  private var nextPaint: UInt64 = 0
  private var nextLook: UInt64 = 0
  /// When what was typed is taken for what it is, if nothing follows.
  private var keyDeadline: UInt64?
  private var isStale = true
  private var isBlocked = false
  private var watched: Int32?
  private var eventsAtPaint: UInt64 = 0
  private var lastChange: UInt64 = 0

  /// Whether the user has left.
  private(set) var isLeft = false

  /// Least time between two paintings without a key, in nanoseconds, and how many times as long as one takes.
  private static let interval: UInt64 = 100_000_000
  private static let costShare: UInt64 = 25
  /// The same where nothing has changed for a while.
  private static let idleInterval: UInt64 = 1_000_000_000
  private static let idleTime: UInt64 = 3_000_000_000
  /// How long the rest of a key's sequence may take.
  private static let keyPatience: UInt64 = 40_000_000
  private static let lookInterval: UInt64 = 1_000_000_000

  /// Prepares a screen; the terminal stays as it is.
  ///
  /// - Parameters:
  ///   - settings: What is asked of it.
  ///   - clock: Clock that times are shown by.
  /// - Throws: ``Failure`` if there is no terminal for it.
  public init(_ settings: Settings, clock: WallClock) throws(Failure) {
    terminal = try TerminalDevice()
    looker = settings.isCapture ? nil : Looker()
    isWhole = settings.isWhole
    update = ScreenUpdate(isColored: settings.isColored, isUnicode: terminal.isUnicode)
    view = TopView(model, title: settings.title, isCapture: settings.isCapture, clock: clock)
    terminal.silence()
  }

  // MARK: - Events

  /// The terminal, and where answers of who looks come from.
  public var descriptors: [Int32] {
    [terminal.output, terminal.input] + (looker.map { [$0.descriptor] } ?? [])
  }

  /// Adds an event up.
  public func take(
    _ event: borrowing Event, content: UnsafeRawBufferPointer?, texts: borrowing TextTable
  ) -> Bool {
    model.take(event, content: content, texts: texts)
    return true
  }

  /// Adds a loss up.
  public func take(_ loss: Loss) { model.take(loss) }

  /// Shows times by another clock.
  public func follow(_ clock: WallClock) { view.clock = clock }

  /// Gives the terminal back.
  public func finish() throws(Failure) { leave() }

  /// Gives the terminal back, also if nothing has begun.
  public func leave() {
    isLeft = true
    terminal.end()
  }

  // MARK: - Going on

  /// Where keys come from.
  var keyboard: Int32 { terminal.input }

  /// Where answers come from; nil if nobody looks. Once who looks has gone, it is readable for ever.
  var answers: Int32? { looker?.descriptor }

  /// Takes the screen.
  func begin() throws(Failure) {
    try terminal.begin()
    view.size = terminal.size
  }

  /// Does what a signal asks for.
  ///
  /// - Returns: Whether it was one for the screen.
  func take(signal: Int32) throws(Failure) -> Bool {
    switch signal {
    case SIGWINCH: view.size = terminal.size
    case SIGTSTP: try suspend()
    case SIGCONT: try resume()
    default: return false
    }
    isStale = true
    return true
  }

  private func suspend() throws(Failure) {
    terminal.giveBack()
    raise(SIGSTOP)
    try resume()
  }

  private func resume() throws(Failure) {
    try terminal.begin()
    view.size = terminal.size
    update.forget()
    isStale = true
  }

  /// Takes what is typed.
  ///
  /// - Returns: What is asked for of a capture that is played.
  func takeKeys(now: UInt64) throws(Failure) -> [TopRequest] {
    let typed = terminal.typed()
    if typed.isEmpty, terminal.isGone { isLeft = true }
    var pressed = keys.take(typed)
    if !typed.isEmpty {
      keyDeadline = keys.isUndecided ? now + Self.keyPatience : nil
    } else if let deadline = keyDeadline, now >= deadline {
      pressed += keys.flush()
      keyDeadline = nil
    }
    var requests: [TopRequest] = []
    for key in pressed {
      for request in view.take(key) {
        switch request {
        case .quit: isLeft = true
        case .suspend: try suspend()
        case .redraw: update.forget()
        case .channels(let pid): watch(pid)
        case .play, .dialogue: requests.append(request)
        }
      }
    }
    if !pressed.isEmpty { isStale = true }
    return requests
  }

  private func watch(_ pid: Int32?) {
    watched = pid
    if let pid { looker?.askChannels(of: pid) }
  }

  /// Milliseconds until there is something to do at the latest.
  func patience(now: UInt64) -> Int32 {
    let next = min(isStale ? 0 : nextPaint, keyDeadline ?? .max)
    // A terminal that takes nothing is asked again in a while.
    let least: Int32 = isBlocked ? 20 : 0
    return next <= now ? least : max(Int32(clamping: (next - now) / 1_000_000 + 1), least)
  }

  /// Paints, if a key or the time asks for it.
  func paint(now: UInt64) {
    takeAnswers(now: now)
    guard isStale || now >= nextPaint else { return }
    isBlocked = !terminal.isReady
    if isBlocked { return }
    if now >= nextPaint {
      view.refresh()
      noteChange(now: now)
    }
    update.append(view.paint(), to: &buffer)
    isStale = false
    if !buffer.isEmpty { terminal.write(&buffer) }
    if now >= nextPaint {
      let isIdle = now > lastChange + Self.idleTime && watched == nil
      let least = isIdle ? Self.idleInterval : Self.interval
      nextPaint = now + max(least, (monotonicNow() - now) * Self.costShare)
    }
  }

  private func noteChange(now: UInt64) {
    let events = model.traffic.totals.events
    if events != eventsAtPaint { lastChange = now }
    eventsAtPaint = events
  }

  /// Lets the next painting show what has changed, without waiting for its time.
  func hurry() {
    nextPaint = 0
    isStale = true
  }

  // MARK: - What goes on besides

  /// Looks at what is unread, and asks who waits, if it is time.
  func look(at tracer: borrowing Tracer, now: UInt64) throws(Failure) {
    if now >= nextLook {
      nextLook = now + Self.lookInterval
      model.look(at: TopModel.OpenEnd.all(try tracer.openChannels()))
      if let watched { looker?.askChannels(of: watched) }
    }
    looker?.askWhoWaits(now: now)
  }

  private func takeAnswers(now: UInt64) {
    guard let looker else { return }
    for answer in looker.answers(now: now) {
      isStale = true
      switch answer {
      case .stuck(let stuck): model.stuck = isWhole ? stuck : stuck.of(model.processes)
      case .channels(let pid, let channels): if pid == watched { view.channels = channels }
      }
    }
  }
}

extension TopModel.OpenEnd {
  /// Ends that processes can receive from, of what is open.
  static func all(_ held: [OpenChannel]) -> [TopModel.OpenEnd] {
    var writers: [OpenChannel.Direction: Endpoint] = [:]
    for channel in held where channel.isWritable { writers[channel.sends] = channel.holder }
    return held.compactMap { channel in
      guard let unread = channel.countedUnread, channel.isReadable, channel.interest == .wanted else {
        return nil
      }
      let direction = channel.receives ?? channel.sends
      return TopModel.OpenEnd(
        ReceivingEnd(kind: channel.kind, inode: channel.inode), reader: channel.holder,
        writer: writers[direction] ?? .unknown, unread: UInt64(unread))
    }
  }
}
