import IPCModel
import RecordLayout
import Testing

@Suite("A signal")
struct SignalTests {
  private let recording = Recording()

  private func meta(_ key: String) -> [String?] {
    _ = recording.told()
    return recording.told.map { $0.meta[key] }
  }

  @Test func `is told with who sent it to whom`() throws {
    recording.signal(10, from: .ann, to: .bob)
    #expect(recording.told() == ["ann > bob SIGUSR1 SI_USER process delivered"])
    let told = try #require(recording.told.first)
    #expect(told.event.kind == .signal)
    #expect(told.event.count == 0)
    #expect(told.content == nil)
    #expect(told.meta["num"] == "10")
    #expect(told.event.traits == [])
    #expect(recording.toldAtEnd() == [])
  }

  @Test(
    arguments: [
      (1, "SIGHUP"), (2, "SIGINT"), (9, "SIGKILL"), (12, "SIGUSR2"), (15, "SIGTERM"), (16, "SIGSTKFLT"),
      (17, "SIGCHLD"), (19, "SIGSTOP"), (29, "SIGIO"), (31, "SIGSYS"), (32, "SIG32"), (33, "SIG33"),
      (34, "SIGRTMIN"), (35, "SIGRTMIN+1"), (37, "SIGRTMIN+3"), (64, "SIGRTMIN+30"), (0, "SIG0"),
      (65, "other"),
      (-1, "other"), (.max, "other"), (.min, "other"),
    ] as [(Int32, String)])
  func `has the name that the shell's kill -l gives it`(number: Int32, name: String) {
    recording.signal(number, from: .ann, to: .bob)
    #expect(meta("name") == [name])
  }

  @Test(
    arguments: [
      (0, "SI_USER"), (-1, "SI_QUEUE"), (-2, "SI_TIMER"), (-3, "SI_MESGQ"), (-4, "SI_ASYNCIO"),
      (-5, "SI_SIGIO"),
      (-6, "SI_TKILL"), (-60, "other"), (1, "other"), (.max, "other"), (-.max, "other"),
    ] as [(Int32, String)])
  func `tells by which call it was sent`(code: Int32, name: String) {
    recording.signal(10, from: .ann, to: .bob) { $0.code = code }
    #expect(meta("code") == [name])
  }

  @Test func `may carry the smallest code there is`() async {
    // rt_sigqueueinfo(2) lets any process choose it.
    await #expect(processExitsWith: .success) {
      let recording = Recording()
      recording.signal(10, from: .ann, to: .bob) { $0.code = .min }
      _ = recording.told()
    }
  }

  @Test(
    arguments: [
      (0, "delivered"), (1, "ignored"), (2, "pending"), (3, "overflow"), (4, "overflow"), (5, "other"),
      (255, "other"),
    ] as [(UInt8, String)])
  func `tells what became of it`(result: UInt8, name: String) {
    recording.signal(10, from: .ann, to: .bob) { $0.result = result }
    #expect(meta("result") == [name])
  }

  @Test func `tells whether a process or one thread was meant`() {
    recording.signal(10, from: .ann, to: .bob)
    recording.signal(10, from: .ann, to: .bob) { $0.to_thread = 1 }
    #expect(meta("target") == ["process", "thread"])
  }

  @Test(
    arguments: [
      (7, "7", nil), (0, "0", nil), (UInt64(bitPattern: -7), "-7", nil),
      // What the upper half of the union holds is the sender's business: it may have set sival_int only.
      (0xffff_fff9, "-7", nil), (0x7fff_ffff, "2147483647", nil),
      (0x7ffd_1234_5678, "305419896", "140724908873336"), (UInt64.max - 4096, "-4097", nil),
      (0x8000_0000_0000_0000, "0", "9223372036854775808"),
    ] as [(UInt64, String, String?)])
  func `carries a value, and a pointer if it is none that fits`(raw: UInt64, value: String, pointer: String?)
  {
    recording.signal(37, from: .ann, to: .bob) {
      $0.code = -1
      $0.has_value = 1
      $0.value = raw
    }
    #expect(meta("value") == [value])
    #expect(meta("value_ptr") == [pointer])
  }

  @Test func `without a value has none`() {
    recording.signal(10, from: .ann, to: .bob) { $0.value = 7 }
    #expect(meta("value") == [nil])
    #expect(meta("value_ptr") == [nil])
  }

  @Test(
    arguments: [
      (11, 1, "SEGV_MAPERR"), (11, 2, "SEGV_ACCERR"), (17, 1, "CLD_EXITED"), (17, 2, "CLD_KILLED"),
      (17, 6, "CLD_CONTINUED"), (17, 7, "other"), (7, 2, "BUS_ADRERR"), (8, 1, "FPE_INTDIV"),
      (4, 1, "ILL_ILLOPC"),
      (31, 1, "SYS_SECCOMP"), (2, 0x80, "SI_KERNEL"), (13, 0, "SI_USER"), (10, 2, "other"),
      (11, .max, "other"),
    ] as [(Int32, Int32, String)])
  func `of the kernel comes from it, and has the name of its cause`(number: Int32, code: Int32, name: String)
    throws
  {
    recording.signal(number, from: Party(name: "", pid: 0, tid: 0), to: .bob) {
      $0.code = code
      $0.is_from_kernel = 1
    }
    #expect(meta("code") == [name])
    let told = try #require(recording.told.first)
    #expect(told.event.source == .kernel && told.event.source.pid == 0)
  }

  @Test func `that was refused says so, and was not sent`() throws {
    recording.signal(10, from: .ann, to: .bob) {
      $0.error = 1
      $0.target_tid = 500
      $0.target_comm = ipc_signal().target_comm
      $0.target_thread = ipc_signal().target_thread
    }
    _ = recording.told()
    let told = try #require(recording.told.first)
    #expect(told.meta["error"] == "EPERM" && told.meta["result"] == nil)
    #expect(told.event.destination == Endpoint(pid: 500, tid: 500, comm: Comm("bob")))
  }

  @Test(arguments: [(false, false, false), (true, false, true), (false, true, true)])
  func `is of the traced tree if one end is`(sender: Bool, target: Bool, expected: Bool) {
    recording.signal(10, from: sender ? .ann.inScope : .ann, to: target ? .bob.inScope : .bob)
    _ = recording.told()
    #expect(recording.told.map { $0.event.traits.contains(.inScope) } == [expected])
  }

  @Test func `to a process of another pid namespace names no number`() {
    recording.signal(10, from: .ann, to: Party(name: "hidden", pid: 0, tid: 0))
    _ = recording.told()
    let target = recording.told.map(\.event.destination)
    #expect(target == [Endpoint(pid: -1, tid: -1, comm: Comm("hidden"))])
  }

  @Test func `stands among transfers in the order of time`() {
    recording.write("x", by: .ann)
    recording.signal(10, from: .ann, to: .bob)
    let early = recording.late { recording.signal(12, from: .bob, to: .ann) }
    recording.read("x", by: .bob)
    recording.arrive(late: early)
    #expect(
      recording.told()
        == [
          "ann > bob SIGUSR1 SI_USER process delivered", "bob > ann SIGUSR2 SI_USER process delivered",
          "ann > bob 1 \"x\"",
        ])
  }
}
