import IPCModel
import Libbpf
import SystemPackage

extension Failure {
  /// The kernel has no BTF to relocate the programs against.
  static let withoutBTF = Failure(
    .system,
    "this kernel has no type information at /sys/kernel/btf/vmlinux; ipcdump needs a kernel built with "
      + "CONFIG_DEBUG_INFO_BTF=y (Linux 5.8 or later; zgrep BTF /proc/config.gz)")

  /// This process may not trace.
  static func lacking(_ missing: CapabilitySet) -> Failure {
    Failure(
      .privilege,
      "tracing needs \(Capabilities.required.names.joined(separator: " and ")); this process lacks "
        + "\(missing.names.joined(separator: " and ")): run ipcdump with sudo, or once "
        + "setcap cap_bpf,cap_perfmon,cap_dac_read_search=ep on its file")
  }

  /// The kernel refused to load or attach something: the sentence says what, why and what helps.
  static func refused(_ error: BPFError, hook: Hook) -> Failure {
    let advice =
      switch error.errno {
      case .notPermitted, .permissionDenied:
        "it may be locked down (cat /sys/kernel/security/lockdown), or a container withholds CAP_BPF, CAP_PERFMON or "
          + "CAP_SYS_ADMIN"
      case .noSuchFileOrDirectory:
        "it lacks this tracepoint (CONFIG_FTRACE_SYSCALLS=y is needed)"
      case .noMemory:
        "memory is short; a smaller --buffer-size may help"
      case .invalidArgument, .argListTooLong:
        "its verifier rejects the program; please report it with the output of -v"
      default:
        "try the other program type with --hook=\(hook == .raw ? Hook.tracepoint.rawValue : Hook.raw.rawValue)"
      }
    // libbpf names the program in its log: `prog 'NAME': failed to load`.
    let named = error.log.last { $0.contains("prog '") }?.split(separator: "'").dropFirst().first
    let program = named.map { " (\($0))" } ?? ""
    let isPrivilege = error.errno == .notPermitted || error.errno == .permissionDenied
    return Failure(
      isPrivilege ? .privilege : .system,
      "the kernel refuses to \(error.action)\(program): \(error.errno); \(advice)",
      details: error.log)
  }
}
