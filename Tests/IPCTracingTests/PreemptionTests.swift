import Testing

@testable import IPCTracing

@Suite("The program type that loses nothing")
struct PreemptionTests {
  private func hook(_ build: String, mode: String?, reaches: Bool?) -> Hook {
    Hook(losingNothingUnder: Preemption(build: build, mode: mode, reachesRawTracepoints: reaches))
  }

  @Test func `is the cheap one on a kernel that is never preempted, whatever else is unknown`() {
    #expect(hook("#1 SMP Debian 5.10.262-1", mode: nil, reaches: nil) == .raw)
  }

  @Test(arguments: ["none", "voluntary"])
  func `is the cheap one if the kernel's code is not preempted now`(mode: String) {
    #expect(hook("#1 SMP PREEMPT_DYNAMIC", mode: mode, reaches: true) == .raw)
  }

  @Test(arguments: ["full", "lazy", nil])
  func `depends on the tracepoints otherwise, and is the classic one if they do not tell`(mode: String?) {
    #expect(hook("#1 SMP PREEMPT_DYNAMIC", mode: mode, reaches: false) == .raw)
    #expect(hook("#1 SMP PREEMPT_DYNAMIC", mode: mode, reaches: true) == .tracepoint)
    #expect(hook("#1 SMP PREEMPT_DYNAMIC", mode: mode, reaches: nil) == .tracepoint)
  }
}
