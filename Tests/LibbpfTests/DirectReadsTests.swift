import Glibc
import Testing

@testable import Libbpf

@Suite(
  "Direct reads", .enabled(if: geteuid() == 0 && KernelTypes() != nil, "trying programs needs root and BTF"))
struct DirectReadsTests {
  @Test func `are there if the kernel has the function`() {
    guard let types = KernelTypes() else { return }
    let function = types.number(ofFunction: "bpf_rdonly_cast")
    #expect(DirectReads(types)?.function == function)
  }

  @Test func `find functions by their whole names`() {
    guard let types = KernelTypes() else { return }
    #expect(types.number(ofFunction: "do_exit") != nil)
    #expect(types.number(ofFunction: "do_exi") == nil)
    #expect(types.number(ofFunction: "o_exit") == nil)
  }

  @Test func `find structs, and no other types of their names`() {
    guard let types = KernelTypes() else { return }
    #expect(types.number(ofStructure: "timespec64") != nil)
    #expect(types.number(ofStructure: "time64_t") == nil)
  }

  @Test func `are not tried with what the kernel refuses`() {
    let returnsNothing = ProbeProgram(code: [ProbeProgram.instruction(0x95, 0x00)])
    #expect(!returnsNothing.isAccepted)
  }
}
