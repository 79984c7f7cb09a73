import Glibc
import IPCModel

/// The capabilities of this process that tracing needs (capabilities(7)).
enum Capabilities {
  private static let admin = 21
  private static let perfmon = 38
  private static let bpf = 39

  /// Names of those that are missing; empty if /proc does not tell, in which case the kernel will.
  static var missing: [String] {
    guard let effective, !has(admin, effective) else { return [] }
    return [(bpf, "CAP_BPF"), (perfmon, "CAP_PERFMON")].filter { !has($0.0, effective) }.map(\.1)
  }

  /// Refuses, naming what is missing, unless this process may load and attach tracing programs.
  static func require() throws(Failure) {
    let missing = missing
    if missing.isEmpty { return }
    throw Failure(
      .privilege,
      "tracing needs CAP_BPF and CAP_PERFMON; this process lacks \(missing.joined(separator: " and ")): "
        + "run ipcdump as root, for example with sudo")
  }

  private static func has(_ capability: Int, _ set: UInt64) -> Bool { set & (1 << UInt64(capability)) != 0 }

  /// The effective set; nil if /proc does not tell, in which case the kernel will.
  private static var effective: UInt64? {
    guard let status = readSmallFile("/proc/self/status") else { return nil }
    guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("CapEff:") }) else {
      return nil
    }
    return UInt64(line.dropFirst(7).drop { $0 == "\t" || $0 == " " }, radix: 16)
  }
}
