import Foundation
import Testing

extension LiveTests {
  /// By name, a process is of interest only when it has that name, and others may have written to it before.
  @Suite(.serialized) struct PastWriteTests {
    /// A shell's pipelines, of which only the second process is chosen.
    private func pipelines(_ count: Int, _ option: String, _ hook: Hook) async throws -> Trace {
      let session = try Session()
      // Nobody else has this name.
      let name = "cat-\(getpid())"
      try Programs.copy("/bin/cat", to: session.file(name))
      let ipcdump = try session.startIPCDump(
        session.recording + [hook.option, "-q", "-t", "pipe", option, name])
      try await session.untilAttached(ipcdump)
      let script =
        "cd \(session.folder.path); for i in $(seq \(count)); do echo hi | ./\(name) | head -c 3; done"
      let shell = try session.start("bash", ["-c", script], name: "shell")
      #expect(try await shell.wait().status == 0)
      try await Task.sleep(for: .milliseconds(400))
      ipcdump.send(SIGINT)
      let trace = try await session.finish(ipcdump)
      #expect(trace.status == 0, "\(trace.diagnostics)")
      return trace
    }

    @Test(arguments: ["-D", "-P", "-S"], Hook.allCases)
    func `who wrote to short-lived processes is known`(_ option: String, _ hook: Hook) async throws {
      let count = 200
      let trace = try await pipelines(count, option, hook)
      let name = "cat-\(getpid())"
      var ways: [String: Int] = [:]
      for event in trace.events { ways["\(event.srcComm) > \(event.dstComm)", default: 0] += 1 }
      let expected = [
        "-D": ["bash > \(name)": count], "-S": ["\(name) > head": count],
        "-P": ["bash > \(name)": count, "\(name) > head": count],
      ]
      #expect(ways == expected[option])
      #expect(trace.events.allSatisfy { $0.inferred == nil && $0.bytes == Data("hi\n".utf8) })
    }

    @Test(arguments: ["pipe", "unix-stream", "tcp4", "tcp6"], Hook.allCases)
    func `who wrote before the reader got its name is known`(_ kind: String, _ hook: Hook) async throws {
      let session = try Session()
      let trace = try await session.attach(to: ["late-name", "--kind", kind]) { _ in
        ["-q", hook.option, "-D", "latecomer"]
      }
      #expect(trace.status == 0, "\(trace.diagnostics)")
      expectExact(trace.events, try session.truth().events)
    }

    @Test(arguments: ["unix-dgram", "unix-seqpacket"], Hook.allCases)
    func `of messages, it is inferred`(_ kind: String, _ hook: Hook) async throws {
      let session = try Session()
      let trace = try await session.attach(to: ["late-name", "--kind", kind]) { _ in
        ["-q", hook.option, "-D", "latecomer"]
      }
      #expect(trace.status == 0, "\(trace.diagnostics)")
      let truth = try session.truth().events
      #expect(trace.events.map(\.srcPid) == truth.map(\.srcPid))
      #expect(trace.events.map(\.srcComm) == truth.map(\.srcComm))
      #expect(trace.events.map(\.bytes) == truth.map(\.bytes))
      #expect(trace.events.map(\.meta.srcInode) == truth.map(\.meta.srcInode))
      #expect(trace.events.allSatisfy { $0.inferred == ["src"] })
    }

    @Test(arguments: ["pipe", "unix-stream"], Hook.allCases)
    func `so is who was in the middle of a write`(_ kind: String, _ hook: Hook) async throws {
      let session = try Session()
      let trace = try await session.attach(to: ["late-name-long", "--kind", kind]) { _ in
        ["-q", hook.option, "-D", "latecomer"]
      }
      #expect(trace.status == 0, "\(trace.diagnostics)")
      expectExact(trace.events, try session.truth().events)
    }
  }
}
