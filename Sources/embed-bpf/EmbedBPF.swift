import EmbeddedBytes
import Foundation
import ProgramNames

/// Compiles a BPF object, as it is, with `NO_CALLS` and with `DIRECT_READS`, and writes a Swift source that holds all three in static
/// strings, compressed (`EmbeddedBytes`), and what is in them: `embed-bpf OUTPUT.swift CLANG LLVM-OBJCOPY CLANG-ARGUMENT…`.
///
/// A program whose name does not say where it belongs ends the build.
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
    let plain = try object(by: arguments, compilation)
    let withoutCalls = try object(by: arguments, compilation + ["-DNO_CALLS"])
    let withDirectReads = try object(by: arguments, compilation + ["-DDIRECT_READS"])
    let names = try ObjectNames(object: plain)
    for other in [withoutCalls, withDirectReads] where try ObjectNames(object: other) != names {
      fail("the compilations differ in their programs or maps")
    }
    let source = """
      import ProgramNames

      /// The compiled BPF programs, as `EmbeddedBytes`.
      let embeddedObject: StaticString = \(EmbeddedBytes.literal(holding: plain))

      /// The same without functions of their own.
      let embeddedObjectWithoutCalls: StaticString = \(EmbeddedBytes.literal(holding: withoutCalls))

      /// The first one, reading kernel memory by loads.
      let embeddedObjectWithDirectReads: StaticString = \(EmbeddedBytes.literal(holding: withDirectReads))

      \(declarations(names))
      """
    try Data(source.utf8).write(to: URL(filePath: arguments[1]))
  }

  /// Declares what an object has, so that its parts are known by more than strings.
  private static func declarations(_ names: ObjectNames) -> String {
    let places = names.programs.map { name in
      do throws(ProgramNameError) {
        return "    \"\(name)\": \(literal(try ProgramPlace(programName: name))),"
      } catch {
        fail(error.description)
      }
    }
    return """
      extension KernelPrograms {
        /// Where each program belongs, by its name.
        public static let places: [String: ProgramPlace] = [
      \(places.joined(separator: "\n"))
        ]
      }

      /// Programs that the kernel runs over what there is.
      public enum KernelIterator: String, Sendable, CaseIterable {
      \(names.iterators.map { "  case \(swiftName($0)) = \"\($0)\"" }.joined(separator: "\n"))
      }

      /// Maps that programs and Swift share.
      public enum KernelMap: String, Sendable, CaseIterable {
      \(names.maps.map { "  case \(swiftName($0)) = \"\($0)\"" }.joined(separator: "\n"))
        /// Variables that are constant once the programs are loaded: `ipc_settings`.
        case settings = "ipcdump.rodata"
        /// Variables that both sides write: `ipc_shared`.
        case shared = "ipcdump.bss"
      }

      """
  }

  private static func literal(_ place: ProgramPlace) -> String {
    let word = place.word.map { ", word: \"\($0)\"" } ?? ""
    return "ProgramPlace(.\(place.table), \(place.slots)\(word), .\(place.purpose), .\(place.variant))"
  }

  /// A name of C as one of Swift: `enter_stages` becomes `enterStages`.
  private static func swiftName(_ name: String) -> String {
    let words = name.split(separator: "_")
    return words.prefix(1).joined() + words.dropFirst().map(\.capitalized).joined()
  }

  /// Ends the build with one line.
  private static func fail(_ message: String) -> Never {
    FileHandle.standardError.write(Data("error: embed-bpf: \(message)\n".utf8))
    exit(1)
  }

  /// Compiles one object.
  private static func object(by arguments: [String], _ compilation: [String]) throws -> [UInt8] {
    let folder = try FileManager.default.url(
      for: .itemReplacementDirectory, in: .userDomainMask, appropriateFor: URL(filePath: arguments[1]),
      create: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let compiled = folder.appending(path: "compiled.o").path
    let object = folder.appending(path: "object.o")
    let types = folder.appending(path: "types"), instructions = folder.appending(path: "instructions")
    try run(arguments[2], compilation + ["-o", compiled])
    // DWARF goes, BTF stays; the relocations of BTF are for linkers only.
    let dropped = ["--strip-debug", "--remove-section", ".rel.BTF", "--remove-section", ".rel.BTF.ext"]
    let dumped = ["--dump-section", ".BTF=\(types.path)", "--dump-section", ".BTF.ext=\(instructions.path)"]
    try run(arguments[3], dropped + dumped + [compiled, object.path])
    var information = SourceInformation(
      types: [UInt8](try Data(contentsOf: types)), instructions: [UInt8](try Data(contentsOf: instructions)))
    information.dropLines()
    try Data(information.types).write(to: types)
    try Data(information.instructions).write(to: instructions)
    let updated = [
      "--update-section", ".BTF=\(types.path)", "--update-section", ".BTF.ext=\(instructions.path)",
    ]
    try run(arguments[3], updated + [object.path])
    return [UInt8](try Data(contentsOf: object))
  }

  /// Runs a tool of the toolchain, and ends with its status if that is not 0; its words are its own.
  private static func run(_ tool: String, _ arguments: [String]) throws {
    let process = try Process.run(URL(filePath: tool), arguments: arguments)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { exit(process.terminationStatus) }
  }
}
