import Foundation
import PackagePlugin

/// Puts the page of the report, with its style and scripts, into a Swift source of the target.
@main
struct EmbedPage: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) async throws -> [Command] {
    let folder = target.directoryURL.appending(path: "Page")
    let found = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    let embedded = context.pluginWorkDirectoryURL.appending(path: "EmbeddedPage.swift")
    return [
      .buildCommand(
        displayName: "Embedding the report's page",
        executable: try context.tool(named: "embed-page").url,
        arguments: [embedded.path, folder.path],
        inputFiles: found.filter { ["html", "css", "js"].contains($0.pathExtension) },
        outputFiles: [embedded]
      )
    ]
  }
}
