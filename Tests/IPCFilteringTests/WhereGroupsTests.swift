import IPCModel
import Testing

@testable import IPCFiltering

@Suite("Users and cgroups of an expression")
struct WhereGroupsTests {
  private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  private static func parts(_ expression: String) throws -> WhereExpression.Parts {
    try WhereExpression(expression).parted { _ in true }
  }

  @Test(arguments: [
    ("user == nobody", 1, false), ("user in (nobody, root) and port == 80", 1, true),
    ("cgroup == '/a/*' and user == root", 2, false), ("not user == nobody", 0, true),
    ("user == nobody or port == 80", 0, true), ("src_user == nobody", 0, true), ("user == 'no*'", 0, true),
    ("user", 0, true), ("cgroup == /a/b", 1, false), ("cgroup in (/a, '/a/*')", 1, false),
    ("cgroup == '/a*'", 0, true), ("cgroup == '/*'", 0, true), ("cgroup == '/*/a/*'", 0, true),
    ("cgroup ~ a", 0, true),
    ("(user == a and (cgroup == /a and self)) and pid == 1", 2, true),
  ])
  func `are taken out where all else is joined to them`(
    _ expression: String, _ groups: Int, _ hasRest: Bool
  ) throws {
    let parts = try Self.parts(expression)
    #expect(parts.groups.count == groups && (parts.rest != nil) == hasRest)
  }

  @Test func `stay where the kernel does not know them`() throws {
    let parts = try WhereExpression("user == nobody and port == 80").parted { _ in false }
    #expect(parts.groups.isEmpty && parts.rest?.text == "user == nobody and port == 80")
    #expect(parts.rest?.kinds == [.loopbackTCP, .loopbackUDP, .vsock])
  }

  @Test(arguments: [
    ("/a/b", "/a/b", true), ("/a/b", "/a/b/c", false), ("/a/*", "/a", false), ("/a/*", "/a/b", true),
    ("/a/*", "/a/b/c", true), ("/a/*", "/ab", false),
  ])
  func `are of cgroups what the expression says of them`(
    _ pattern: String, _ cgroup: String, _ expected: Bool
  ) throws {
    let group = try #require(try Self.parts("cgroup == '\(pattern)'").groups.first)
    let process = ProcessDescription(cgroup: Self.bytes(cgroup))
    #expect(group.includes(process) == expected && !group.includes(ProcessDescription()))
    var texts = TextTable()
    texts.processes.add(process, for: KnownProcesses.Image(pid: 10, image: 0))
    let event = Event(
      time: 1, kind: .pipe, source: Endpoint(pid: 10, tid: 10, comm: Comm("sh")), destination: .unknown,
      count: 1)
    #expect(
      try WhereExpression("cgroup == '\(pattern)'").admits(event, content: nil, texts: texts) == expected)
  }
}
