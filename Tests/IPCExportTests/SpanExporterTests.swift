import ByteOutput
import Foundation
import Glibc
import IPCFormats
import IPCModel
import Testing

@testable import IPCExport
@testable import IPCProtocols

@Suite("Spans that are sent to a collector")
struct SpanExporterTests {
  private static let second: UInt64 = 1_000_000_000
  private static let clock = WallClock(
    offset: 1_795_187_000_000_000_000, start: 1, zone: TimeZoneOffset(secondsEast: 0))
  private static let ok = TestCollector.Reply.answer("HTTP/1.1 200 OK\r\n\r\n{\"partialSuccess\":{}}")

  private static func call(_ id: Int, isServerKnown: Bool = true) -> Call {
    let client = Endpoint(pid: 10, tid: 10, comm: Comm("client"))
    let server = isServerKnown ? Endpoint(pid: 20, tid: 20, comm: Comm("server")) : .unknown
    var request = Message(
      "json-rpc", .request,
      Frame(
        source: client, destination: server, time: 100, begun: 80, written: 90, count: 3, isTruncated: false,
        traits: [], content: nil))
    request.method = Array("method\(id)".utf8)
    return Call(request: request, response: nil, status: .unanswered, time: 1_000_090)
  }

  private static func queue(_ calls: Int, limit: Int = 1 << 20) -> SpanQueue {
    let queue = SpanQueue(OTLPFormat(FormatOptions(clock: clock)), limit: limit)
    for id in 0..<calls { queue.add(call(id), now: 0) }
    return queue
  }

  private static func exporter(_ queue: SpanQueue, port: UInt16) throws -> SpanExporter {
    SpanExporter(to: try #require(CollectorAddress("http://127.0.0.1:\(port)")), of: queue)
  }

  /// Lets both go on until nothing waits any more, or the time is over.
  ///
  /// - Parameter step: What the time goes on by with each round, in nanoseconds.
  private static func run(
    _ exporter: SpanExporter, _ collector: TestCollector?, rounds: Int = 400, step: UInt64 = second
  ) {
    var now = 2 * second
    for _ in 0..<rounds where exporter.isBusy {
      var polls = exporter.poll.map { [$0] } ?? []
      poll(&polls, nfds_t(polls.count), 2)
      exporter.goOn(isReady: polls.first.map { $0.revents != 0 } ?? false, now: now)
      collector?.goOn()
      now += step / 100
    }
  }

  private static func expectExact(_ exporter: SpanExporter, waiting: UInt64 = 0) {
    let figures = exporter.figures
    #expect(figures.told == figures.exported + figures.dropped + waiting)
  }

  @Test func `come as they were told, in the form of OTLP`() throws {
    let collector = TestCollector([])
    let queue = Self.queue(3)
    queue.add(Self.call(3, isServerKnown: false), now: 0)
    let exporter = try Self.exporter(queue, port: collector.port)
    Self.run(exporter, collector)
    #expect(exporter.figures.told == 7 && exporter.figures.exported == 7)
    let head = try #require(collector.heads.first)
    #expect(
      head.hasPrefix("POST /v1/traces HTTP/1.1\r\n") && head.contains("Content-Type: application/json\r\n"))
    #expect(head.contains("Content-Encoding: gzip") && collector.bodies.count == 1)
    let body = try JSONSerialization.jsonObject(with: Data(collector.bodies[0])) as? [String: [[String: Any]]]
    let spans = try #require(body?["resourceSpans"])
    #expect(spans.count == 7)
    let names = spans.compactMap { resource -> String? in
      let scopes = resource["scopeSpans"] as? [[String: Any]]
      return (scopes?.first?["spans"] as? [[String: Any]])?.first?["name"] as? String
    }
    #expect(names == ["method0", "method0", "method1", "method1", "method2", "method2", "method3"])
  }

  @Test(
    arguments: [
      ([TestCollector.Reply.answer("HTTP/1.1 503 Service Unavailable\r\n\r\n"), ok], 1, 4, 0),
      ([.answer("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\n\r\n"), ok], 1, 4, 0),
      ([.hangUp, ok], 1, 4, 0),
      ([.answer("nonsense"), .answer("HTTP/1.1 50"), ok], 2, 4, 0),
      ([.answer("HTTP/1.1 400 Bad Request\r\n\r\n")], 0, 0, 4),
      ([.answer("HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:1/\r\n\r\n")], 0, 0, 4),
      ([.answer("HTTP/1.1 200 OK\r\n\r\n{\"partialSuccess\":{\"rejectedSpans\":\"3\"}}")], 0, 1, 3),
      ([.answer("HTTP/1.1 200 OK\r\n\r\n{\"partialSuccess\":{\"rejectedSpans\":\"99\"}}")], 0, 0, 4),
      ([.answer("HTTP/1.1 204 No Content\r\n\r\n")], 0, 4, 0), ([.silence, ok], 1, 4, 0),
    ] as [([TestCollector.Reply], UInt64, UInt64, UInt64)])
  func `are tried again, or dropped and counted, by what the collector answers`(
    _ replies: [TestCollector.Reply], _ retries: UInt64, _ exported: UInt64, _ dropped: UInt64
  ) throws {
    let collector = TestCollector(replies)
    let exporter = try Self.exporter(Self.queue(2), port: collector.port)
    Self.run(exporter, collector, rounds: 1500, step: 5 * Self.second)
    #expect(exporter.figures.exported == exported && exporter.figures.dropped == dropped)
    #expect(exporter.figures.retries == retries)
    Self.expectExact(exporter)
  }

  @Test func `wait while nobody listens, as many as there is room for`() throws {
    // A port that nobody has: it was one a moment ago.
    let port = TestCollector([]).port
    let queue = Self.queue(0, limit: 20_000)
    let exporter = try Self.exporter(queue, port: port)
    for round in 0..<50 {
      for id in 0..<100 { queue.add(Self.call(round * 1000 + id), now: UInt64(round) * 2 * Self.second) }
      exporter.goOn(isReady: true, now: UInt64(round) * 2 * Self.second + Self.second)
    }
    #expect(exporter.figures.told == 10_000 && exporter.figures.exported == 0)
    #expect(exporter.figures.dropped > 0 && queue.waiting > 0)
    #expect(exporter.figures.retries > 3)
    exporter.giveUp()
    #expect(exporter.figures.dropped == 10_000)
    Self.expectExact(exporter)
  }

  @Test(
    arguments: [
      ("http://127.0.0.1:4318", "/v1/traces", 4318), ("http://collector", "/v1/traces", 4318),
      ("http://[::1]:80/x/y", "/x/y", 80), ("http://h:1/", "/v1/traces", 1),
    ] as [(String, String, UInt16)])
  func `go to a URL`(_ text: String, _ path: String, _ port: UInt16) throws {
    let address = try #require(CollectorAddress(text))
    #expect(address.path == path && address.port == port)
  }

  @Test(arguments: [
    "", "127.0.0.1:4318", "https://h:4318", "http://", "http://:4318", "http://h:0", "http://h:99999",
    "http://u@h",
    "http://h/a b", "http://h\r\nx",
  ])
  func `do not go to what is no URL, or asks for TLS`(_ text: String) {
    #expect(CollectorAddress(text) == nil)
  }
}
