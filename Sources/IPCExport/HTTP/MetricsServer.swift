import ByteOutput
import Glibc
import IPCModel

/// Answers who scrapes, beside other work: nobody is waited for, and whoever is slow is left.
public final class MetricsServer {
  private final class Client {
    let descriptor: Int32
    let deadline: UInt64
    var request: [UInt8] = []
    /// What is left to send; nil as long as nothing was asked.
    var response: ArraySlice<UInt8>?

    init(_ descriptor: Int32, deadline: UInt64) {
      self.descriptor = descriptor
      self.deadline = deadline
    }

    deinit { close(descriptor) }
  }

  private let listener: Listener
  private let metrics: (_ isOpen: Bool) -> [UInt8]
  private var clients: [Client] = []

  /// Clients at a time, and how long one may take, in nanoseconds.
  private static let mostClients = 16
  private static let patience: UInt64 = 10_000_000_000
  private static let longestRequest = 8 << 10

  /// Begins to listen.
  ///
  /// - Parameters:
  ///   - address: Where.
  ///   - metrics: Makes the document, as OpenMetrics or as Prometheus's text.
  /// - Throws: ``Failure`` if nobody can be waited for there.
  public init(at address: ListenAddress, metrics: @escaping (_ isOpen: Bool) -> [UInt8]) throws(Failure) {
    listener = try Listener(at: address)
    self.metrics = metrics
  }

  /// What to wait for.
  var polls: [pollfd] {
    // Who comes while all places are taken waits in the kernel's queue.
    let accepted = clients.count < Self.mostClients ? Int16(POLLIN) : 0
    return [pollfd(fd: listener.descriptor, events: accepted, revents: 0)]
      + clients.map {
        pollfd(fd: $0.descriptor, events: Int16($0.response == nil ? POLLIN : POLLOUT), revents: 0)
      }
  }

  /// Does what the answers to ``polls`` ask for.
  func serve(_ polls: some Collection<pollfd>, now: UInt64) {
    for (client, poll) in zip(clients, polls.dropFirst()) where poll.revents != 0 {
      if !(client.response == nil ? receive(client) : send(client)) {
        clients.removeAll { $0 === client }
      }
    }
    clients.removeAll { now >= $0.deadline }
    if let first = polls.first, first.revents != 0 { accept(now: now) }
  }

  private func accept(now: UInt64) {
    while clients.count < Self.mostClients {
      let descriptor = Glibc.accept(listener.descriptor, nil, nil)
      guard descriptor >= 0 else { return }
      _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
      clients.append(Client(descriptor, deadline: now + Self.patience))
    }
  }

  /// - Returns: Whether the client stays.
  private func receive(_ client: Client) -> Bool {
    var bytes = [UInt8](repeating: 0, count: Self.longestRequest)
    let count = recv(client.descriptor, &bytes, bytes.count, 0)
    guard count > 0 else { return count < 0 && (errno == EAGAIN || errno == EINTR) }
    client.request += bytes[..<count]
    if let end = Self.end(of: client.request) {
      client.response = answer(HTTPRequest(Array(client.request[..<end])))[...]
      return send(client)
    }
    guard client.request.count > Self.longestRequest else { return true }
    client.response = Self.plain("431 Request Header Fields Too Large").bytes(hasBody: true)[...]
    return send(client)
  }

  /// Where the empty line behind a head begins; nil if it has not come.
  private static func end(of request: [UInt8]) -> Int? {
    let mark = Array("\r\n\r\n".utf8)
    guard request.count >= mark.count else { return nil }
    return (0...(request.count - mark.count)).first { request[$0..<$0 + mark.count].elementsEqual(mark) }
  }

  /// - Returns: Whether the client stays.
  private func send(_ client: Client) -> Bool {
    while let rest = client.response, !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(client.descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return count < 0 && (errno == EAGAIN || errno == EINTR) }
      client.response = rest.dropFirst(count)
    }
    // What was not read of a request would let the answer be lost with the connection.
    shutdown(client.descriptor, Int32(SHUT_WR))
    return false
  }

  private func answer(_ request: HTTPRequest?) -> [UInt8] {
    guard let request else { return Self.plain("400 Bad Request").bytes(hasBody: true) }
    let hasBody = request.method != "HEAD"
    guard ["GET", "HEAD"].contains(request.method) else {
      var response = Self.plain("405 Method Not Allowed")
      response.headers = "Allow: GET, HEAD\r\n"
      return response.bytes(hasBody: true)
    }
    switch request.path {
    case "/metrics":
      let isOpen = request.acceptsOpenMetrics
      let type =
        isOpen
        ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
        : "text/plain; version=0.0.4; charset=utf-8"
      return HTTPResponse(status: "200 OK", type: type, body: metrics(isOpen)).bytes(hasBody: hasBody)
    case "/":
      return HTTPResponse(status: "200 OK", body: Array("ipcdump-export: metrics are at /metrics\n".utf8))
        .bytes(hasBody: hasBody)
    default: return Self.plain("404 Not Found").bytes(hasBody: hasBody)
    }
  }

  private static func plain(_ status: String) -> HTTPResponse {
    HTTPResponse(status: status, body: Array("\(status)\n".utf8))
  }
}
