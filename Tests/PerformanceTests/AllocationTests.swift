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
    "pipe", "shared-pipe", "late-pipe", "pipe-contents", "unix-stream", "unix-dgram", "unix-seqpacket",
    "loopback-tcp",
    "loopback-udp", "signal", "pty", "pty-contents",
  ]
  private static let events = 10_000

  @Test(arguments: traffic, ["text", "json", "csv", "capture", "streams"])
  func `An event allocates nothing`(of traffic: String, as format: String) throws {
    let run = try ReplayRun([traffic, format, "--events", "\(Self.events)", "--warm-up", "\(Self.events)"])
    // What is read at the end may still wait for its turn, and what was read before may have waited for this.
    #expect(abs(run.events - Self.events) < 100)
    #expect(run.allocations == 0)
  }

  @Test(arguments: traffic)
  func `An event of a known edge allocates nothing in a summary`(of traffic: String) throws {
    let run = try ReplayRun([
      traffic, "text", "--summary", "--events", "\(Self.events)", "--warm-up", "\(Self.events)",
    ])
    #expect(abs(run.events - Self.events) < 100)
    #expect(run.allocations == 0)
  }

  @Test(arguments: ["json", "csv", "capture", "streams"])
  func `Contents of several records allocate nothing`(as format: String) throws {
    let run = try ReplayRun(Self.longContents(as: format))
    #expect(run.allocations == 0)
  }

  private static func longContents(as format: String) -> [String] {
    ["long-contents", format, "--events", "1000", "--warm-up", "1000"]
  }

  // MARK: - What is allocated, and why

  /// A hex dump is five times as long as its bytes, so that a portion of 1 MiB does not fit what the output buffer keeps
  /// (4 MiB, `OutputBuffer.retainedCapacity`): it grows anew, from 64 KiB by doubling, for each portion of 16 events.
  @Test func `A hex dump of long contents allocates for each portion only`() throws {
    let run = try ReplayRun(Self.longContents(as: "text"))
    #expect(run.allocations <= (run.events / 16 + 1) * 8)
  }

  /// Of one descriptor: its name and its number as text, put together for either end.
  private static let blocksOfDescriptor = 22

  @Test func `A passed descriptor allocates its text`() throws {
    let run = try ReplayRun([
      "unix-passing", "json", "--events", "\(Self.events)", "--warm-up", "\(Self.events)",
    ])
    #expect(run.allocations <= (run.events + 1) * Self.blocksOfDescriptor)
  }

  /// The channel's object, its writes and its reads.
  private static let blocksOfChannel = 3

  @Test func `A channel allocates its own state once`() throws {
    let run = try ReplayRun([
      "short-pipes", "json", "--events", "\(Self.events)", "--warm-up", "\(Self.events)",
    ])
    #expect(run.events == Self.events)
    // The tables that channels are found by grow by doubling.
    #expect(run.allocations <= Self.events * Self.blocksOfChannel + 100)
  }
}
