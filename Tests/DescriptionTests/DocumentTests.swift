import ArgumentParser
import Foundation
import Testing

@testable import ipcdump

@Suite("The documents")
struct DocumentTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
    .standardized

  /// All pages that people read in the repository.
  private static let pages: [String] =
    ["", "docs/", "Examples/"].flatMap { folder in
      let names =
        (try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path)) ?? []
      return names.filter { $0.hasSuffix(".md") }.sorted().map { folder + $0 }
    }

  private static func text(_ page: String) throws -> String {
    try String(contentsOf: root.appending(path: page), encoding: .utf8)
  }

  /// What forges make of a heading: lower case, without marks, words joined by hyphens.
  private static func anchors(of page: String) throws -> [String] {
    try text(page).split(separator: "\n").filter { $0.hasPrefix("#") }.map { heading in
      heading.drop { $0 == "#" }.trimmingCharacters(in: .whitespaces).lowercased()
        .filter { $0.isLetter || $0.isNumber || "_- ".contains($0) }.replacing(" ", with: "-")
    }
  }

  @Test func `have a README that is read to its end`() throws {
    #expect(try Self.text("README.md").split(separator: "\n", omittingEmptySubsequences: false).count <= 201)
  }

  @Test(arguments: pages) func `have no link that leads nowhere`(page: String) throws {
    let folder = Self.root.appending(path: page).deletingLastPathComponent()
    for match in try Self.text(page).matches(of: /\]\(([^)\s]+)\)/) where !match.1.contains("://") {
      let parts = match.1.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
      let target = parts[0].isEmpty ? Self.root.appending(path: page) : folder.appending(path: parts[0])
      #expect(FileManager.default.fileExists(atPath: target.standardized.path), "\(match.1)")
      guard parts.count > 1, parts[1].first != "L" else { continue }
      let linked = target.standardized.path.dropFirst(Self.root.path.count + 1)
      #expect(try Self.anchors(of: String(linked)).contains(String(parts[1])), "\(match.1)")
    }
  }

  /// The lines that begin with the program's name in the first block behind that heading.
  private static let oneLiners: [String] = {
    let behind = (try? text("README.md"))?.components(separatedBy: "## One-liners\n").dropFirst().first ?? ""
    let block = behind.components(separatedBy: "```").dropFirst().first ?? ""
    return block.split(separator: "\n").map(String.init).filter { $0.hasPrefix("ipcdump ") }
  }()

  @Test func `have twelve one-liners`() { #expect(Self.oneLiners.count == 12) }

  @Test(arguments: oneLiners) func `have one-liners that ipcdump understands`(line: String) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/bash")
    // The shell divides the line into words; nothing of it is run.
    process.arguments = ["-c", "pidof() { echo 7; }; ipcdump() { printf '%s\\0' \"$@\"; }; \(line)"]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    let words = String(decoding: data, as: UTF8.self).split(separator: "\0", omittingEmptySubsequences: false)
      .dropLast().map(String.init)
    try #require(!words.isEmpty)
    _ = try IPCDump.parseAsRoot(words)
  }
}
