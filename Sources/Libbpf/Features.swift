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
    let trial = TrialProgram(code: [
      TrialProgram.instruction(0xbf, 0x16),  // r6 = r1
      TrialProgram.instruction(0x85, 0x10, 7),  // call the function
      TrialProgram.instruction(0xbf, 0x61),  // r1 = r6
      TrialProgram.instruction(0x18, 0x12, programs), 0,  // r2 = the table
      TrialProgram.instruction(0xb7, 0x03),  // r3 = 0
      TrialProgram.instruction(0x85, 0x00, 12),  // bpf_tail_call
      TrialProgram.instruction(0xb7, 0x00), TrialProgram.instruction(0x95, 0x00),  // return 0
      TrialProgram.instruction(0xb7, 0x00), TrialProgram.instruction(0x95, 0x00),  // the function returns 0
    ])
    return trial.isAccepted
  }
}
