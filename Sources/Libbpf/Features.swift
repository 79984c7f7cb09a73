import CLibbpf
import Glibc

/// What the running kernel offers BPF, found by asking or trying.
public enum Features {
  /// CPUs that there can be, also those that are plugged in later.
  public static var possibleCPUCount: UInt32 { UInt32(max(libbpf_num_possible_cpus(), 1)) }

  /// Whether there are ring buffers (Linux 5.8).
  public static var hasRing: Bool { libbpf_probe_bpf_map_type(BPF_MAP_TYPE_RINGBUF, nil) == 1 }

  /// Whether a program that calls a function of its own may go on in another one (x86-64: Linux 5.10, arm64: 6.0; with
  /// the JIT only).
  public static var allowsCallsBesideTailCalls: Bool {
    let programs = bpf_map_create(BPF_MAP_TYPE_PROG_ARRAY, nil, 4, 4, 1, nil)
    guard programs >= 0 else { return false }
    defer { close(programs) }
    let probe = ProbeProgram(code: [
      ProbeProgram.instruction(0xbf, 0x16),  // r6 = r1
      ProbeProgram.instruction(0x85, 0x10, 7),  // call the function
      ProbeProgram.instruction(0xbf, 0x61),  // r1 = r6
      ProbeProgram.instruction(0x18, 0x12, programs), 0,  // r2 = the table
      ProbeProgram.instruction(0xb7, 0x03),  // r3 = 0
      ProbeProgram.instruction(0x85, 0x00, 12),  // bpf_tail_call
      ProbeProgram.instruction(0xb7, 0x00), ProbeProgram.instruction(0x95, 0x00),  // return 0
      ProbeProgram.instruction(0xb7, 0x00), ProbeProgram.instruction(0x95, 0x00),  // the function returns 0
    ])
    return probe.isAccepted
  }
}

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
    let probe = ProbeProgram(code: [
      ProbeProgram.instruction(0xb7, 0x01),  // r1 = 0
      ProbeProgram.instruction(0xb7, 0x02, Int32(bitPattern: type)),  // r2 = the type
      ProbeProgram.instruction(0x85, 0x20, Int32(bitPattern: function)),  // call the function
      ProbeProgram.instruction(0x61, 0x00),  // r0 = 4 bytes at r0
      ProbeProgram.instruction(0x95, 0x00),  // return r0
    ])
    guard probe.isAccepted else { return nil }
    self.function = function
    self.type = type
  }
}

/// A program that is loaded for nothing but to see whether the kernel takes it.
struct ProbeProgram {
  /// Words of 8 bytes (`struct bpf_insn`).
  let code: [UInt64]

  /// An instruction.
  ///
  /// - Parameters:
  ///   - code: What it does.
  ///   - registers: The source in the upper 4 bits, the destination in the lower ones.
  ///   - immediate: Its number.
  static func instruction(_ code: UInt64, _ registers: UInt64, _ immediate: Int32 = 0) -> UInt64 {
    code | registers << 8 | UInt64(UInt32(bitPattern: immediate)) << 32
  }

  /// Whether the kernel takes it as one of a tracepoint.
  var isAccepted: Bool {
    let program = code.withUnsafeBytes { bytes in
      bpf_prog_load(
        BPF_PROG_TYPE_TRACEPOINT, nil, "GPL", bytes.assumingMemoryBound(to: bpf_insn.self).baseAddress,
        code.count, nil)
    }
    if program >= 0 { close(program) }
    return program >= 0
  }
}
