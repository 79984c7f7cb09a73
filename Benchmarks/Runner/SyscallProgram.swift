import CLibbpf
import Glibc
import LibbpfShims

/// A BPF program of a few instructions that the kernel runs at syscalls, where ipcdump has its own.
struct SyscallProgram: ~Copyable {
  private var descriptors: [Int32] = []

  /// Loads and attaches it.
  ///
  /// - Parameters:
  ///   - events: Tracepoints, of `sys_enter` and `sys_exit`.
  ///   - hook: Program type, as ipcdump names it.
  init(_ instructions: [BPFInstruction], at events: [String], hook: Hook) throws(BenchFailure) {
    let program = instructions.withUnsafeBytes {
      bpf_prog_load(
        hook.type, "bench", "GPL", $0.assumingMemoryBound(to: bpf_insn.self).baseAddress,
        instructions.count, nil)
    }
    guard program >= 0 else {
      throw BenchFailure(
        "the kernel refuses a program of the benchmark: \(String(cString: strerror(-program)))")
    }
    descriptors.append(program)
    for event in events {
      let link = hook.attach(program, to: event)
      guard link >= 0 else {
        throw BenchFailure(
          "a program of the benchmark cannot be attached: \(String(cString: strerror(-link)))")
      }
      descriptors.append(link)
    }
  }

  deinit { for descriptor in descriptors.reversed() { close(descriptor) } }

  /// Program types that ipcdump knows, as it names them.
  enum Hook: String {
    case rawTracepoint = "raw_tp"
    case tracepoint

    fileprivate var type: bpf_prog_type {
      self == .tracepoint ? BPF_PROG_TYPE_TRACEPOINT : BPF_PROG_TYPE_RAW_TRACEPOINT
    }

    /// Where in a program's context `sys_exit` has what the call has returned: in `struct bpf_raw_tracepoint_args` behind
    /// its registers, in `struct trace_event_raw_sys_exit` behind its number.
    var resultOffset: Int16 { self == .tracepoint ? 16 : 8 }

    /// - Returns: What holds it there until it is closed, or a negative errno.
    fileprivate func attach(_ program: Int32, to event: String) -> Int32 {
      if self == .rawTracepoint { return bpf_raw_tracepoint_open(event, program) }
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
}

/// One instruction (`struct bpf_insn`, include/uapi/linux/bpf.h).
struct BPFInstruction {
  private let code: UInt8
  /// Destination in the lower four bits, source in the higher ones.
  private let registers: UInt8
  private let offset: Int16
  private let value: Int32

  private init(_ code: UInt8, _ destination: UInt8, _ source: UInt8 = 0, offset: Int16 = 0, value: Int32 = 0)
  {
    self.code = code
    registers = destination | source << 4
    self.offset = offset
    self.value = value
  }

  /// `register = value`
  static func set(_ register: UInt8, to value: Int32) -> Self { Self(0xb7, register, value: value) }
  /// `register = other`
  static func copy(_ register: UInt8, from other: UInt8) -> Self { Self(0xbf, register, other) }
  /// `register = *(u64 *)(base + offset)`
  static func load(_ register: UInt8, from base: UInt8, _ offset: Int16) -> Self {
    Self(0x79, register, base, offset: offset)
  }
  /// `*(u64 *)(base + offset) = register`
  static func store(_ register: UInt8, to base: UInt8, _ offset: Int16) -> Self {
    Self(0x7b, base, register, offset: offset)
  }
  /// Goes past the next instructions, unless a register has that value.
  static func skip(_ count: Int16, unless register: UInt8, is value: Int32) -> Self {
    Self(0x55, register, offset: count, value: value)
  }
  /// Goes past the next instructions if a register is 0.
  static func skip(_ count: Int16, ifZero register: UInt8) -> Self { Self(0x15, register, offset: count) }
  /// `register = map`: a constant of 64 bits, whose upper half is the second one's (`BPF_PSEUDO_MAP_FD`).
  static func setMap(_ register: UInt8, to descriptor: Int32) -> [Self] {
    [Self(0x18, register, 1, value: descriptor), Self(0, 0)]
  }
  /// Calls a helper by its number (`enum bpf_func_id`).
  static func call(_ helper: Int32) -> Self { Self(0x85, 0, value: helper) }
  static let exit = Self(0x95, 0)
}
