import ArgumentParser
import IPCModel

/// Types separated by commas, by name or alias; `all` and `a` mean every one.
struct KindList {
  let kinds: [Kind]

  /// Parses an option's value.
  init(_ argument: String) throws {
    kinds = try argument.split(separator: ",", omittingEmptySubsequences: false).flatMap { word in
      let found = Kind.named(word)
      guard !found.isEmpty else {
        throw ValidationError("'\(word)' is no type; --list-types tells which there are")
      }
      return found
    }
  }
}

extension Kind {
  /// The kinds that a word of `-t` means; none if it means nothing.
  static func named(_ word: some StringProtocol) -> [Kind] {
    if word == "all" || word == "a" { return Kind.all }
    return Kind.all.filter { $0.row.name.description == word || $0.row.aliases.contains(String(word)) }
  }

  /// Words of `-t` that shells complete; whoever knows the short ones types them faster.
  static var words: [String] {
    var words = ["all"]
    for row in Kind.all.map(\.row) {
      for word in [row.name.description] + row.aliases where word.count > 2 && !words.contains(word) {
        words.append(word)
      }
    }
    return words
  }
}
