import Glibc

/// What this process takes of the machine.
package struct OwnUsage: Sendable {
  /// CPU time, in nanoseconds.
  package let cpuTime: UInt64
  /// Resident memory, in bytes; 0 where /proc does not tell.
  package let memory: UInt64

  /// Takes what was measured.
  package init(cpuTime: UInt64, memory: UInt64) {
    self.cpuTime = cpuTime
    self.memory = memory
  }

  /// As it is now.
  package static var now: OwnUsage {
    var usage = rusage()
    getrusage(RUSAGE_SELF.rawValue, &usage)
    let seconds = UInt64(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
    let microseconds = UInt64(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
    return OwnUsage(cpuTime: seconds * 1_000_000_000 + microseconds * 1000, memory: residentMemory)
  }

  /// The second number of `/proc/self/statm` is in pages (proc_pid_statm(5)).
  private static var residentMemory: UInt64 {
    let file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return 0 }
    defer { close(file) }
    var line = [UInt8](repeating: 0, count: 256)
    let count = read(file, &line, line.count)
    let words = line.prefix(max(count, 0)).split(separator: UInt8(ascii: " "))
    guard words.count > 1 else { return 0 }
    let pages = UInt64(String(decoding: words[1], as: UTF8.self)) ?? 0
    return pages * UInt64(sysconf(Int32(_SC_PAGESIZE)))
  }
}
