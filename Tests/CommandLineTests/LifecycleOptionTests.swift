import ArgumentParser
import Testing

@testable import ipcdump

@Suite("What is shown of ends of channels and of the kernel's signals")
struct LifecycleOptionTests {
  private static func complaint(_ words: String...) -> String { FilterOptions.complaint(words) ?? "" }

  @Test func `is nothing unless it is asked for`() throws {
    let usual = try FilterOptions.parse([])
    #expect(!usual.lifecycle && !usual.kernelSignals && !usual.kernelNetlink)
    let more = try FilterOptions.parse([
      "--lifecycle", "--kernel-signals", "--kernel-netlink", "-t", "p,k,nl",
    ])
    #expect(more.lifecycle && more.kernelSignals && more.kernelNetlink)
  }

  @Test func `is refused where there can be none`() {
    #expect(
      Self.complaint("--lifecycle", "-t", "signal")
        == "--lifecycle is about channels, and -t or --where leaves none; choose more types")
    #expect(
      Self.complaint("--kernel-signals", "-t", "pipe")
        == "--kernel-signals needs signals; add signal to -t, or leave --kernel-signals out")
    #expect(
      Self.complaint("--kernel-netlink", "-t", "pipe")
        == "--kernel-netlink needs netlink; add netlink to -t, or leave --kernel-netlink out")
  }
}
