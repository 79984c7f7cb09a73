import Glibc
import IPCCorrelation
import IPCModel
import Testing

@testable import IPCSession

@Suite("What runs when a trace begins")
struct RunningProcessesTests {
  private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
  private func text(_ bytes: [UInt8]?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

  @Test func `is told of this process as it is`() throws {
    var running = RunningProcesses(UserNames(), ContainerNames())
    running.look()
    running.look()
    let found = running.all.filter { $0.pid == getpid() }
    #expect(found.count == 1)
    let own = try #require(found.first).description
    #expect(
      text(own.executable).map { CommandLine.arguments[0].hasSuffix($0.split(separator: "/").last ?? "?") }
        == true)
    #expect(text(own.arguments)?.hasPrefix(CommandLine.arguments[0]) == true)
    #expect(own.directory != nil && own.user != nil)
    #expect(
      text(RunningProcesses.arguments(of: getpid()))?.split(separator: "\0").first.map(String.init)
        == CommandLine.arguments[0])
    #expect(RunningProcesses.arguments(of: -1) == nil)
  }

  @Test func `has started when the field behind any name says`() {
    let fields = "S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 8765 20"
    #expect(RunningProcesses.start(inStat: bytes("12 (a) b (c) \(fields)")) == 8765)
    #expect(RunningProcesses.start(inStat: bytes("12 (a) S 1")) == nil)
    #expect(RunningProcesses.start(inStat: bytes("")) == nil)
  }

  @Test func `acts for the effective user`() {
    #expect(
      RunningProcesses.user(inStatus: bytes("Name:\tUid:\nUid:\t1000\t33\t1\t2\nGid:\t5\t6\t7\t8\n")) == 33)
    #expect(RunningProcesses.user(inStatus: bytes("Name:\tx\n")) == nil)
    let users = UserNames(passwd: bytes("root:x:0:0::/root:/bin/sh\n\nwww:x:33:33\nother:x:33:1\nbroken\n"))
    #expect([0, 33, 7].map { text(users.name(of: $0)) } == ["root", "www", "7"])
  }

  @Test func `is in a container if any hierarchy of cgroups says so`() {
    let id = String(repeating: "0a", count: 32)
    func container(_ lines: String) -> String? { text(RunningProcesses.container(inCgroup: bytes(lines))) }
    #expect(container("0::/system.slice/docker-\(id).scope\n") == "0a0a0a0a0a0a")
    #expect(container("1:name=systemd:/\n2:cpu,cpuacct:/docker/\(id)\n0::/\n") == "0a0a0a0a0a0a")
    #expect(container("0::/user.slice/user-1000.slice/session-2.scope\n") == nil)
  }

  @Test func `is in the cgroup of version 2, or where it is not at the root`() {
    func path(_ lines: String) -> String? { text(RunningProcesses.path(inCgroup: bytes(lines))) }
    #expect(path("2:cpu:/a\n0::/b:c\n") == "/b:c")
    #expect(path("2:cpu:/docker/longer\n1:name=systemd:/d\n0::/\n") == "/d")
    #expect(path("3:pids:/x\n2:cpu:/docker/x\n0::/\n") == "/docker/x")
    #expect(path("0::/\n") == "/")
    #expect(path("") == nil)
  }
}
