import Glibc
import IPCModel

/// Where to listen: `unix:/path`, or an address with a port as in `127.0.0.1:9464` and `[::1]:9464`.
public enum ListenAddress: Sendable, Equatable {
  /// A socket in the file system.
  case path(String)
  /// An address of IPv4 or IPv6, and a port.
  case internet(String, UInt16)

  /// Reads what was typed; nil if it is none of these.
  public init?(_ text: String) {
    if text.hasPrefix("unix:") {
      let path = text.dropFirst("unix:".count)
      guard path.hasPrefix("/"), path.utf8.count < MemoryLayout.size(ofValue: sockaddr_un().sun_path) else {
        return nil
      }
      self = .path(String(path))
      return
    }
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]), port > 0
    else {
      return nil
    }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    self = .internet(String(host), port)
    guard withAddress({ _, _ in true }) != nil else { return nil }
  }

  /// As it was typed.
  public var text: String {
    switch self {
    case .path(let path): "unix:\(path)"
    case .internet(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
  }

  /// The address family.
  var family: Int32 {
    switch self {
    case .path: AF_UNIX
    case .internet(let host, _): host.contains(":") ? AF_INET6 : AF_INET
    }
  }

  /// Gives the address to `body`; nil if there is no such address.
  func withAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result? {
    func give<Form>(_ form: Form) -> Result {
      withUnsafePointer(to: form) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          body($0, socklen_t(MemoryLayout<Form>.size))
        }
      }
    }
    switch self {
    case .path(let path):
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
      return give(address)
    case .internet(let host, let port) where host.contains(":"):
      var address = sockaddr_in6()
      address.sin6_family = sa_family_t(AF_INET6)
      address.sin6_port = port.bigEndian
      return inet_pton(AF_INET6, host, &address.sin6_addr) == 1 ? give(address) : nil
    case .internet(let host, let port):
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = port.bigEndian
      return inet_pton(AF_INET, host, &address.sin_addr) == 1 ? give(address) : nil
    }
  }
}
