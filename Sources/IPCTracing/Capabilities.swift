import IPCModel

/// The capabilities of this process, and what tracing needs of them.
public enum Capabilities {
  /// What loads and attaches every program.
  public static let required: CapabilitySet = [.bpf, .perfmon]

  /// What a file gets by setcap(8), so that its users need not be root.
  public static let recommendation = "cap_bpf,cap_perfmon,cap_dac_read_search=ep"

  /// The effective ones; nil if /proc does not tell.
  public static var effective: CapabilitySet? {
    readSmallFile("/proc/self/status").flatMap(effective(inStatus:))
  }

  /// What is missing; empty if /proc does not tell, in which case the kernel will.
  public static var missing: CapabilitySet { effective.map(missing(of:)) ?? [] }

  /// What a trace uses that has begun: looks at the open channels start an iterator, which kernels before 5.19 grant to
  /// CAP_BPF only where unprivileged BPF is disabled.
  public static var whileTracing: CapabilitySet {
    effective?.contains(.bpf) ?? true ? .bpf : .sysAdmin
  }

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
