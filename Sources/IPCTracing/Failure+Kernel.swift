import Glibc
import IPCModel
import Libbpf
import PlainText
import SystemPackage

extension Failure {
  /// The kernel has no BTF to relocate the programs against.
  public static let withoutBTF = Failure(
    .system,
    "this kernel has no type information at /sys/kernel/btf/vmlinux",
    advice: "ipcdump needs a kernel built with CONFIG_DEBUG_INFO_BTF=y (Linux 5.8 or later, zgrep BTF "
      + "/proc/config.gz)")

  /// Without /sys, nothing is known about the kernel.
  public static let withoutSysfs = Failure(
    .system, "/sys is not mounted, and the kernel's types are there",
    advice: "mount it with mount -t sysfs sysfs /sys")

  /// Without /proc, neither the numbers of processes nor what they hold can be known.
  public static let withoutProcesses = Failure(
    .system,
    "/proc is not mounted, or does not show this process, so that processes cannot be distinguished",
    advice: "mount it with mount -t proc proc /proc")

  /// The kernel knows none of the processes that are to be traced.
  public static let withoutGivenProcesses = Failure(
    .system, "none of the processes exists that are to be traced",
    advice: "pgrep NAME tells the numbers of running ones; -P takes their names, whoever runs later")

  /// The limit of open files is too low.
  public static func tooManyFiles(details: [String] = []) -> Failure {
    var limit = rlimit()
    let isKnown = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
    return Failure(
      .system,
      "the limit\(isKnown ? " of \(limit.rlim_cur)" : "") open files is too low for the BPF programs, each of which is one",
      advice: "raise it with ulimit -n 1024, or LimitNOFILE= of a service",
      details: details)
  }

  /// This process may not trace.
  public static func lacking(_ missing: CapabilitySet) -> Failure {
    Failure(
      .privilege,
      "tracing needs \(Capabilities.required.names.joined(separator: " and ")), and this process lacks "
        + "\(missing.names.joined(separator: " and "))",
      advice: "run ipcdump with sudo, or once setcap \(Capabilities.recommendation) on its file")
  }

  /// The kernel does not let programs read its memory, whoever asks. It withholds the helpers that read (5.4, `LOCKDOWN_BPF_READ`);
  /// programs for signals call none of them where they may load what has a BTF type (``ObjectForm``).
  public static func lockedDown(details: [String] = []) -> Failure {
    Failure(
      .system,
      "the kernel is locked down (confidentiality): it lets nobody read its memory, without which only signals "
        + "can be traced, and those since Linux 6.2",
      advice: "boot it with lockdown=integrity or lockdown=none", details: details)
  }

  /// The kernel refused to load or attach something: it says what, why and what helps.
  ///
  /// - Parameters:
  ///   - hook: Program type that was tried.
  ///   - second: Refusal of the other program type, if that was tried, too.
  ///   - lockdown: Mode of lockdown, if it is known.
  static func refused(
    _ error: BPFError, hook: Hook, alsoBy second: BPFError? = nil, lockdown: String? = KernelFeatures.lockdown
  ) -> Failure {
    let details = error.log + (second?.log ?? [])
    if error.errno == .tooManyOpenFiles { return .tooManyFiles(details: details) }
    if error.isOfLockdown || error.step == .load && lockdown == "confidentiality" {
      return .lockedDown(details: details)
    }
    let both = second.map { other in
      let isSame = other.step == error.step && other.errno == error.errno
      return "; with \(hook.other.rawValue) programs\(isSame ? ", too" : ", it \(other.refusal)")"
    }
    let (reason, advice) = explanation(of: error, hook: hook, isLast: second != nil)
    let isPrivilege = !error.isVerdict && [.notPermitted, .permissionDenied].contains(error.errno)
    return Failure(
      isPrivilege ? .privilege : .system,
      "the kernel \(error.refusal)\(both ?? "")\(reason.map { "; \($0)" } ?? "")", advice: advice,
      details: details)
  }

  /// Why the kernel has refused something, where the error number alone does not tell it, and what helps.
  private static func explanation(
    of error: BPFError, hook: Hook, isLast: Bool
  ) -> (reason: String?, advice: String) {
    let verdict = (
      reason: "its verifier rejects the program", advice: "please report it with the output of -v"
    )
    if error.isVerdict { return verdict }
    let other = hook.other.rawValue
    return switch (error.errno, error.step) {
    case (.notPermitted, .findTracepoint), (.permissionDenied, .findTracepoint):
      (
        nil,
        "tracefs is closed to this process: add CAP_DAC_READ_SEARCH (and CAP_SYS_ADMIN if it is not mounted), "
          + "or take --hook=\(Hook.raw.rawValue), which counts what it loses"
      )
    case (.notPermitted, .openTracepoint), (.permissionDenied, .openTracepoint):
      // Debian and Ubuntu added a level to this setting that asks for more than CAP_PERFMON.
      (
        nil,
        "this system lets CAP_SYS_ADMIN only do so: add it, or set kernel.perf_event_paranoid to 2, or take "
          + "--hook=\(Hook.raw.rawValue), which counts what it loses"
      )
    case (.notPermitted, _), (.permissionDenied, _):
      (
        nil,
        "a container or security module withholds CAP_BPF, CAP_PERFMON or CAP_SYS_ADMIN, or, before Linux 5.11, "
          + "memory may not be locked: add CAP_SYS_RESOURCE"
      )
    case (.noSuchFileOrDirectory, _):
      (nil, "it lacks this tracepoint (CONFIG_FTRACE_SYSCALLS=y is needed)")
    case (.noMemory, _):
      ("memory is short", "a smaller --buffer-size may help")
    case (.invalidArgument, _), (.argListTooLong, _): verdict
    default:
      (
        nil,
        isLast ? "please report it with the output of -v" : "try the other program type with --hook=\(other)"
      )
    }
  }
}

extension BPFError {
  /// What the kernel does, with the program that libbpf names in its log: `prog 'NAME': failed to load`.
  fileprivate var refusal: String {
    let named = log.last { $0.holds("prog '") }?.split(separator: "'").dropFirst().first
    let program = named.map { " (\($0))" } ?? ""
    return "refuses to \(action)\(program): \(errno)"
  }

  /// Whether the verifier has spoken: its log ends with what it has `processed`. A lack of privilege is noticed before.
  fileprivate var isVerdict: Bool {
    step == .load && log.contains { $0.hasPrefix("processed ") && $0.holds(" insns") }
  }

  /// Whether a helper that every kernel has is withheld, which lockdown alone does
  /// (kernel/trace/bpf_trace.c, `LOCKDOWN_BPF_READ_KERNEL`).
  fileprivate var isOfLockdown: Bool {
    step == .load
      && log.contains {
        $0.holds("unknown func bpf_probe_read") || $0.holds("cannot use helper bpf_probe_read")
      }
  }
}
