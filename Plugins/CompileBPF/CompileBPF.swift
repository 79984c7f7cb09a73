import Foundation
import PackagePlugin

/// Compiles the BPF C with the Swift toolchain's own clang and embeds the object in the target.
@main
struct CompileBPF: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) async throws -> [Command] {
    let work = context.pluginWorkDirectoryURL
    let sources = target.directoryURL.appending(path: "bpf")
    let layout = context.package.directoryURL.appending(path: "Sources/RecordLayout/include")
    let inputs = try files(below: sources) + files(below: layout)
    let compiled = work.appending(path: "ipcdump.bpf.debug.o")
    let object = work.appending(path: "ipcdump.bpf.o")
    let embedded = work.appending(path: "EmbeddedObject.swift")

    #if arch(x86_64)
      let architecture = "x86"
      let multiarch = "x86_64-linux-gnu"
    #elseif arch(arm64)
      let architecture = "arm64"
      let multiarch = "aarch64-linux-gnu"
    #endif

    return [
      .buildCommand(
        displayName: "Compiling BPF programs",
        executable: try context.tool(named: "clang").url,
        arguments: [
          "-target", "bpf", "-D__TARGET_ARCH_\(architecture)", "-std=gnu11", "-O2", "-g",
          "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter",
          "-I", sources.path, "-I", layout.path, "-idirafter", "/usr/include/\(multiarch)",
          "-c", sources.appending(path: "ipcdump.bpf.c").path, "-o", compiled.path,
        ],
        inputFiles: inputs,
        outputFiles: [compiled]
      ),
      // DWARF goes, BTF stays; the relocations of BTF are for linkers only.
      .buildCommand(
        displayName: "Stripping BPF object",
        executable: try context.tool(named: "llvm-objcopy").url,
        arguments: [
          "--strip-debug", "--remove-section", ".rel.BTF", "--remove-section", ".rel.BTF.ext",
          compiled.path, object.path,
        ],
        inputFiles: [compiled],
        outputFiles: [object]
      ),
      .buildCommand(
        displayName: "Embedding BPF object",
        executable: try context.tool(named: "embed-object").url,
        arguments: [object.path, embedded.path],
        inputFiles: [object],
        outputFiles: [embedded]
      ),
    ]
  }

  private func files(below directory: URL) throws -> [URL] {
    let found = FileManager.default.enumerator(at: directory, includingPropertiesForKeys: nil)
    return (found?.allObjects as? [URL] ?? []).filter { ["c", "h"].contains($0.pathExtension) }
  }
}
