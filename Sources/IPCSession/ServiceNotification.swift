import Glibc

/// Tells who has started ipcdump as a service that it is ready, goes on, and ends: datagrams to the socket that
/// `NOTIFY_SOCKET` names (sd_notify(3)).
///
/// With a traced command there is none: whoever is started by such a service in ipcdump's place may speak for itself.
struct ServiceNotification: ~Copyable {
  private let descriptor: Int32
  private let address: sockaddr_un
  private let length: socklen_t
  /// Nanoseconds after which it is told that ipcdump goes on; nil if nobody watches.
  private let interval: UInt64?
  private var nextSign: UInt64 = 0

  /// Prepares for a service; nil if ipcdump is none.
  ///
  /// - Parameter environment: The value of a variable.
  init?(environment: (String) -> String? = { getenv($0).map { String(cString: $0) } }) {
    guard let name = environment("NOTIFY_SOCKET"), let (address, length) = Self.address(name) else {
      return nil
    }
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    self.descriptor = descriptor
    (self.address, self.length) = (address, length)
    // A watch that is over another process is none over this one.
    let isWatched = environment("WATCHDOG_PID").map { $0 == "\(getpid())" } ?? true
    let microseconds = isWatched ? environment("WATCHDOG_USEC").flatMap { UInt64($0) } : nil
    // Half of the time that is allowed, as sd_watchdog_enabled(3) recommends.
    interval = microseconds.flatMap { (1...UInt64.max / 1000).contains($0) ? $0 * 1000 / 2 : nil }
  }

  deinit { close(descriptor) }

  /// Tells that events are taken from now on.
  func tellReady() { send("READY=1\nSTATUS=Tracing") }

  /// Tells that it goes on, if it is time.
  ///
  /// - Parameters:
  ///   - now: The time, in nanoseconds of `CLOCK_MONOTONIC`.
  ///   - status: What is told of how it goes.
  mutating func tellSign(now: UInt64, status: () -> String) {
    guard let interval, now >= nextSign else { return }
    nextSign = now + interval
    send("WATCHDOG=1\nSTATUS=\(status())")
  }

  /// Tells that it ends.
  func tellEnd() { send("STOPPING=1\nSTATUS=Ending") }

  /// Whoever does not listen is not waited for.
  private func send(_ text: String) {
    var address = address
    let bytes = Array(text.utf8)
    _ = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT), $0, length)
      }
    }
  }

  /// The address of a path, or of an abstract name behind `@`; nil if it is neither, or too long.
  private static func address(_ name: String) -> (sockaddr_un, socklen_t)? {
    let bytes = Array(name.utf8)
    var address = sockaddr_un()
    guard let first = bytes.first, "/@".utf8.contains(first),
      bytes.count < MemoryLayout.size(ofValue: address.sun_path)
    else { return nil }
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { path in
      path.copyBytes(from: bytes)
      if first == UInt8(ascii: "@") { path[0] = 0 }
    }
    let offset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
    // A path has a NUL behind it, an abstract name ends with its last byte.
    return (address, socklen_t(offset + bytes.count + (first == UInt8(ascii: "/") ? 1 : 0)))
  }
}
