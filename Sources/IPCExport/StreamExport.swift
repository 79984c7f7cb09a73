import ByteOutput
import Glibc
import IPCCapture
import IPCFormats
import IPCModel

/// What is made of a capture stream.
public struct ExportSettings: Sendable {
  /// Where metrics are asked for.
  public var addresses: [ListenAddress] = []
  /// How many label sets are told apart.
  public var limits = MetricTable.Limits()
  /// Where spans are sent to; nil if they are not.
  public var collector: CollectorAddress?
  /// Most bytes of spans that wait for the collector.
  public var spanMemory = 16 << 20
  /// Program that exports, with its version.
  public var program: String

  /// Asks for nothing yet.
  public init(program: String) { self.program = program }
}

/// Reads a capture stream to its end; answers who asks for metrics, and sends spans, meanwhile.
public final class StreamExport {
  private let table: MetricTable
  private let servers: [MetricsServer]
  private let queue: SpanQueue?
  private let exporter: SpanExporter?
  /// Operations that were lost.
  public private(set) var lost: UInt64 = 0

  /// Milliseconds after which it is looked at clients that are slow, and at a signal that has come just before the wait;
  /// shorter as long as spans wait.
  private static let tick: Int32 = 1000
  private static let shortTick: Int32 = 50
  /// Nanoseconds that the last spans may take when the stream has ended.
  private static let lastPatience: UInt64 = 5_000_000_000

  /// Prepares to read.
  ///
  /// - Parameter settings: What is made of the stream.
  /// - Throws: ``Failure`` if one of the addresses is taken.
  public init(_ settings: ExportSettings) throws(Failure) {
    let table = MetricTable(settings.limits)
    var exporter: SpanExporter?
    if let collector = settings.collector {
      var format = OTLPFormat(FormatOptions(clock: WallClock()))
      format.origin = .ofThisHost(program: settings.program)
      let queue = SpanQueue(format, limit: settings.spanMemory)
      table.onCall = { queue.add($0, now: monotonicNow()) }
      exporter = SpanExporter(to: collector, of: queue)
      self.queue = queue
    } else {
      queue = nil
    }
    var servers: [MetricsServer] = []
    for address in settings.addresses {
      servers.append(
        try MetricsServer(at: address) { [exporter] isOpen in
          table.text(isOpen: isOpen, usage: .now, spans: exporter?.figures)
        })
    }
    self.table = table
    self.servers = servers
    self.exporter = exporter
    EndSignal.watch()
  }

  /// What has become of the events so far, in a sentence.
  public var closingLine: String {
    let read = "\(table.events) \(table.events == 1 ? "event" : "events") read, \(lost) lost"
    guard let figures = exporter?.figures else { return read }
    return "\(read); of \(figures.told) spans, \(figures.exported) exported, \(figures.dropped) dropped"
  }

  /// Reads everything.
  ///
  /// - Parameter file: The stream, or a capture that was kept.
  /// - Throws: ``Failure`` if it is damaged; what came before is added up.
  public func run(_ file: InputFile) throws(Failure) {
    var reader = try CaptureReader(file: file) { [self] descriptor throws(Failure) in mayRead(descriptor) }
    reader.onHealth = { [table] in table.health = $0 }
    defer {
      table.finish()
      sendRest()
    }
    while let entry = try reader.next() {
      queue?.follow(reader.clock)
      switch entry {
      case .event(let event): table.take(event, content: reader.content, texts: reader.texts)
      case .loss(let loss):
        lost &+= loss.count
        table.take(loss)
      }
    }
  }

  /// Waits for bytes, and does what others ask for.
  ///
  /// - Returns: False if it is to end.
  private func mayRead(_ descriptor: Int32) -> Bool {
    while !EndSignal.hasCome {
      var polls = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
      if let sending = exporter?.poll { polls.append(sending) }
      let ownCount = polls.count
      var counts: [Int] = []
      for server in servers {
        let more = server.polls
        counts.append(more.count)
        polls += more
      }
      poll(&polls, nfds_t(polls.count), exporter?.isBusy == true ? Self.shortTick : Self.tick)
      let now = monotonicNow()
      exporter?.goOn(isReady: ownCount > 1 && polls[1].revents != 0, now: now)
      var rest = polls.dropFirst(ownCount)
      for (server, count) in zip(servers, counts) {
        server.serve(rest.prefix(count), now: now)
        rest = rest.dropFirst(count)
      }
      if polls[0].revents != 0 { return true }
    }
    return false
  }

  /// Sends what still waits, for a while.
  private func sendRest() {
    guard let exporter else { return }
    let deadline = monotonicNow() + Self.lastPatience
    while exporter.isBusy, monotonicNow() < deadline {
      var polls = exporter.poll.map { [$0] } ?? []
      poll(&polls, nfds_t(polls.count), Self.shortTick)
      exporter.goOn(
        isReady: polls.first.map { $0.revents != 0 } ?? false, now: monotonicNow(), isEnding: true)
    }
    exporter.giveUp()
  }
}

/// SIGINT and SIGTERM end the work, not the process.
private enum EndSignal {
  nonisolated(unsafe) private static var flag: sig_atomic_t = 0

  /// Whether one has come.
  static var hasCome: Bool { flag != 0 }

  /// Takes them over. Calls that wait are interrupted.
  static func watch() {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in EndSignal.flag = 1 }
    sigaction(SIGINT, &action, nil)
    sigaction(SIGTERM, &action, nil)
    signal(SIGPIPE, SIG_IGN)
  }
}
