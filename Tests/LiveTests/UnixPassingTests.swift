import Testing

extension LiveTests {
  /// What goes with the bytes over a unix socket: descriptors and credentials.
  @Suite(.serialized) struct UnixPassingTests {
    static let descriptorScenarios = Scenario.over(Sockets.unix, ["passing-various", "passing-many"])

    @Test(arguments: descriptorScenarios, Hook.allCases)
    func `passed descriptors are told with their numbers and what they are, and their use after that`(
      _ scenario: Scenario, _ hook: Hook
    ) async throws {
      try await scenario.expectExactTrace(hook)
    }

    @Test(arguments: Hook.allCases)
    func `what comes through a passed pipe is told beside the passing`(_ hook: Hook) async throws {
      let session = try Session()
      let trace = try await session.trace(["pipe-scm"], options: [hook.option])
      trace.expectClean()
      expectExact(trace.events.filter { $0.type == "pipe" }, try session.truth().events)
      let passing = trace.events.filter { $0.type == "unix-stream" }
      #expect(passing.count == 1 && passing.first?.meta.count == 1)
      let inode = try #require(try session.truth().events.first?.meta.pipeInode)
      let fds = try #require(passing.first?.meta.fds)
      #expect(fds.wholeMatch(of: /\d+>\d+ pipe:\[(\d+)\]/)?.1 == "\(inode)")
    }

    static let credentialScenarios = Scenario.over(
      Sockets.unix, ["passing-credentials", "passing-pidfd", "passing-credentials-pidfd"])

    @Test(arguments: credentialScenarios, Hook.allCases)
    func `credentials are told as the receiver got them`(_ scenario: Scenario, _ hook: Hook) async throws {
      try await scenario.skipUnlessPlayable()
      try await scenario.expectExactTrace(hook)
    }
  }
}
