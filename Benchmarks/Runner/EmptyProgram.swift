/// A BPF program that does nothing at the start and at the end of every syscall: what a look costs that sees nothing.
struct EmptyProgram: ~Copyable {
  private let program: SyscallProgram

  /// Loads and attaches it.
  init(hook: SyscallProgram.Hook) throws(BenchFailure) {
    program = try SyscallProgram([.set(0, to: 0), .exit], at: ["sys_enter", "sys_exit"], hook: hook)
  }

  /// Does something while it is attached.
  borrowing func during<Result>(_ body: () throws(BenchFailure) -> Result) throws(BenchFailure) -> Result {
    try body()
  }
}
