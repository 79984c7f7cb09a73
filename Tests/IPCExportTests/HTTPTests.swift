import Foundation
import Glibc
import IPCModel
import Testing

@testable import IPCExport

@Suite("Who scrapes")
struct HTTPTests {
  @Test(
    arguments: [
      ("unix:/run/x.sock", ListenAddress.path("/run/x.sock")),
      ("127.0.0.1:9464", .internet("127.0.0.1", 9464)),
      ("[::1]:80", .internet("::1", 80)), ("unix:relative", nil), ("9464", nil), ("localhost:9464", nil),
      ("127.0.0.1:0", nil), ("127.0.0.1:99999", nil), ("unix:/" + String(repeating: "a", count: 108), nil),
      ("", nil),
    ] as [(String, ListenAddress?)])
  func `names an address`(_ text: String, _ expected: ListenAddress?) {
    #expect(ListenAddress(text) == expected)
    if let expected { #expect(expected.text == text) }
  }

  /// A server that is served until a client has had its answer.
  private func answer(to request: String, address: ListenAddress, inPieces: Int = .max) throws -> String {
    let server = try MetricsServer(at: address) { isOpen in Array("isOpen \(isOpen)\n".utf8) }
    let client = socket(address.family, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
    defer { close(client) }
    _ = address.withAddress { connect(client, $0, $1) }
    var rest = Array(request.utf8)[...]
    var answer: [UInt8] = []
    var bytes = [UInt8](repeating: 0, count: 4096)
    for round in 0..<2000 {
      var polls = server.polls
      poll(&polls, nfds_t(polls.count), 1)
      server.serve(polls, now: UInt64(round))
      if !rest.isEmpty {
        let piece = Array(rest.prefix(inPieces))
        let count = send(client, piece, piece.count, Int32(MSG_NOSIGNAL))
        if count > 0 { rest = rest.dropFirst(count) }
      }
      let count = recv(client, &bytes, bytes.count, 0)
      if count > 0 { answer += bytes[..<count] }
      if count == 0 { break }
    }
    return String(decoding: answer, as: UTF8.self)
  }

  private func path() -> ListenAddress {
    .path(
      FileManager.default.temporaryDirectory.appending(path: "metrics-\(UUID().uuidString.prefix(8))").path)
  }

  @Test(arguments: [
    ("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200 OK\r\n", "isOpen false\n"),
    (
      "GET /metrics?x=1 HTTP/1.1\r\naccept: text/plain, application/openmetrics-text;version=1.0.0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Type: application/openmetrics-text; version=1.0.0", "isOpen true\n"
    ),
    ("HEAD /metrics HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n", "\r\n\r\n"),
    ("GET / HTTP/1.0\r\n\r\n", "HTTP/1.1 200 OK\r\n", "metrics are at /metrics\n"),
    ("GET /else HTTP/1.1\r\n\r\n", "HTTP/1.1 404 Not Found\r\n", "404 Not Found\n"),
    ("POST /metrics HTTP/1.1\r\n\r\n", "HTTP/1.1 405 Method Not Allowed\r\n", "405 Method Not Allowed\n"),
    ("\u{16}\u{3}\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n", "400 Bad Request\n"),
    (
      "GET /" + String(repeating: "a", count: 9000), "HTTP/1.1 431 Request Header Fields Too Large\r\n",
      "431 Request Header Fields Too Large\n"
    ),
  ])
  func `is answered`(_ request: String, _ start: String, _ end: String) throws {
    for inPieces in [Int.max, 1000] {
      let answer = try answer(to: request, address: path(), inPieces: inPieces)
      #expect(answer.hasPrefix(start) && answer.hasSuffix(end), "\(answer)")
    }
  }

  @Test func `and says nothing, or does not listen, is left after a while`() throws {
    let address = path()
    let server = try MetricsServer(at: address) { _ in [] }
    let client = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(client) }
    _ = address.withAddress { connect(client, $0, $1) }
    var polls = server.polls
    poll(&polls, 1, 1000)
    server.serve(polls, now: 0)
    #expect(server.polls.count == 2)
    server.serve(server.polls, now: 9_000_000_000)
    #expect(server.polls.count == 2)
    server.serve(server.polls, now: 10_000_000_001)
    #expect(server.polls.count == 1)
  }

  @Test func `cannot where another one listens, and can where one has died`() throws {
    let address = path()
    guard case .path(let file) = address else { return }
    try {
      let first = try Listener(at: address)
      var status = stat()
      #expect(stat(file, &status) == 0 && status.st_mode & 0o777 == 0o600)
      #expect(throws: Failure.self) { _ = try Listener(at: address) }
      _ = first.descriptor
    }()
    #expect(access(file, F_OK) != 0, "it goes away in the end")
    // Nobody listens at it any more.
    let dead = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    _ = address.withAddress { bind(dead, $0, $1) }
    close(dead)
    #expect(access(file, F_OK) == 0)
    _ = try Listener(at: address)
    // What is no socket is nobody's to remove.
    try Data().write(to: URL(filePath: file))
    #expect(throws: Failure.self) { _ = try Listener(at: address) }
    try FileManager.default.removeItem(atPath: file)
  }
}
