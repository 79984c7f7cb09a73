import Glibc
import IPCModel
import ProcessShims
import SystemPackage

/// Descriptors that ipcdump sleeps for (epoll(7)).
struct Readiness: ~Copyable {
  /// When a descriptor ends the sleep.
  enum Trigger {
    /// While something waits to be read from it.
    case level
    /// Each time that it says so, whatever waits to be read since before.
    case edge

    fileprivate var events: UInt32 {
      switch self {
      case .level: EPOLLIN.rawValue
      case .edge: EPOLLIN.rawValue | EPOLLET.rawValue
      }
    }
  }

  private let descriptor: FileDescriptor

  /// Sleeps for nothing yet.
  init() throws(Failure) {
    let number = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard number >= 0 else { throw Self.failure() }
    descriptor = FileDescriptor(rawValue: number)
  }

  deinit { try? descriptor.close() }

  /// Ends sleeps for a descriptor, which stays the caller's.
  borrowing func add(_ other: Int32, _ trigger: Trigger) throws(Failure) {
    var event = epoll_event()
    event.events = trigger.events
    guard epoll_ctl(descriptor.rawValue, EPOLL_CTL_ADD, other, &event) == 0 else { throw Self.failure() }
  }

  /// Sleeps until a descriptor ends it, a signal comes, or the time is over.
  ///
  /// - Returns: Whether a descriptor has ended it.
  @discardableResult
  borrowing func wait(milliseconds: Int32) -> Bool {
    var event = epoll_event()
    return epoll_wait(descriptor.rawValue, &event, 1, milliseconds) > 0
  }

  private static func failure() -> Failure {
    Failure(.system, "cannot watch for records", errno: errno)
  }
}
