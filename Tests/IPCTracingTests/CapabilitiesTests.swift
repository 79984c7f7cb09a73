import Testing

@testable import IPCTracing

@Suite("Capabilities")
struct CapabilitiesTests {
  @Test func `are read from the status of a process`() {
    let status =
      "Name:\tsh\nCapPrm:\t0000000000000000\nCapEff:\t000000c000000004\nCapBnd:\t000001ffffffffff\n"
    #expect(Capabilities.effective(inStatus: status) == [.bpf, .perfmon, .dacReadSearch])
    #expect(Capabilities.effective(inStatus: "Name:\tsh\n") == nil)
    #expect(Capabilities.effective(inStatus: "CapEff:\tx\n") == nil)
  }

  @Test func `that are missing are those of tracing, which CAP_SYS_ADMIN stands for`() {
    #expect(Capabilities.missing(of: []) == [.bpf, .perfmon])
    #expect(Capabilities.missing(of: .bpf) == .perfmon)
    #expect(Capabilities.missing(of: [.perfmon, .kill]) == .bpf)
    #expect(Capabilities.missing(of: [.bpf, .perfmon]) == [])
    #expect(Capabilities.missing(of: .sysAdmin) == [])
  }

  @Test func `have the names of capabilities(7)`() {
    #expect(
      CapabilitySet(rawValue: 0x0000_00c0_0120_00e4).names == [
        "CAP_BPF", "CAP_PERFMON", "CAP_DAC_READ_SEARCH", "CAP_SYS_RESOURCE", "CAP_SYS_ADMIN", "CAP_KILL",
        "CAP_SETUID", "CAP_SETGID",
      ])
    #expect(CapabilitySet(rawValue: 1).names == [])
  }
}
