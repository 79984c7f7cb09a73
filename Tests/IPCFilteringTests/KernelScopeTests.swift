import IPCModel
import Testing

@testable import IPCFiltering

@Suite("What the kernel decides of an expression")
struct KernelScopeTests {
  private static func scope(_ expressions: String..., kinds: Set<Kind> = Set(Kind.all)) throws -> KernelScope
  {
    var selection = Selection(kinds: kinds)
    for expression in expressions { selection.criteria.append(.expression(try WhereExpression(expression))) }
    return KernelScope(selection)
  }

  @Test(arguments: [
    ("type == pipe", [Kind.pipe]), ("type == pipe or type == k", [.pipe, .signal]),
    ("type == pipe and pid == 1", [.pipe]), ("port == 80", [.loopbackTCP, .loopbackUDP, .vsock]),
    ("not type == pipe", Kind.all.filter { $0 != .pipe }), ("not port == 80", Kind.all),
    ("type ~ '^unix'", [.unixStream, .unixDatagram, .unixSeqpacket]), ("type == 'unix-*'", Array(Kind.unix)),
    ("pid == 3 or type == pipe", Kind.all), ("type == call", Kind.all), ("not type == call", Kind.all),
    ("channel_type == pipe and type == call", [.pipe]), ("not (type == pipe and pid == 1)", Kind.all),
    ("not (type == pipe or pid == 1)", Kind.all.filter { $0 != .pipe }),
    ("path == /run/a", [.pipe, .unixStream, .unixDatagram, .unixSeqpacket]),
    ("path == @a", [.pipe, .unixStream, .unixDatagram, .unixSeqpacket]),
    ("path == 'pts/*'", [.pipe, .pty, .unixStream, .unixDatagram, .unixSeqpacket]),
    ("pipe_name == /run/a", [.pipe]), ("path == /run/a and port == 80", []),
  ])
  func `leaves out kinds that it never admits`(_ expression: String, _ kinds: [Kind]) throws {
    #expect(try WhereExpression(expression).kinds == Set(kinds))
    #expect(try Self.scope(expression).kinds == Set(kinds))
  }

  @Test(arguments: [
    ("pid == 3", ProcessScope.pids([3])), ("pid in (3, 4)", .pids([3, 4])), ("src_pid == 3", .pids([3])),
    ("pid == 3 or dst_pid == 4", .pids([3, 4])), ("pid == 3 and comm == cat", .pids([3])),
    ("comm == cat", .comms([Comm("cat")])), ("comm == 'c*'", .all), ("comm ~ cat", .all), ("pid != 3", .all),
    ("pid == 3 or comm == cat", .all), ("pid > 3", .all), ("not pid == 3", .all), ("pid == -1", .all),
    ("count > 3 and comm == cat", .comms([Comm("cat")])), ("pid", .all),
    ("port == 80 and pid == 3 or path == '/run/*' and pid == 4", .pids([3, 4])),
    ("not (pid != 3)", .pids([3])), ("not (not pid == 3 or port == 80)", .pids([3])),
  ])
  func `chooses processes where every admitted event has one as an end`(
    _ expression: String, _ scope: ProcessScope
  ) throws {
    #expect(try Self.scope(expression).processes == scope)
  }

  @Test(arguments: [
    ("path == /run/a.sock", [NameScope.Pattern.whole(Array("/run/a.sock".utf8))]),
    ("path == @a", [.whole(Array("@a".utf8))]), ("path == '@a*'", [.prefix(Array("@a".utf8))]),
    ("path == '/run/a*'", [.prefix(Array("/run/".utf8))]),
    ("path == '/run/*.sock'", [.prefix(Array("/run/".utf8))]),
    ("path == '*.sock'", [.prefix([0x2F]), .prefix([0x40])]),
    ("path ~ 'sock$'", [.prefix([0x2F]), .prefix([0x40])]),
    ("path in (/a, /b)", [.whole(Array("/a".utf8)), .whole(Array("/b".utf8))]),
    ("path == /a or path == /b", [.whole(Array("/a".utf8)), .whole(Array("/b".utf8))]),
    ("path == /a and path == '/*'", [.whole(Array("/a".utf8))]),
  ])
  func `compares names`(_ expression: String, _ patterns: [NameScope.Pattern]) throws {
    let names = try Self.scope(expression).names
    #expect(names.kinds.isSuperset(of: Kind.unix))
    #expect(names.scope.patterns == Set(patterns))
  }

  @Test(arguments: [
    "path == '<anonymous>'", "path == '*'", "path ~ a", "path != /a", "not path == /a", "path",
    "path == /a or count > 3", "pid == 3",
  ])
  func `leaves channels without names to the exact filter where these can pass`(_ expression: String) throws {
    #expect(try !Self.scope(expression).names.kinds.contains(.unixStream))
  }

  @Test func `compares names only of kinds of which all events have one`() throws {
    let scope = try Self.scope("path == /a or type == pipe")
    #expect(scope.names.kinds == Kind.unix && scope.kinds == Kind.unix.union([.pipe]))
  }

  @Test(arguments: [
    ("port == 80", 80, 9, true), ("port == 80", 9, 80, true), ("port == 80", 9, 8, false),
    ("dst_port == 80", 80, 9, false), ("dst_port == 80", 9, 80, true), ("src_port == 80", 80, 9, true),
    ("port in (80, 443)", 443, 9, true), ("port > 1024", 80, 443, false), ("port > 1024", 80, 1025, true),
    ("port >= 65535", 1, 65535, true), ("port < 2", 1, 9, true), ("port <= 2", 3, 9, false),
    ("port != 22", 22, 5000, false), ("port != 22", 5000, 22, false), ("port != 22", 5000, 80, true),
    ("not (dst_port == 22)", 22, 80, true), ("not (dst_port == 22)", 80, 22, false),
    ("port == 80 and port == 5000", 80, 5000, true), ("port == 80 and port == 5000", 80, 81, true),
    ("port == 80 and port != 5000", 80, 5000, false), ("port == 80 or port == 81", 81, 9, true),
    ("port == 80 or pid == 3", 9, 8, true), ("port == 80", 0, 9, true), ("port == 99999", 80, 81, false),
    ("port < -5", 80, 81, false), ("port > 99999", 80, 81, false), ("port", 80, 81, true),
    ("not port", 80, 81, false),
  ])
  func `compares ports`(_ expression: String, _ source: UInt16, _ destination: UInt16, _ expected: Bool)
    throws
  {
    let scope = try Self.scope(expression, kinds: [.loopbackTCP, .loopbackUDP])
    #expect(scope.ports.admits(source: source, destination: destination) == expected)
  }

  @Test func `compares addresses that are written as they are shown`() throws {
    let mapped = try #require(InternetAddress(Array("127.0.0.2".utf8)))
    let long = try #require(InternetAddress(Array("::1".utf8)))
    #expect(mapped.bytes == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 2])
    let found = try Self.scope("addr in (127.0.0.2, ::1)", kinds: [.loopbackTCP]).addresses
    #expect(found == [mapped, long])
    #expect(try Self.scope("addr == '127.*'", kinds: [.loopbackTCP]).addresses == nil)
    #expect(try Self.scope("addr in (::1, no)", kinds: [.loopbackTCP]).addresses == nil)
    #expect(try Self.scope("addr == ::1").addresses == nil, "what UDP's ends are may be seen later")
  }

  @Test func `is one scope for all criteria, be they options or expressions`() throws {
    var selection = Selection(kinds: Set(Kind.all))
    selection.criteria = [
      .pids([3, 4], of: .either), .expression(try WhereExpression("port == 80 and comm == nginx")),
    ]
    let scope = KernelScope(selection)
    #expect(scope.processes == .pids([3, 4]) && scope.kinds == [.loopbackTCP, .loopbackUDP, .vsock])
    #expect(!scope.ports.admits(source: 1, destination: 2))
    selection.criteria.append(.commandTree)
    #expect(KernelScope(selection).processes == .tree)
  }

  @Test func `takes both directions of what messages may be put together from`() throws {
    let expression = try WhereExpression("dst_port == 80 or path == /a and method == x")
    var selection = Selection(kinds: Set(Kind.all))
    selection.criteria = [.bothDirections(of: expression)]
    let scope = KernelScope(selection)
    #expect(scope.ports.admits(source: 80, destination: 9) && scope.ports.admits(source: 9, destination: 80))
    #expect(!scope.ports.admits(source: 9, destination: 8))
    #expect(scope.names.kinds == Kind.unix, "an answer may come through another pipe")
  }
}
