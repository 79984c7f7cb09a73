import CLibbpf
import Glibc
import LibbpfShims

/// A BPF program that does nothing at the start and at the end of every syscall, where ipcdump has its own.
struct EmptyProgram: ~Copyable {
  private var descriptors: [Int32] = []

  /// Loads and attaches it.
  ///
  /// - Parameter hook: Program type, as ipcdump names it.
  init(hook: String) throws(BenchFailure) {
    let isClassic = hook == "tracepoint"
    let type = isClassic ? BPF_PROG_TYPE_TRACEPOINT : BPF_PROG_TYPE_RAW_TRACEPOINT
    // r0 = 0; exit (struct bpf_insn, include/uapi/linux/bpf.h).
    let instructions: [UInt64] = [0xb7, 0x95]
    let program = instructions.withUnsafeBytes {
      bpf_prog_load(type, "empty", "GPL", $0.assumingMemoryBound(to: bpf_insn.self).baseAddress, 2, nil)
    }
    guard program >= 0 else {
      throw BenchFailure("the kernel refuses an empty program: \(String(cString: strerror(-program)))")
    }
    descriptors.append(program)
    for event in ["sys_enter", "sys_exit"] {
      let link = isClassic ? Self.attach(program, to: event) : bpf_raw_tracepoint_open(event, program)
      guard link >= 0 else {
        throw BenchFailure("an empty program cannot be attached: \(String(cString: strerror(-link)))")
      }
      descriptors.append(link)
    }
  }

  /// Does something while it is attached.
  borrowing func during<Result>(_ body: () throws(BenchFailure) -> Result) throws(BenchFailure) -> Result {
    try body()
  }

  deinit { for descriptor in descriptors.reversed() { close(descriptor) } }

  /// - Returns: The perf event's descriptor, or a negative errno.
  private static func attach(_ program: Int32, to event: String) -> Int32 {
    let number = libbpf_shims_tracepoint_number("raw_syscalls", event)
    let file = number < 0 ? number : libbpf_shims_open_tracepoint(number)
    guard file >= 0 else { return file }
    // PERF_EVENT_IOC_SET_BPF and PERF_EVENT_IOC_ENABLE (include/uapi/linux/perf_event.h).
    guard ioctl(file, 0x4004_2408, program) == 0, ioctl(file, 0x2400, 0) == 0 else {
      let error = errno
      close(file)
      return -error
    }
    return file
  }
}
