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
}
