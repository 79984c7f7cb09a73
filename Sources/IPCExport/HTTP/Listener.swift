import Glibc
import IPCModel

/// A socket at which others are waited for. One in the file system can be used by its owner only, and goes away in the end.
struct Listener: ~Copyable {
  let descriptor: Int32
  private let address: ListenAddress

  private static let backlog: Int32 = 16

  /// Begins to listen.
  ///
  /// - Throws: ``Failure`` if the address is taken, or not this host's.
  init(at address: ListenAddress) throws(Failure) {
    self.address = address
    descriptor = try Self.open(address)
  }

  private static func open(_ address: ListenAddress) throws(Failure) -> Int32 {
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    let listener = socket(address.family, kind, 0)
    guard listener >= 0 else { throw failure(address) }
    if case .path(let path) = address {
      removeStale(path, address)
    } else {
      // Whoever listened before may have left connections that are still closing.
      var on: Int32 = 1
      setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
    }
    let mask = umask(0o177)
    let isBound = address.withAddress { bind(listener, $0, $1) == 0 } ?? false
    umask(mask)
    guard isBound, listen(listener, backlog) == 0 else {
      let failure = failure(address)
      close(listener)
      throw failure
    }
    return listener
  }

  deinit {
    close(descriptor)
    if case .path(let path) = address { unlink(path) }
  }

  /// Removes a socket that nobody listens at any more.
  private static func removeStale(_ path: String, _ address: ListenAddress) {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return }
    let probe = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard probe >= 0 else { return }
    defer { close(probe) }
    let isRefused = address.withAddress { connect(probe, $0, $1) != 0 && errno == ECONNREFUSED } ?? false
    if isRefused { unlink(path) }
  }

  private static func failure(_ address: ListenAddress) -> Failure {
    Failure(.system, "cannot listen at \(address.text)", errno: errno, advice: "choose another address")
  }
}
