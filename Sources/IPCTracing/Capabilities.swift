import IPCModel

/// The capabilities of this process, and what tracing needs of them.
public enum Capabilities {
  /// What loads and attaches every program.
  public static let required: CapabilitySet = [.bpf, .perfmon]

  /// What a file gets by setcap(8), so that its users need not be root.
  public static let recommendation = "cap_bpf,cap_perfmon,cap_dac_read_search=ep"

  /// The effective ones; nil if /proc does not tell.
  public static var effective: CapabilitySet? {
    textOfSmallFile("/proc/self/status").flatMap(effective(inStatus:))
  }

  /// What is missing; empty if /proc does not tell, in which case the kernel will.
  public static var missing: CapabilitySet { effective.map(missing(of:)) ?? [] }

  /// What a trace uses that has begun: looks at the open channels start an iterator, which kernels before 5.19 grant to
  /// CAP_BPF only where unprivileged BPF is disabled.
  public static var whileTracing: CapabilitySet {
    effective?.contains(.bpf) ?? true ? .bpf : .sysAdmin
  }

  /// What looks at who waits for whom use besides: what other processes are in, and when they went to sleep.
  public static let whileLooking: CapabilitySet = [.sysPtrace, .perfmon]

  /// Refuses, naming what is missing, unless this process may load and attach tracing programs.
  static func require() throws(Failure) {
    let missing = missing
    if missing.isEmpty { return }
    throw .lacking(missing)
  }

  /// What of it another set lacks.
  public static func missing(of effective: CapabilitySet) -> CapabilitySet {
    effective.contains(.sysAdmin) ? [] : required.subtracting(effective)
  }

  static func effective(inStatus status: String) -> CapabilitySet? {
    guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("CapEff:") }) else {
      return nil
    }
    return UInt64(line.dropFirst(7).drop { $0 == "\t" || $0 == " " }, radix: 16).map {
      CapabilitySet(rawValue: $0)
    }
  }
}

/// Capabilities (capabilities(7)) that matter to ipcdump, as bits by their number in include/uapi/linux/capability.h.
public struct CapabilitySet: OptionSet, Sendable {
  /// The bits, as /proc tells them and capset(2) takes them.
  public let rawValue: UInt64

  /// Creates a set of bits; also of capabilities that have no name here.
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// CAP_CHOWN: the files of `-C` and `-G` belong to who has called sudo.
  public static let chown = Self(rawValue: 1 << 0)
  /// CAP_DAC_OVERRIDE: the files of `-C` and `-G` may lie in another user's folder.
  public static let dacOverride = Self(rawValue: 1 << 1)
  /// CAP_DAC_READ_SEARCH: tracefs and debugfs are root's alone.
  public static let dacReadSearch = Self(rawValue: 1 << 2)
  /// CAP_KILL: ends a command that runs as another user.
  public static let kill = Self(rawValue: 1 << 5)
  /// CAP_SETGID: `--user`.
  public static let setgid = Self(rawValue: 1 << 6)
  /// CAP_SETUID: `--user`.
  public static let setuid = Self(rawValue: 1 << 7)
  /// CAP_SYS_PTRACE: what other users' processes wait for.
  public static let sysPtrace = Self(rawValue: 1 << 19)
  /// CAP_SYS_ADMIN: stands for CAP_BPF and CAP_PERFMON, and makes private mounts of tracefs and debugfs.
  public static let sysAdmin = Self(rawValue: 1 << 21)
  /// CAP_SYS_RESOURCE: memory of BPF maps counts as locked memory before Linux 5.11.
  public static let sysResource = Self(rawValue: 1 << 24)
  /// CAP_PERFMON: tracing programs.
  public static let perfmon = Self(rawValue: 1 << 38)
  /// CAP_BPF: programs and maps.
  public static let bpf = Self(rawValue: 1 << 39)

  private static let names: [(Self, String)] = [
    (.bpf, "CAP_BPF"), (.perfmon, "CAP_PERFMON"), (.dacReadSearch, "CAP_DAC_READ_SEARCH"),
    (.sysResource, "CAP_SYS_RESOURCE"), (.sysAdmin, "CAP_SYS_ADMIN"), (.kill, "CAP_KILL"),
    (.setuid, "CAP_SETUID"), (.setgid, "CAP_SETGID"),
  ]

  /// Names of those that matter to ipcdump, the most important first.
  public var names: [String] { Self.names.filter { contains($0.0) }.map(\.1) }
}
