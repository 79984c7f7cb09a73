import ByteOutput
import IPCFormats
import IPCProtocols

/// Calls as the bodies of OTLP requests, which wait to be sent. The oldest are given up when there are too many.
final class SpanQueue {
  /// The body of a request, compressed, and the spans in it.
  struct Batch {
    let body: [UInt8]
    let spans: UInt64
  }

  private var format: OTLPFormat
  private var lines = OutputBuffer(capacity: 64 << 10)
  /// Spans in them.
  private var spanCount: UInt64 = 0
  private var firstTime: UInt64 = 0
  private var batches: [Batch] = []
  private var bytes = 0
  private let limit: Int

  /// Spans that were put in.
  private(set) var told: UInt64 = 0
  /// Spans that were given up for want of room.
  private(set) var dropped: UInt64 = 0

  /// Spans and bytes of one request, and nanoseconds that a call waits for others.
  private static let mostSpans: UInt64 = 4096
  private static let mostBytes = 1 << 20
  private static let patience: UInt64 = 1_000_000_000

  /// An empty queue.
  ///
  /// - Parameters:
  ///   - format: How calls are written.
  ///   - limit: Most bytes that wait.
  init(_ format: OTLPFormat, limit: Int) {
    self.format = format
    self.limit = limit
  }

  /// Tells times of day by another clock from now on.
  func follow(_ clock: WallClock) { format.clock = clock }

  /// Spans that wait.
  var waiting: UInt64 { batches.reduce(spanCount) { $0 + $1.spans } }

  /// Puts a call in.
  func add(_ call: Call, now: UInt64) {
    if spanCount == 0 { firstTime = now }
    format.append(call, to: &lines)
    let spans = OTLPFormat.spanCount(of: call)
    spanCount += spans
    told += spans
    if spanCount >= Self.mostSpans || lines.count >= Self.mostBytes { close() }
  }

  /// The next request's body, which is not in the queue any more; nil if it is not time for one.
  ///
  /// - Parameter isEnding: Whether nothing more will come.
  func next(now: UInt64, isEnding: Bool) -> Batch? {
    if batches.isEmpty, spanCount > 0, isEnding || now >= firstTime + Self.patience { close() }
    guard !batches.isEmpty else { return nil }
    let batch = batches.removeFirst()
    bytes -= batch.body.count
    return batch
  }

  /// Puts a batch back that is to be tried once more.
  func putBack(_ batch: Batch) {
    batches.insert(batch, at: 0)
    bytes += batch.body.count
    makeRoom()
  }

  /// Gives up what waits.
  func dropAll() {
    dropped += waiting
    batches = []
    (bytes, spanCount) = (0, 0)
    lines.removeAll()
  }

  private func close() {
    let spans = spanCount
    let body = Gzip.compress(Self.joined(lines.withBytes { Array($0) }))
    lines.removeAll()
    spanCount = 0
    guard let body else {
      dropped += spans
      return
    }
    batches.append(Batch(body: body, spans: spans))
    bytes += body.count
    makeRoom()
  }

  private func makeRoom() {
    while bytes > limit, !batches.isEmpty {
      let oldest = batches.removeFirst()
      bytes -= oldest.body.count
      dropped += oldest.spans
    }
  }

  private static let start = Array(#"{"resourceSpans":["#.utf8)
  private static let end = Array("]}".utf8)

  /// One document out of those of each call, a line each.
  private static func joined(_ lines: [UInt8]) -> [UInt8] {
    var document = start
    for line in lines.split(separator: UInt8(ascii: "\n")) {
      if document.count > start.count { document.append(UInt8(ascii: ",")) }
      document += line.dropFirst(start.count).dropLast(end.count)
    }
    return document + end
  }
}
