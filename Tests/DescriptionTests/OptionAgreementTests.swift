import ArgumentParser
import Foundation
import IPCModel
import Testing

@testable import CommandDescription
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

  /// The command's own help, and that of its subcommands, with the words that lead to it.
  private let helps: [(line: String, options: Set<String>)] = [
    ("ipcdump", helped(TraceCommand.helpMessage(columns: 400))),
    ("ipcdump \(ReportCommand._commandName)", helped(ReportCommand.helpMessage(columns: 400))),
    ("ipcdump \(WhyCommand._commandName)", helped(WhyCommand.helpMessage(columns: 400))),
    ("ipcdump \(ListCommand._commandName)", helped(ListCommand.helpMessage(columns: 400))),
    ("ipcdump \(TopCommand._commandName)", helped(TopCommand.helpMessage(columns: 400))),
  ]

  /// Every name, as often as there are commands that have it.
  private var names: [String] { helps.flatMap(\.options).sorted() }

  @Test func `the help has options`() {
    #expect(Set(names).isSuperset(of: ["-t", "-X", "--ascii", "--time", "--help"]))
  }

  @Test func `the manual page has the help's`() throws {
    let page = try GeneratedFiles.manual(of: GeneratedFiles().command)
    let options = try #require(
      page.split(separator: ".SH OPTIONS\n").last?.split(separator: ".SH OUTPUT\n").first)
    let headings = options.split(separator: ".TP\n").dropFirst().compactMap {
      $0.split(separator: "\n").first
    }
    let told = headings.flatMap { heading in
      heading.replacing(#"\-"#, with: "-").split(separator: #"\fB"#).filter { $0.hasPrefix("-") }
        .compactMap { $0.split(separator: #"\fR"#).first.map(String.init) }
    }
    #expect(told.sorted() == names)
  }

  @Test func `bash completes the help's`() throws {
    for (line, options) in helps {
      let words = try Shell.bash.completions(of: "\(line) -", GeneratedFiles())
      #expect(Set(words).subtracting(["--"]) == options)
    }
  }

  @Test(.enabled(if: Shell.fish.isInstalled, "fish is not installed"))
  func `fish completes the help's`() throws {
    let files = try GeneratedFiles()
    for (line, options) in helps {
      // Long ones only behind two dashes.
      let words = try ["-", "--"].flatMap { try Shell.fish.completions(of: "\(line) \($0)", files) }
      #expect(Set(words).subtracting(["--"]) == options)
    }
  }

  /// What is typed into zsh shows one completion only, so its own list is taken from the script.
  @Test func `zsh completes the help's`() throws {
    let text = ZshCompletion(try GeneratedFiles().command).text
    let told = text.matches(of: /\n +'(?:\([^)]*\))?\*?(-[-a-zA-Z0-9]+)=?\[/).map { String($0.1) }
    #expect(told.sorted() == names)
  }

  @Test func `every type that is completed is one`() {
    #expect(Kind.words.allSatisfy { !Kind.named($0).isEmpty })
    #expect(Set(Kind.words).isSuperset(of: Kind.all.map(\.row.name.description)))
  }
}
