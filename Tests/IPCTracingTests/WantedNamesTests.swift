import IPCFiltering
import IPCModel
import RecordLayout
import Testing

@testable import IPCTracing

@Suite("Names that the programs compare")
struct WantedNamesTests {
  private static func scope(_ expression: String) throws -> KernelScope {
    var selection = Selection(kinds: Set(Kind.all))
    selection.criteria = [.expression(try WhereExpression(expression))]
    return KernelScope(selection)
  }

  private static func bytes(_ name: ipc_wanted_name) -> [UInt8] {
    withUnsafeBytes(of: name.bytes) { Array($0.prefix(Int(name.shape.length))) }
  }

  /// The programs' decision (has_wanted_shape, bpf/record/wanted.h) about a name as records tell it.
  private static func isWanted(_ name: String, by wanted: WantedNames) -> Bool {
    let isAbstract = name.hasPrefix("@")
    let told =
      isAbstract
      ? Array(name.dropFirst().utf8) : name.split(separator: "/").reversed().flatMap { Array($0.utf8) + [0] }
    return wanted.shapes.contains { shape in
      guard (shape.form == IPC_NAME_ABSTRACT.rawValue) == isAbstract, shape.length <= told.count,
        shape.is_whole == 0 || shape.length == told.count
      else { return false }
      let part = Array(isAbstract ? told.prefix(Int(shape.length)) : told.suffix(Int(shape.length)))
      return wanted.names.contains {
        $0.shape.form == shape.form && $0.shape.is_whole == shape.is_whole && bytes($0) == part
      }
    }
  }

  @Test func `are paths from the last name to the first, and abstract ones as they are`() throws {
    let path = try #require(WantedNames.name(.whole(Array("/run/a.sock".utf8))))
    #expect(Self.bytes(path) == Array("a.sock\0run\0".utf8) && path.shape.is_whole == 1)
    let folder = try #require(WantedNames.name(.prefix(Array("/run/x/".utf8))))
    #expect(Self.bytes(folder) == Array("x\0run\0".utf8) && folder.shape.is_whole == 0)
    let abstract = try #require(WantedNames.name(.prefix(Array("@ab".utf8))))
    #expect(
      Self.bytes(abstract) == Array("ab".utf8) && abstract.shape.form == UInt8(IPC_NAME_ABSTRACT.rawValue))
    #expect(WantedNames.name(.whole(Array("relative".utf8))) == nil)
  }

  @Test(arguments: [
    ("path == /run/a.sock", ["/run/a.sock"]), ("path == '/run/*'", ["/run/a.sock", "/run/x/a", "/run/ab"]),
    ("path == '/run/a*'", ["/run/a.sock", "/run/x/a", "/run/ab"]), ("path == '/run/x/*'", ["/run/x/a"]),
    ("path == @ab", ["@ab"]), ("path == '@a*'", ["@a", "@ab"]), ("path == '@*'", ["@a", "@ab"]),
    ("path ~ x", ["/run/a.sock", "/run/x/a", "/run/ab", "/runaway", "/other/run/a.sock", "@a", "@ab"]),
    ("path in (/runaway, '/run/x/*', @a)", ["/run/x/a", "/runaway", "@a"]), ("path == relative", []),
  ])
  func `take what the scope takes`(_ expression: String, _ expected: [String]) throws {
    let wanted = WantedNames(try Self.scope(expression))
    #expect(wanted.kinds.isSuperset(of: Kind.unix))
    let names = [
      "/run/a.sock", "/run/x/a", "/run/ab", "/runaway", "/other/run/a.sock", "@a", "@ab",
    ]
    #expect(names.filter { Self.isWanted($0, by: wanted) } == expected)
  }

  @Test func `that are longer than there is room for are compared by their beginning`() throws {
    let folder = "/" + String(repeating: "folder/", count: 30),
      path = folder + String(repeating: "x", count: 100)
    let wanted = WantedNames(try Self.scope("path == \(path)"))
    #expect(Self.isWanted(path, by: wanted) && !Self.isWanted("/other/" + path, by: wanted))
    let abstract = "@" + String(repeating: "x", count: 107)
    #expect(Self.isWanted(abstract, by: WantedNames(try Self.scope("path == \(abstract)"))))
  }

  @Test func `are not compared if they are of more lengths than there is room for`() throws {
    let paths = (1...40).map { "/" + String(repeating: "x", count: $0) }
    let wanted = WantedNames(try Self.scope("path in (\(paths.joined(separator: ", ")))"))
    #expect(wanted.kinds.isEmpty && wanted.names.isEmpty)
  }
}
