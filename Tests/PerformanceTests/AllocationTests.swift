import Testing

/// An event costs no allocation on its way from its records to its line of output.
///
/// Counted, not timed, so that a busy machine changes nothing.
@Suite(
  .enabled(
    if: ReplayRun.program != nil || ReplayRun.isRequired,
    "IPC_REPLAY_BINARY does not name an optimised ipc-replay; make test builds one"))
struct AllocationTests {
  /// As `Traffic` in Benchmarks/Replay names it; one event for each of its steps.
  private static let traffic = [
    "pipe", "shared-pipe", "pipe-contents", "unix-stream", "unix-dgram", "unix-seqpacket", "loopback-tcp",
    "loopback-udp", "signal", "pty",
  ]
  private static let events = 20_000

  @Test("An event allocates nothing", arguments: traffic, ["text", "json", "csv"])
  func event(of traffic: String, as format: String) throws {
    let run = try ReplayRun([traffic, format, "--events", "\(Self.events)"])
    // What is read at the end may still wait for its turn, and what was read before may have waited for this.
    #expect(abs(run.events - Self.events) < 100)
    #expect(run.allocations == 0)
  }

  /// The channel's object, its writes, its reads, and the moment in which it is first met.
  private static let blocksOfChannel = 4

  @Test("A channel allocates its own state once")
  func channel() throws {
    let run = try ReplayRun(["short-pipes", "json", "--events", "\(Self.events)"])
    #expect(run.events == Self.events)
    // The tables that channels are found by grow by doubling.
    #expect(run.allocations <= Self.events * Self.blocksOfChannel + 100)
  }
}
