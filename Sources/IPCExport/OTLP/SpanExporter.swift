import Glibc

/// Sends the calls of a queue to a collector, one request after the other, beside other work.
final class SpanExporter {
  private enum State {
    /// Nothing is sent, and nothing will be before a time.
    case idle(until: UInt64)
    case sending(Connection)
  }

  /// A request on its way.
  private final class Connection {
    let descriptor: Int32
    let batch: SpanQueue.Batch
    let deadline: UInt64
    var rest: ArraySlice<UInt8>
    var answer: [UInt8] = []

    init(_ descriptor: Int32, _ batch: SpanQueue.Batch, _ request: [UInt8], deadline: UInt64) {
      self.descriptor = descriptor
      self.batch = batch
      self.deadline = deadline
      rest = request[...]
    }

    deinit { close(descriptor) }
  }

  private let address: CollectorAddress
  private let queue: SpanQueue
  private var state = State.idle(until: 0)
  /// Nanoseconds until the next attempt after a failure.
  private var backOff = SpanExporter.leastBackOff

  /// Spans that the collector has taken.
  private(set) var exported: UInt64 = 0
  /// Spans that it has refused.
  private(set) var refused: UInt64 = 0
  /// Attempts that have failed and were, or will be, followed by another one.
  private(set) var retries: UInt64 = 0

  private static let leastBackOff: UInt64 = 200_000_000
  private static let mostBackOff: UInt64 = 30_000_000_000
  private static let requestPatience: UInt64 = 10_000_000_000
  private static let longestAnswer = 64 << 10

  init(to address: CollectorAddress, of queue: SpanQueue) {
    self.address = address
    self.queue = queue
  }

  /// Spans that were given up: refused, or for which there was no room.
  var dropped: UInt64 { refused + queue.dropped }

  /// What has become of all spans: each is exported, dropped or waits.
  struct Figures {
    let told: UInt64
    let exported: UInt64
    let dropped: UInt64
    let retries: UInt64
  }

  /// See ``Figures``.
  var figures: Figures {
    Figures(told: queue.told, exported: exported, dropped: dropped, retries: retries)
  }

  /// Whether something is on its way, or waits.
  var isBusy: Bool {
    if case .sending = state { return true }
    return queue.waiting > 0
  }

  /// What to wait for; nil if nothing but time.
  var poll: pollfd? {
    guard case .sending(let connection) = state else { return nil }
    return pollfd(
      fd: connection.descriptor, events: Int16(connection.rest.isEmpty ? POLLIN : POLLOUT), revents: 0)
  }

  /// Goes on.
  ///
  /// - Parameters:
  ///   - isReady: Whether ``poll`` has ended the wait.
  ///   - now: The time, in nanoseconds of `CLOCK_MONOTONIC`.
  ///   - isEnding: Whether nothing more will come.
  func goOn(isReady: Bool, now: UInt64, isEnding: Bool = false) {
    switch state {
    case .idle(let time): if now >= time { begin(now: now, isEnding: isEnding) }
    case .sending(let connection):
      if isReady { move(connection, now: now) }
      if case .sending(let still) = state, now >= still.deadline { retry(still.batch, after: nil, now: now) }
    }
  }

  /// Gives up what has not been sent.
  func giveUp() {
    if case .sending(let connection) = state {
      refused += connection.batch.spans
      state = .idle(until: .max)
    }
    queue.dropAll()
  }

  private func begin(now: UInt64, isEnding: Bool) {
    guard let batch = queue.next(now: now, isEnding: isEnding) else { return }
    let descriptor = address.connect()
    guard descriptor >= 0 else { return retry(batch, after: nil, now: now) }
    let head = """
      POST \(address.path) HTTP/1.1\r
      Host: \(address.authority)\r
      User-Agent: ipcdump-export\r
      Content-Type: application/json\r
      Content-Encoding: gzip\r
      Content-Length: \(batch.body.count)\r
      Connection: close\r
      \r

      """
    state = .sending(
      Connection(descriptor, batch, Array(head.utf8) + batch.body, deadline: now + Self.requestPatience))
  }

  private func move(_ connection: Connection, now: UInt64) {
    while !connection.rest.isEmpty {
      let count = connection.rest.withUnsafeBytes {
        send(connection.descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else {
        if errno == EAGAIN || errno == EINTR { return }
        return retry(connection.batch, after: nil, now: now)
      }
      connection.rest = connection.rest.dropFirst(count)
    }
    var bytes = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = recv(connection.descriptor, &bytes, bytes.count, 0)
      if count < 0, errno == EAGAIN || errno == EINTR { return }
      guard count > 0, connection.answer.count < Self.longestAnswer else { break }
      connection.answer += bytes[..<count]
    }
    finish(connection, now: now)
  }

  private func finish(_ connection: Connection, now: UInt64) {
    let spans = connection.batch.spans
    switch CollectorAnswer(connection.answer) {
    case .taken(let rejected):
      // It may say anything.
      let lost = min(spans, rejected)
      exported += spans - lost
      refused += lost
    case .refused: refused += spans
    case .later(let seconds): return retry(connection.batch, after: seconds, now: now)
    case nil: return retry(connection.batch, after: nil, now: now)
    }
    backOff = Self.leastBackOff
    state = .idle(until: now)
  }

  private func retry(_ batch: SpanQueue.Batch, after seconds: UInt64?, now: UInt64) {
    retries += 1
    queue.putBack(batch)
    let wait = seconds.map { min($0, Self.mostBackOff / 1_000_000_000) * 1_000_000_000 } ?? backOff
    backOff = min(2 * backOff, Self.mostBackOff)
    state = .idle(until: now + wait)
  }
}
