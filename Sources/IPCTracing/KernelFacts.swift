import Glibc
import LibbpfShims

/// What the running kernel is and grants, as far as tracing depends on it.
public struct KernelFacts: Sendable {
  /// Release, such as `6.18.44`.
  public let release: String
  /// Whether types of the kernel are known.
  public let hasBTF: Bool
  /// Mode of lockdown (`none`, `integrity`, `confidentiality`); nil if securityfs does not tell.
  public let lockdown: String?
  /// Mode of preemption (`none`, `voluntary`, `full`, `lazy`); nil if debugfs does not tell.
  public let preemption: String?
  /// Whether the kernel tells at which socket a message is queued (`sk_data_ready`, Linux 6.3); nil if tracefs is closed.
  public let tellsQueueing: Bool?
  /// Whether the kernel tells where in a TCP stream a write begins (`tcp_sendmsg_locked`); nil if tracefs is closed.
  public let placesWrites: Bool?
  /// Whether the completions of io_uring name their request (Linux 5.19), so that what it did can be told; nil if tracefs
  /// is closed.
  public let namesRequests: Bool?
  /// Names of capabilities that this process needs and does not have; empty if nothing is missing.
  public let missingCapabilities: String

  /// Whether the kernel has BTF to relocate programs against.
  static var hasTypes: Bool { access("/sys/kernel/btf/vmlinux", R_OK) == 0 }

  /// Whether the kernel has a tracepoint; nil where tracefs is closed.
  static func hasTracepoint(_ category: String, _ name: String) -> Bool? {
    let file = libbpf_shims_open_kernel_file("tracefs", "events/\(category)/\(name)/id")
    guard file >= 0 else { return file == -ENOENT ? false : nil }
    close(file)
    return true
  }

  /// Whether a tracepoint tells a field; nil where tracefs is closed.
  private static func hasField(_ field: String, ofTracepoint name: String, in category: String) -> Bool? {
    let file = libbpf_shims_open_kernel_file("tracefs", "events/\(category)/\(name)/format")
    guard file >= 0 else { return file == -ENOENT ? false : nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(file, &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self).contains(" \(field);")
  }

  /// Release of the running kernel.
  static var currentRelease: String {
    var name = utsname()
    uname(&name)
    return withUnsafeBytes(of: &name.release) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }

  /// Asks the kernel.
  public init() {
    release = Self.currentRelease
    hasBTF = Self.hasTypes
    lockdown = readSmallFile("/sys/kernel/security/lockdown").flatMap(bracketed)
    preemption = Hook.preemptionMode
    tellsQueueing = Self.hasTracepoint("sock", "sk_data_ready")
    placesWrites = Self.hasTracepoint("tcp", "tcp_sendmsg_locked")
    namesRequests = Self.hasField("req", ofTracepoint: "io_uring_complete", in: "io_uring")
    missingCapabilities = Capabilities.missing.names.joined(separator: " and ")
  }
}

/// The chosen one of a list such as `none [integrity] confidentiality`, or with parentheses.
func bracketed(_ list: String) -> String? {
  let opening = list.firstIndex { $0 == "[" || $0 == "(" }
  guard let opening else { return nil }
  return String(list[list.index(after: opening)...].prefix { $0 != "]" && $0 != ")" })
}
