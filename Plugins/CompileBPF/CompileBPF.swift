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
    let embedded = work.appending(path: "EmbeddedObject.swift")

    // That of the machine that builds: SwiftPM tells a plugin nothing of the one that is built for. A build for another
    // architecture is made on one.
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
        executable: try context.tool(named: "embed-bpf").url,
        arguments: [
          embedded.path, try context.tool(named: "clang").url.path,
          try context.tool(named: "llvm-objcopy").url.path,
          "-target", "bpf", "-D__TARGET_ARCH_\(architecture)", "-std=gnu11", "-O2", "-g",
          "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter",
          "-I", sources.path, "-I", layout.path, "-idirafter", "/usr/include/\(multiarch)",
          "-c", sources.appending(path: "ipcdump.bpf.c").path,
        ],
        inputFiles: inputs,
        outputFiles: [embedded]
      )
    ]
  }

  private func files(below directory: URL) throws -> [URL] {
    let found = FileManager.default.enumerator(at: directory, includingPropertiesForKeys: nil)
    return (found?.allObjects as? [URL] ?? []).filter { ["c", "h"].contains($0.pathExtension) }
  }
}
