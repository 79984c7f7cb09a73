import Glibc

/// The pid namespace that ipcdump runs in, whose numbers the user's own ps shows.
enum PidNamespace {
  /// Inode number of the initial namespace (`PID_NS_INIT_INO`, include/uapi/linux/nsfs.h).
  private static let initial: UInt32 = 0xEFFF_FFFC

  /// Inode number of ours; the initial one's if /proc does not tell.
  static var inode: UInt32 {
    var status = stat()
    return stat("/proc/self/ns/pid", &status) == 0 ? UInt32(truncatingIfNeeded: status.st_ino) : initial
  }

  /// Whether numbers need no translation.
  static var isInitial: Bool { inode == initial }
}
