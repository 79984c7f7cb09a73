/// How programs read the kernel's memory by loads of their own, without a helper: through `bpf_rdonly_cast` (Linux 6.2,
/// with the JIT only), which makes any address one of a type.
public struct DirectReads: Sendable {
  /// Number of the function in the kernel's types.
  public let function: UInt32
  /// Number of a type that begins with an integer of 8 bytes, as whose first member all is read.
  public let type: UInt32

  /// Finds both, and tries them; nil if this kernel does not have them, or refuses.
  public init?(_ types: borrowing KernelTypes) {
    guard let function = types.number(ofFunction: "bpf_rdonly_cast"),
      let type = types.number(ofStructure: "timespec64")
    else { return nil }
    let trial = TrialProgram(code: [
      TrialProgram.instruction(0xb7, 0x01),  // r1 = 0
      TrialProgram.instruction(0xb7, 0x02, Int32(bitPattern: type)),  // r2 = the type
      TrialProgram.instruction(0x85, 0x20, Int32(bitPattern: function)),  // call the function
      TrialProgram.instruction(0x61, 0x00),  // r0 = 4 bytes at r0
      TrialProgram.instruction(0x95, 0x00),  // return r0
    ])
    guard trial.isAccepted else { return nil }
    self.function = function
    self.type = type
  }
}
