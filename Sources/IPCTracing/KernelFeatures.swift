import Glibc
import Libbpf
import SystemPackage

/// What the running kernel is and grants, as far as tracing depends on it.
public struct KernelFeatures: Sendable {
  /// Release, build and architecture.
  public let name = KernelName()
  /// Whether types of the kernel are known.
  public let hasBTF = Self.hasTypes
  /// Mode of lockdown (`none`, `integrity`, `confidentiality`); nil if securityfs does not tell.
  public let lockdown = Self.lockdown
  /// How far the kernel's own code is preempted.
  public let preemption: Preemption
  /// Whether the completions of io_uring name their request (Linux 5.19), so that what it did can be known; nil without
  /// BTF.
  public let namesRequests: Bool?
  /// The capabilities of this process; nil if /proc does not tell.
  public let capabilities = Capabilities.effective

  /// Asks the kernel.
  public init() {
    guard let types = KernelTypes() else {
      preemption = Preemption()
      namesRequests = nil
      return
    }
    preemption = Preemption(types)
    namesRequests = types.hasMember("cqe", of: "io_kiocb")
  }

  /// Whether the kernel has BTF to relocate programs against.
  static var hasTypes: Bool { access("/sys/kernel/btf/vmlinux", R_OK) == 0 }

  /// Files that are open on this machine, whoever has them.
  static var openFiles: UInt64 {
    textOfSmallFile("/proc/sys/fs/file-nr")?.split(separator: "\t").first.flatMap { UInt64($0) } ?? 0
  }

  /// Mode of lockdown; nil if securityfs does not tell.
  static var lockdown: String? {
    (try? KernelFile.text(of: "lockdown", in: .securityfs)).flatMap(bracketed)
  }

  /// Whether the kernel may lock debugfs: in a lockdown, it refuses that and writes a line into its log each time. A
  /// kernel whose securityfs has no file about lockdown knows none.
  static var mayLockDebugfs: Bool {
    do throws(Errno) {
      return bracketed(try KernelFile.text(of: "lockdown", in: .securityfs)) != "none"
    } catch {
      return error != .noSuchFileOrDirectory
    }
  }

  /// Whether /proc is mounted and shows this process.
  static var hasProcesses: Bool { access("/proc/self/ns/pid", F_OK) == 0 }

  /// Whether /sys is mounted.
  static var hasSysfs: Bool { access("/sys/kernel", F_OK) == 0 }
}

/// The chosen one of a list such as `none [integrity] confidentiality`, or with parentheses.
func bracketed(_ list: String) -> String? {
  let opening = list.firstIndex { $0 == "[" || $0 == "(" }
  guard let opening else { return nil }
  return String(list[list.index(after: opening)...].prefix { $0 != "]" && $0 != ")" })
}

/// What uname(2) tells of the running kernel.
public struct KernelName: Sendable {
  /// Release, such as `6.18.44`.
  public let release: String
  /// How it was built, such as `#1 SMP PREEMPT_DYNAMIC Debian 6.12.38-1 (2025-07-16)`.
  public let version: String
  /// Architecture, such as `x86_64`.
  public let machine: String

  /// Asks the kernel.
  public init() {
    var name = utsname()
    uname(&name)
    release = withUnsafeBytes(of: &name.release, Self.text)
    version = withUnsafeBytes(of: &name.version, Self.text)
    machine = withUnsafeBytes(of: &name.machine, Self.text)
  }

  private static func text(_ bytes: UnsafeRawBufferPointer) -> String {
    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }
}
