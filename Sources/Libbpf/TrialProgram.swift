import CLibbpf
import Glibc

/// A program that is loaded for nothing but to see whether the kernel takes it.
struct TrialProgram {
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
