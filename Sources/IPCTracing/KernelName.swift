import Glibc

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
