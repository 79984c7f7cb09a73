import Glibc
import IPCModel

/// Where an OpenTelemetry Collector takes spans: `http://host:port`, with a path of its own or OTLP's.
public struct CollectorAddress: Sendable, Equatable {
  /// Host and port, as they are sent in the request.
  let authority: String
  /// What is posted to.
  let path: String
  let host: String
  let port: UInt16

  /// The usual ones of OTLP/HTTP (opentelemetry.io/docs/specs/otlp).
  private static let usualPort: UInt16 = 4318
  private static let usualPath = "/v1/traces"

  /// Reads what was typed; nil if it is no such address. TLS is not spoken: a collector on this host, or a tunnel, takes that over.
  public init?(_ text: String) {
    guard text.hasPrefix("http://") else { return nil }
    let rest = text.dropFirst("http://".count)
    let authority = rest.prefix { $0 != "/" }
    let path = rest.dropFirst(authority.count)
    guard !authority.isEmpty,
      !text.contains(where: { $0.isWhitespace || $0 == "@" || $0 == "#" || $0 == "?" })
    else {
      return nil
    }
    var host = authority
    var port = Self.usualPort
    if let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]") {
      guard let number = UInt16(authority[authority.index(after: colon)...]), number > 0 else { return nil }
      (host, port) = (authority[..<colon], number)
    }
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    guard !host.isEmpty else { return nil }
    self.authority = String(authority)
    self.path = path.isEmpty || path == "/" ? Self.usualPath : String(path)
    self.host = String(host)
    self.port = port
  }

  /// Begins a connection, without waiting for it.
  ///
  /// - Returns: Its descriptor; −1 if there can be none.
  func connect() -> Int32 {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, "\(port)", &hints, &found) == 0, let first = found else { return -1 }
    defer { freeaddrinfo(found) }
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    let descriptor = socket(first.pointee.ai_family, kind, 0)
    guard descriptor >= 0 else { return -1 }
    let status = Glibc.connect(descriptor, first.pointee.ai_addr, first.pointee.ai_addrlen)
    guard status == 0 || errno == EINPROGRESS else {
      close(descriptor)
      return -1
    }
    return descriptor
  }
}
