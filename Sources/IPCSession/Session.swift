import ByteOutput
import Glibc
import IPCCapture
import IPCCorrelation
import IPCFiltering
import IPCFormats
import IPCModel
import IPCTop
import IPCTracing
import Libbpf
import Logging
import SystemPackage

/// One run of ipcdump: carries records from the ring to the output until it is to end.
public struct Session: ~Copyable {
  private let settings: TraceSettings
  private let signals: StopSignals
  private let readiness: Readiness
  private let command: Command
  private let pipeline: EventPipeline
  private let summary: TrafficOutput?
  private var tracer: Tracer
  private var correlator: Correlator
  private let users: UserNames
  private let containers: ContainerNames
  private var losses = LossCounter()
  /// Bytes of all records that have been taken.
  private var recordBytes = 0
  private var ending: Command.Ending?
  private var stop = StopPolicy()
  private var nextSweep: UInt64 = 0
  /// Whether records are waited for without being woken.
  private var isNapping = false
  /// Whether somebody has asked for a summary.
  private var isSummaryDue = false
  /// Which processes the kernel side records.
  private let scope: ProcessScope
  /// Whether a look has shown that no process of the scope is left, whatever the count says.
  private var isScopeEmpty = false
  private var nextLook: UInt64 = 0
  /// When the given processes had gone.
  private var goneSince: UInt64?
  /// What is said of children that are not traced; nil if nothing is.
  private var childrenRemark: ChildrenRemark?
  /// What a person at a terminal is told; nil if there is none.
  private var remarks: TerminalRemarks?
  /// What shows it all while it goes on; nil if nothing does.
  private let screen: TopScreen?
  /// What keeps the last of it until a trigger comes; nil if nothing does.
  private let recorder: FlightRecorder?
  /// What is told of how ipcdump fares; nil if nothing is.
  private var health: HealthReport?
  /// Who is told that it goes on, if ipcdump is a service.
  private var service: ServiceNotification?

  /// How long events wait at most for the sort by time, and a poll for them, in milliseconds.
  private static let shortWait: Int32 = 10
  private static let longWait: Int32 = 250
  private static let sweepInterval: UInt64 = 250_000_000
  private static let lookInterval: UInt64 = 1_000_000_000
  /// Wake-ups that a ring which fills up meanwhile makes; a power of two, as its size is.
  private static let napShare = 8
  /// Bytes of records that are taken before their events are written; fewer where a key may not wait for them.
  private var portion: Int { screen == nil ? 1 << 20 : 64 << 10 }

  /// Prepares everything, so that tracing can begin at once.
  ///
  /// - Parameters:
  ///   - pipeline: Where events go.
  ///   - summary: The output of it that adds up, if there is one: it learns what goes on, and shown when SIGUSR1 comes.
  ///   - screen: The output of it that shows everything at once, if there is one: its user says when it ends.
  ///   - recorder: The output of it that keeps what is written when a trigger comes, if there is one.
  ///   - omissions: Which contents nobody looks at; nil if all are wanted.
  public init(
    _ settings: TraceSettings, into pipeline: EventPipeline, summary: TrafficOutput?,
    screen: TopScreen? = nil, recorder: FlightRecorder? = nil, omissions: KernelOmissions? = nil
  ) throws(Failure) {
    let signals = try StopSignals(
      besides: (screen == nil ? [] : StopSignals.ofScreen) + (recorder == nil ? [] : [SIGUSR2]))
    // A child asks, which is forked with as few rights as possible.
    let named = settings.asksEngines ? ContainerNames.ofThisHost : nil
    // The command is forked while ipcdump is still small.
    let command = try Command(settings.command, as: settings.identity)
    try Privilege.raise()
    var configuration = Configuration(
      selection: settings.selection, hook: settings.hook, captureLimit: settings.captureLimit,
      ringSize: settings.ringSize, includesSelf: settings.includesSelf, tellsWaiting: summary != nil,
      extras: settings.extras)
    configuration.omitsContents = omissions != nil
    let tracer = try Tracer(configuration)
    omissions?.table = tracer.omissions
    // Once for each part of the ring, however much has been waiting since before.
    let readiness = try Readiness()
    try readiness.add(tracer.ring.descriptor, .edge)
    try readiness.add(signals.descriptor.rawValue, .level)
    if let screen {
      try readiness.add(screen.keyboard, .level)
      if let answers = screen.answers { try readiness.add(answers, .edge) }
    }
    if let answers = recorder?.answers { try readiness.add(answers, .edge) }
    var correlation = CorrelatorSettings(
      captureLimit: settings.captureLimit, matchTimeout: settings.matchTimeout,
      serviceName: ServiceNames.name(of:kind:))
    correlation.tellsLifecycle = settings.tellsLifecycle
    correlation.tellsKernelNetlink = settings.tellsKernelNetlink
    correlation.processName = ProcessTable.name(of:)
    let users = UserNames()
    let containers = named ?? (settings.describesProcesses ? ContainerNames(below: "") : ContainerNames())
    if settings.describesProcesses {
      correlation.processes = ProcessSources(
        arguments: RunningProcesses.arguments(of:), userName: users.name(of:),
        containerName: containers.name(of:), namespacePid: RunningProcesses.namespacePid(of:))
    }
    correlator = Correlator(correlation)
    self.users = users
    self.containers = containers
    remarks = screen == nil ? TerminalRemarks(settings) : nil
    self.screen = screen
    self.recorder = recorder
    health = settings.tellsHealth ? HealthReport(ringSize: settings.ringSize) : nil
    if settings.command.isEmpty { service = ServiceNotification() }
    scope = KernelScope(settings.selection).processes
    if settings.tellsOfChildren, !scope.followsChildren, scope.isOfProcesses {
      childrenRemark = ChildrenRemark()
    }
    self.settings = settings
    self.pipeline = pipeline
    self.summary = summary
    self.signals = signals
    self.readiness = readiness
    self.command = command
    self.tracer = tracer
  }

  /// Traces until the end.
  ///
  /// - Returns: Exit status.
  public mutating func run() throws(Failure) -> Int32 {
    do throws(Failure) {
      try start()
    } catch {
      endCommand()
      throw error
    }
    do throws(Failure) {
      while try step() {}
      try finish()
    } catch {
      // What has been formatted is shown even if the trace cannot go on.
      try? pipeline.finish()
      guard command.isRunnable else { throw error }
      Diagnostics.report(error)
      return leaveCommandAlone()
    }
    return pipeline.isSatisfied ? 0 : ending?.status ?? 0
  }

  private mutating func start() throws(Failure) {
    // Who runs before is known although it may be gone soon; who comes until the programs are attached is looked up then.
    // Of others' processes, it takes rights to see what they run.
    var running = RunningProcesses(users, containers)
    if settings.describesProcesses { running.look() }
    let held = try tracer.attach()
    let mappings = try tracer.mappedMemory()
    if scope.givenPids != nil, !tracer.hasGivenProcesses { throw .withoutGivenProcesses }
    if settings.describesProcesses {
      running.look()
      correlator.seed(running.all)
    }
    Diagnostics.logger.info("tracing, with \(tracer.hook.rawValue) programs")
    if !settings.includesSelf {
      let (busy, sparse) = pipeline.descriptors
      let own = OwnOutput(busy, sparse: sparse)
      try tracer.exclude(own.directions(among: held))
    }
    try Privilege.giveUp(
      keepingSignals: command.isRunnable, keepingFiles: pipeline.opensFiles, keepingLooks: summary != nil)
    var channels = OpenChannels(held)
    channels.mappings = mappings.map { SharedMapping($0) }
    correlator.seed(channels)
    childrenRemark?.look(at: tracer.childCounts, parent: nil)
    let now = monotonicNow()
    summary?.begin(at: now)
    remarks?.begin(at: now)
    service?.tellReady()
    try screen?.begin()
    if command.isRunnable {
      tracer.arm(command.pid)
      try command.release()
    }
  }

  // MARK: - Going on

  /// Waits for records or signals and works them off.
  ///
  /// - Returns: Whether to go on.
  private mutating func step() throws(Failure) -> Bool {
    wait()
    try takeSignals()
    let now = monotonicNow()
    if let report = health?.look(waiting: tracer.ring.waiting, now: now) { pipeline.take(report) }
    // A key does not wait for events.
    if try showScreen(now: now) {
      endCommand()
      return false
    }
    try drain(now: now)
    if now >= nextSweep { try sweep(now: now) }
    try goOnRecording(now: now)
    tellService(now: now)
    if isSummaryDue { try showSummary(now: now) }
    childrenRemark?.look(at: [:], parent: tracer.parent)
    tellPerson(now: now)
    if pipeline.isSatisfied {
      endCommand()
      return false
    }
    if stop.isOver(at: now) { return false }
    guard isOver(at: now) else { return true }
    // What was traced is over, and its user still looks at it.
    screen?.view.hasEnded = true
    return screen != nil && !stop.isStopping
  }

  /// Does what a screen's keys ask for, and paints it.
  ///
  /// - Returns: Whether its user has left.
  private func showScreen(now: UInt64) throws(Failure) -> Bool {
    guard let screen else { return false }
    screen.model.now = now
    _ = try screen.takeKeys(now: now)
    screen.paint(now: now)
    try screen.look(at: tracer, now: now)
    return screen.isLeft
  }

  /// Writes what a trigger has asked for, and looks whether one has come.
  private func goOnRecording(now: UInt64) throws(Failure) {
    guard let recorder else { return }
    if let stuck = recorder.lookForDeadlocks(now: now) {
      recorder.take(stuck, living: scope.isOfProcesses ? try tracer.livingProcesses() : [], now: now)
    }
    recorder.goOn(now: now)
  }

  /// Lets who has started ipcdump as a service know that it goes on.
  private mutating func tellService(now: UInt64) {
    let pipeline = pipeline
    service?.tellSign(now: now) { pipeline.closingLine }
  }

  private mutating func tellPerson(now: UInt64) {
    let isWaiting = ending != nil && !isOver(at: now) && !stop.isStopping
    guard remarks?.look(at: now, captured: pipeline.captured, isWaiting: isWaiting) == true else { return }
    remarks?.tellWait(for: tracer.processCount, try? tracer.livingProcesses().filter { $0 > 0 })
  }

  /// Whether the traced command and all its descendants have gone; or the given processes, so long ago that what they have
  /// written has had the time to be read.
  private func isOver(at now: UInt64) -> Bool {
    if command.isRunnable { return ending != nil && isScopeGone }
    return goneSince.map { now >= $0 + settings.matchTimeout } ?? false
  }

  /// Whether no process of the scope is left.
  private var isScopeGone: Bool { tracer.processCount == 0 || isScopeEmpty }

  /// Waits until there is something to do.
  ///
  /// While events wait for their time, ipcdump looks for records every few milliseconds, and no record wakes it until a
  /// part of the ring has filled up: a traced program would pay for that, and for the CPU that ipcdump would use by looking
  /// for every few of them. The first wait without any is as short, because a record may just have come in silence.
  private mutating func wait() {
    let hadNap = isNapping
    isNapping = correlator.buffer.count > 0 || correlator.hasPending
    let part = settings.ringSize / Self.napShare
    if isNapping != hadNap { tracer.letRecordsWait(isNapping ? part : 0) }
    guard tracer.ring.waiting < (isNapping ? part : 1), recorder?.isWriting != true else { return }
    let wait = isNapping || hadNap ? Self.shortWait : Self.longWait
    readiness.wait(milliseconds: screen.map { min(wait, $0.patience(now: monotonicNow())) } ?? wait)
  }

  private mutating func takeSignals() throws(Failure) {
    while let arrival = signals.next() {
      if arrival.number == SIGCHLD {
        beginEnding()
      } else if arrival.number == SIGUSR1 {
        isSummaryDue = true
      } else if let recorder, arrival.number == SIGUSR2 {
        recorder.take(.signal(at: monotonicNow()))
      } else if let screen, StopSignals.ofScreen.contains(arrival.number) {
        _ = try screen.take(signal: arrival.number)
      } else {
        let commandGoesOn = command.isRunnable && ending == nil
        let isUntold = stop.take(arrival, sourceGoesOn: commandGoesOn, now: monotonicNow())
        if isUntold { kill(command.pid, arrival.number) }
      }
    }
  }

  private mutating func beginEnding() {
    guard command.isRunnable, ending == nil else { return }
    ending = command.ending()
    guard ending != nil, tracer.processCount > 0, !stop.isStopping, !settings.isQuiet, remarks == nil else {
      return
    }
    let count = tracer.processCount
    Diagnostics.logger.info("the command has ended; \(count) of its descendants are still traced")
  }

  /// Takes a portion of records from the ring and writes what can be shown.
  ///
  /// - Returns: Whether the ring has been emptied.
  @discardableResult
  private mutating func drain(now: UInt64) throws(Failure) -> Bool {
    var last: UInt64 = 0
    var taken = 0
    let portion = portion
    if tracer.hasForgottenChannels { correlator.channelsWereForgotten() }
    tracer.ring.consume { record in
      last = max(last, correlator.take(record) ?? 0)
      taken += record.count
      return taken < portion
    }
    recordBytes += taken
    for exit in correlator.takeExits() { recorder?.take(exit) }
    // Behind a busy ring, or a record whose CPU is held up in the middle of it, time goes on only as far as the records
    // tell.
    let isEmptied = taken < portion && tracer.ring.isEmpty
    try release(now: isEmptied ? now : min(now, last))
    tellLosses(now: now)
    try pipeline.flush()
    return isEmptied
  }

  /// Shows and keeps what nothing earlier can come before any more; writes where that is much.
  private mutating func release(now: UInt64) throws(Failure) {
    let pipeline = pipeline
    while true {
      correlator.release(now: now) { event, content, texts in
        pipeline.take(event, content: content, texts: texts)
      }
      guard pipeline.isFull else { return }
      try pipeline.flush()
    }
  }

  /// Lets the correlator know of losses that no record has reported yet.
  private mutating func countLosses() {
    for kind in Kind.all { correlator.countLost(tracer.lost(kind).records, of: kind) }
  }

  private mutating func tellLosses(now: UInt64) {
    losses.check(tracer, kinds: Kind.all, now: now) { pipeline.take($0) }
  }

  private mutating func sweep(now: UInt64) throws(Failure) {
    nextSweep = now + Self.sweepInterval
    losses.checkSkipped(tracer, now: now) { pipeline.take($0) }
    pipeline.resynchronizeClock()
    try lookAtScope(now: now)
    let live: OpenChannels? = correlator.wantsOpenChannels ? OpenChannels(try tracer.openChannels()) : nil
    // What the look shows to be gone may have been read by what was lost.
    if live != nil, tracer.ring.isEmpty { countLosses() }
    correlator.sweep(now: now, channels: live)
  }

  /// Finds out whether processes of the scope are left, if they may have gone.
  private mutating func lookAtScope(now: UInt64) throws(Failure) {
    guard scope.isOfProcesses, !command.isRunnable || ending != nil else { return }
    if now >= nextLook {
      nextLook = now + Self.lookInterval
      isScopeEmpty = try tracer.livingProcesses().isEmpty
    }
    if isScopeGone, goneSince == nil { goneSince = now }
  }

  /// Shows what has been reported up to now.
  private mutating func showSummary(now: UInt64) throws(Failure) {
    isSummaryDue = false
    guard let summary else {
      if try !pipeline.showSummary() { TrafficOutput.warnOfAbsence() }
      return
    }
    let state = try summary.look(tracer, held: tracer.openChannels(), now: now)
    try summary.show(at: state)
    keep(state)
  }

  /// Lets a capture have who waits for whom.
  private func keep(_ state: PresentState) {
    if let waits = state.waits { pipeline.take(CapturedWaits(waits, clock: pipeline.clock)) }
  }

  // MARK: - The end

  /// Shows everything that has been captured, and counts it.
  private mutating func finish() throws(Failure) {
    service?.tellEnd()
    var lastState: PresentState?
    let held = pipeline.isSatisfied && summary == nil ? [] : try tracer.openChannels()
    if let summary {
      let state = try summary.look(tracer, held: held, now: monotonicNow())
      summary.end(at: state)
      lastState = state
    }
    if !pipeline.isSatisfied {
      let live = OpenChannels(held)
      tracer.detach()
      let now = monotonicNow()
      while try !drain(now: now), !pipeline.isSatisfied {}
      try collectUnread(now: now)
      countLosses()
      correlator.finish(now: now, channels: live)
      try release(now: .max)
    }
    let now = monotonicNow()
    tellLosses(now: now)
    losses.checkSkipped(tracer, now: now) { pipeline.take($0) }
    if let lastState { keep(lastState) }
    try pipeline.finish()
    Diagnostics.logger.info("records had \(recordBytes) bytes")
    if !settings.isQuiet {
      Diagnostics.write(pipeline.closingLine)
    }
  }

  /// Takes the contents of what nobody has received.
  private mutating func collectUnread(now: UInt64) throws(Failure) {
    var isWaiting = true
    while isWaiting, !pipeline.isSatisfied {
      isWaiting = try tracer.collectUnread()
      while try !drain(now: now), !pipeline.isSatisfied {}
    }
  }

  /// Lets the command go on to its end without a trace: what befalls ipcdump is not its business.
  ///
  /// - Returns: Exit status.
  private mutating func leaveCommandAlone() -> Int32 {
    tracer.detach()
    while ending == nil, !stop.isOver(at: monotonicNow()) {
      var poll = pollfd(fd: signals.descriptor.rawValue, events: Int16(POLLIN), revents: 0)
      Glibc.poll(&poll, 1, Self.longWait)
      try? takeSignals()
    }
    return 1
  }

  /// Ends a command that still runs when nobody watches it any more.
  private borrowing func endCommand() {
    if command.isRunnable, ending == nil { kill(command.pid, SIGTERM) }
  }
}
