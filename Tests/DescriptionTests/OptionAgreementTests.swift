import ArgumentParser
import Foundation
import Testing

@testable import describe_command
@testable import ipcdump

/// Help, manual page and completions have the same options.
@Suite("Options agree")
struct OptionAgreementTests {
  /// Names at the beginning of the help's lines, which may be any command's.
  private static func helped(_ help: String) -> Set<String> {
    Set(
      help.split(separator: "\n").filter { $0.hasPrefix("  -") }.flatMap { line in
        // Names end where the value or two blanks begin.
        line.dropFirst(2).split(separator: " ").prefix { $0.hasPrefix("-") }
          .map { String($0.hasSuffix(",") ? $0.dropLast() : $0) }
      })
  }

  private let help = Self.helped(IPCDump.helpMessage(columns: 400))

  @Test func `the help has options`() {
    #expect(help.isSuperset(of: ["-t", "-X", "--ascii", "--time", "--help"]))
  }

  @Test func `the manual page has the help's`() throws {
    let page = try GeneratedFiles.manual(of: GeneratedFiles().command)
    let options = try #require(
      page.split(separator: ".SH OPTIONS\n").last?.split(separator: ".SH OUTPUT\n").first)
    let headings = options.split(separator: ".TP\n").dropFirst().compactMap {
      $0.split(separator: "\n").first
    }
    let names = headings.flatMap { heading in
      heading.replacing(#"\-"#, with: "-").split(separator: #"\fB"#).filter { $0.hasPrefix("-") }
        .compactMap { $0.split(separator: #"\fR"#).first.map(String.init) }
    }
    #expect(Set(names) == help)
    #expect(names.count == help.count)
  }

  @Test func `bash completes the help's`() throws {
    let words = try Shell.bash.completions(of: "ipcdump -", GeneratedFiles())
    #expect(Set(words) == help.union(["--"]))
  }

  @Test(.enabled(if: Shell.fish.isInstalled, "fish is not installed"))
  func `fish completes the help's`() throws {
    let files = try GeneratedFiles()
    let words =
      try Shell.fish.completions(of: "ipcdump -", files) + Shell.fish.completions(of: "ipcdump --", files)
    #expect(Set(words) == help.union(["--"]))
  }

  /// What is typed into zsh shows one completion only, so its own list is taken from the script.
  @Test func `zsh completes the help's`() throws {
    let text = ZshCompletion(try GeneratedFiles().command).text
    let names = text.matches(of: /\n +'(?:\([^)]*\))?\*?(-[-a-zA-Z]+)=?\[/).map { String($0.1) }
    #expect(Set(names) == help)
  }
}
