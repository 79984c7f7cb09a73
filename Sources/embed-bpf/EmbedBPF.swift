import EmbeddedBytes
import Foundation

/// Compiles a BPF object, as it is, with `NO_CALLS` and with `DIRECT_READS`, and writes a Swift source that holds all three in static
/// strings, compressed (`EmbeddedBytes`): `embed-bpf OUTPUT.swift CLANG LLVM-OBJCOPY CLANG-ARGUMENT…`.
///
/// One program does all three steps, so that SwiftPM sees Swift sources only: it would take an object file for a
/// resource.
@main
enum EmbedBPF {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count > 4 else {
      FileHandle.standardError.write(
        Data("usage: embed-bpf OUTPUT CLANG LLVM-OBJCOPY CLANG-ARGUMENT…\n".utf8))
      exit(64)
    }
    let compilation = Array(arguments[4...])
    let source = """
      /// The compiled BPF programs, as `EmbeddedBytes`.
      let embeddedObject: StaticString = \(try literal(by: arguments, compilation))

      /// The same without functions of their own.
      let embeddedObjectWithoutCalls: StaticString =
        \(try literal(by: arguments, compilation + ["-DNO_CALLS"]))

      /// The first one, reading kernel memory by loads.
      let embeddedObjectWithDirectReads: StaticString =
        \(try literal(by: arguments, compilation + ["-DDIRECT_READS"]))

      """
    try Data(source.utf8).write(to: URL(filePath: arguments[1]))
  }

  /// Compiles one object, for a static string.
  private static func literal(by arguments: [String], _ compilation: [String]) throws -> String {
    let folder = try FileManager.default.url(
      for: .itemReplacementDirectory, in: .userDomainMask, appropriateFor: URL(filePath: arguments[1]),
      create: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let compiled = folder.appending(path: "compiled.o").path
    let object = folder.appending(path: "object.o").path
    try run(arguments[2], compilation + ["-o", compiled])
    // DWARF goes, BTF stays; the relocations of BTF are for linkers only.
    let dropped = ["--strip-debug", "--remove-section", ".rel.BTF", "--remove-section", ".rel.BTF.ext"]
    try run(arguments[3], dropped + [compiled, object])
    return EmbeddedBytes.literal(holding: [UInt8](try Data(contentsOf: URL(filePath: object))))
  }

  /// Runs a tool of the toolchain, and ends with its status if that is not 0; its words are its own.
  private static func run(_ tool: String, _ arguments: [String]) throws {
    let process = try Process.run(URL(filePath: tool), arguments: arguments)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { exit(process.terminationStatus) }
  }
}
