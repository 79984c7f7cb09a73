import IPCModel
import Libbpf
import SystemPackage
import Testing

@testable import IPCTracing

@Suite("A refusal of the kernel")
struct KernelFailureTests {
  private func refused(_ errno: Errno, log: [String] = [], hook: Hook = .raw) -> Failure {
    .refused(BPFError("load the BPF programs", errno, log: log), hook: hook)
  }

  @Test(
    arguments: [
      (.notPermitted, "CAP_BPF"), (.permissionDenied, "lockdown"),
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
