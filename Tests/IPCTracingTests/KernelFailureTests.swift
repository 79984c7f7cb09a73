import IPCModel
import Libbpf
import SystemPackage
import Testing

@testable import IPCTracing

@Suite("A refusal of the kernel")
struct KernelFailureTests {
  private func refused(
    _ errno: Errno, log: [String] = [], hook: Hook = .raw, second: BPFError? = nil, lockdown: String? = nil
  ) -> Failure {
    .refused(
      BPFError("load the BPF programs", errno, step: .load, log: log), hook: hook, alsoBy: second,
      lockdown: lockdown)
  }

  @Test(
    arguments: [
      (.notPermitted, "CAP_BPF"), (.permissionDenied, "CAP_SYS_RESOURCE"),
      (.noSuchFileOrDirectory, "CONFIG_FTRACE_SYSCALLS"),
      (.noMemory, "--buffer-size"), (.invalidArgument, "report"), (.argListTooLong, "verifier"),
      (.notSupported, "--hook="),
    ] as [(Errno, String)])
  func `is one line with what, why and what helps`(errno: Errno, advice: String) {
    let failure = refused(errno)
    #expect(failure.sentence.contains("load the BPF programs"))
    #expect(failure.sentence.contains("\(errno)"))
    #expect(failure.sentence.contains(advice))
    #expect(!failure.sentence.contains("\n"))
  }

  @Test func `is a matter of privilege only if the kernel says so`() {
    #expect(refused(.notPermitted).cause == .privilege)
    #expect(refused(.permissionDenied).cause == .privilege)
    for errno in [Errno.noMemory, .invalidArgument, .noSuchFileOrDirectory, .notSupported] {
      #expect(refused(errno).cause == .system)
    }
  }

  @Test func `keeps the verifier's lines for experts, and names the program`() {
    let log = [
      "libbpf: prog 'pipe__exitfile_1__pipe__raw': BPF program load failed: Invalid argument",
      "libbpf: prog 'pipe__exitfile_1__pipe__raw': -- BEGIN PROG LOAD LOG --",
      "R1 invalid mem access 'scalar'", "processed 12 insns",
      "libbpf: prog 'pipe__exitfile_1__pipe__raw': failed to load: -EINVAL",
      "libbpf: failed to load object 'ipcdump'",
    ]
    let failure = refused(.invalidArgument, log: log)
    #expect(failure.details == log)
    #expect(failure.sentence.contains("(pipe__exitfile_1__pipe__raw)"))
    #expect(!failure.sentence.contains("invalid mem access"))
  }

  @Test(arguments: [Errno.permissionDenied, .invalidArgument, .argListTooLong])
  func `by the verifier is no matter of privilege, whatever the number`(errno: Errno) {
    let log = [
      "0: (79) r1 = *(u64 *)(r6 +0)", "invalid access to memory", "processed 12 insns (limit 1000000)",
    ]
    let failure = refused(errno, log: log)
    #expect(failure.cause == .system)
    #expect(failure.sentence.contains("its verifier rejects the program"))
    #expect(!failure.sentence.contains("CAP_"))
  }

  static let withheld = [
    "program of this type cannot use helper bpf_probe_read_kernel#113",
    "unknown func bpf_probe_read_kernel#113",
    "unknown func bpf_probe_read#4",
  ]

  @Test(arguments: withheld)
  func `in a lockdown names it and nothing else`(line: String) {
    let failure = refused(
      .invalidArgument, log: ["11: (85) call 113", line, "processed 12 insns (limit 1000000)"])
    #expect(failure == .lockedDown(details: failure.details))
    #expect(failure.cause == .system)
    #expect(failure.sentence.contains("locked down (confidentiality)"))
    #expect(failure.sentence.contains("lockdown=integrity"))
    #expect(!failure.sentence.contains("\n"))
  }

  /// Whichever step meets it, and whatever the verifier has said before.
  @Test func `for lack of open files is not the verifier's`() {
    let log = ["processed 185 insns (limit 1000000)"]
    let failure = refused(.tooManyOpenFiles, log: log)
    #expect(failure == .tooManyFiles(details: log))
    #expect(failure.sentence.contains("open files is too low") && failure.sentence.contains("ulimit -n"))
    #expect(!failure.sentence.contains("verifier"))
  }

  @Test func `in a lockdown that the kernel tells is not blamed on anything else`() {
    #expect(refused(.notPermitted, lockdown: "confidentiality") == .lockedDown())
    #expect(refused(.notPermitted, lockdown: "integrity").sentence.contains("CAP_BPF"))
  }

  @Test func `of both program types tells both`() {
    let same = BPFError("load the BPF programs", .invalidArgument, step: .load, log: ["two"])
    #expect(refused(.invalidArgument, second: same).sentence.contains("; with tracepoint programs, too; "))
    let log = ["libbpf: prog 'b': failed to load: -E2BIG"]
    let other = BPFError("load the BPF programs", .argListTooLong, step: .load, log: log)
    let failure = refused(.invalidArgument, log: ["libbpf: prog 'a': failed"], second: other)
    #expect(failure.sentence.contains("refuses to load the BPF programs (a): \(Errno.invalidArgument); "))
    let second =
      "with tracepoint programs, it refuses to load the BPF programs (b): \(Errno.argListTooLong); "
    #expect(failure.sentence.contains(second))
    #expect(failure.details == ["libbpf: prog 'a': failed"] + log)
  }

  @Test(
    arguments: [(.findTracepoint, "CAP_DAC_READ_SEARCH"), (.openTracepoint, "perf_event_paranoid")]
      as [(BPFError.Step, String)], [Errno.notPermitted, .permissionDenied])
  func `to open a tracepoint names the cause and the way around`(step: (BPFError.Step, String), errno: Errno)
  {
    let error = BPFError("open the tracepoint raw_syscalls:sys_exit", errno, step: step.0)
    let failure = Failure.refused(error, hook: .tracepoint, lockdown: nil)
    #expect(failure.cause == .privilege)
    #expect(failure.sentence.contains(step.1))
    #expect(failure.sentence.contains("--hook=raw_tp"))
  }

  @Test func `for lack of capabilities names those that are missing`() {
    let failure = Failure.lacking(.perfmon)
    #expect(failure.cause == .privilege)
    #expect(failure.sentence.contains("this process lacks CAP_PERFMON; "))
    #expect(failure.sentence.contains("sudo") && failure.sentence.contains("setcap"))
  }

  @Test func `without a log names no program`() {
    #expect(!refused(.invalidArgument).sentence.contains("()"))
    #expect(refused(.invalidArgument).details == [])
  }

  @Test func `advises the other program type, not the same again`() {
    #expect(refused(.notSupported, hook: .raw).sentence.contains("--hook=tracepoint"))
    #expect(refused(.notSupported, hook: .tracepoint).sentence.contains("--hook=raw_tp"))
  }

  @Test func `for lack of BTF names the file and the kernel's option`() {
    #expect(Failure.withoutBTF.cause == .system)
    #expect(Failure.withoutBTF.sentence.contains("/sys/kernel/btf/vmlinux"))
    #expect(Failure.withoutBTF.sentence.contains("CONFIG_DEBUG_INFO_BTF=y"))
    #expect(Failure.withoutBTF.sentence.contains("5.8"))
  }

  @Test func `is told by libbpf's wrapper with its log indented`() {
    let error = BPFError("load it", .noMemory, log: ["one", "two"])
    #expect("\(error)" == "cannot load it: \(Errno.noMemory)\n  one\n  two")
    #expect("\(BPFError("load it", .noMemory))" == "cannot load it: \(Errno.noMemory)")
  }
}
