import Foundation
import IPCFiltering
import Testing

@testable import ipcdump

@Suite("The grammar of --where")
struct WhereGrammarTests {
  /// What a rule consists of.
  private indirect enum Part: Sendable {
    case word(String)
    case rule(String)
    case sequence([Part])
    case choice([Part])
    case optional(Part)
    case repeated(Part)
  }

  /// Reads the notation: quoted words, `|`, `[ ]`, `{ }`, `( )`.
  private struct Notation {
    var tokens: [String]

    init(_ text: Substring) {
      tokens = text.matches(of: /"[^"]*"|[a-z]+|[|\[\]{}()]/).map { String($0.output) }.reversed()
    }

    mutating func choice(until end: String? = nil) -> Part {
      var choices: [Part] = [], sequence: [Part] = []
      while let token = tokens.popLast(), token != end {
        switch token {
        case "|":
          choices.append(.sequence(sequence))
          sequence = []
        case "[": sequence.append(.optional(choice(until: "]")))
        case "{": sequence.append(.repeated(choice(until: "}")))
        case "(": sequence.append(choice(until: ")"))
        default:
          sequence.append(token.hasPrefix("\"") ? .word(String(token.dropFirst().dropLast())) : .rule(token))
        }
      }
      choices.append(.sequence(sequence))
      return choices.count == 1 ? choices[0] : .choice(choices)
    }
  }

  private static let rules: [String: Part] = {
    var rules: [String: Part] = [:]
    for line in WhereExpression.grammar.split(separator: "\n") {
      let sides = line.split(separator: "=", maxSplits: 1)
      var notation = Notation(sides[1])
      rules[sides[0].trimmingCharacters(in: .whitespaces)] = notation.choice()
    }
    return rules
  }()

  /// A sentence of a rule, with `field` for any field.
  private static func sentence(_ part: Part, depth: Int, _ random: inout some RandomNumberGenerator)
    -> [String]
  {
    switch part {
    case .word(let word): return [Bool.random(using: &random) ? word : word.uppercased()]
    case .rule("field"): return ["field"]
    case .rule("value"):
      return [["7", "'8'", "\"9\"", "0x1f", "4k"].randomElement(using: &random) ?? "7"]
    case .rule(let name):
      guard let rule = rules[name] else {
        Issue.record("there is no rule \(name)")
        return []
      }
      return sentence(rule, depth: depth - 1, &random)
    case .sequence(let parts): return parts.flatMap { sentence($0, depth: depth, &random) }
    // Deep down, the last choice leads out.
    case .choice(let parts):
      let part = depth > 0 ? parts.randomElement(using: &random) : parts.last
      return part.map { sentence($0, depth: depth, &random) } ?? []
    case .optional(let part):
      return Bool.random(using: &random) ? sentence(part, depth: depth, &random) : []
    case .repeated(let part):
      return (0..<(depth > 0 ? Int.random(in: 0...2, using: &random) : 0)).flatMap { _ in
        sentence(part, depth: depth, &random)
      }
    }
  }

  @Test func `is what is read, with spaces between its words or without`() throws {
    #expect(Set(Self.rules.keys) == ["expression", "term", "factor", "comparison", "list", "operator"])
    var random = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      var words = Self.sentence(.rule("expression"), depth: 12, &random)
      for index in words.indices where words[index] == "field" {
        // Only numbers have an order, only texts are searched.
        let next = index + 1 < words.count ? words[index + 1] : ""
        words[index] = ["<", "<=", ">", ">="].contains(next) ? "count" : "name"
      }
      #expect(throws: Never.self, "\(words)") { try WhereExpression(words.joined(separator: " ")) }
      // Only words have to be kept apart from words.
      var dense = ""
      for word in words {
        let isWord = { (character: Character?) in character.map { $0.isLetter || $0.isNumber } ?? false }
        dense += (isWord(dense.last) && isWord(word.first) ? " " : "") + word
      }
      #expect(throws: Never.self, "\(dense)") { try WhereExpression(dense) }
    }
  }

  @Test func `stands in the documentation, with all words that are no keys of JSON`() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let page = try String(contentsOf: root.appending(path: "docs/where.md"), encoding: .utf8)
    #expect(page.contains("```\n\(WhereExpression.grammar)\n```"))
    for word in [
      "pid", "tid", "comm", "port", "addr", "path", "inode", "count", "delay", "content", "self", "fd",
      "ns_pid", "user", "container", "cgroup", "unit", "pod", "exe", "args", "cwd", "inferred", "delivered",
      "truncated", "channel_type", "protocol", "method", "duration",
    ] {
      #expect(WhereExpression.fieldNames.contains(word) && page.contains("`\(word)`"), "\(word)")
    }
    #expect(WhereHelp.text.contains(WhereExpression.grammar.split(separator: "\n")[0]))
  }
}
