import Testing

@testable import Libbpf

@Suite("Direct reads", .enabled(if: KernelTypes() != nil, "this kernel has no BTF"))
struct DirectReadsTests {
  @Test func `are there if the kernel has the function`() throws {
    let types = try #require(KernelTypes())
    let function = types.number(ofFunction: "bpf_rdonly_cast")
    #expect(DirectReads(types)?.function == function)
  }

  @Test func `find functions by their whole names`() throws {
    let types = try #require(KernelTypes())
    #expect(types.number(ofFunction: "do_exit") != nil)
    #expect(types.number(ofFunction: "do_exi") == nil)
    #expect(types.number(ofFunction: "o_exit") == nil)
  }

  @Test func `find structs, and no other types of their names`() throws {
    let types = try #require(KernelTypes())
    #expect(types.number(ofStructure: "timespec64") != nil)
    #expect(types.number(ofStructure: "time64_t") == nil)
  }

  @Test func `are not tried with what the kernel refuses`() {
    let returnsNothing = TrialProgram(code: [TrialProgram.instruction(0x95, 0x00)])
    #expect(!returnsNothing.isAccepted)
  }
}
