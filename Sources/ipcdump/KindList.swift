import ArgumentParser
import IPCModel

/// Types separated by commas, by name or alias; `all` and `a` mean every one.
struct KindList: ExpressibleByArgument {
  let kinds: [Kind]

  init?(argument: String) {
    var kinds: [Kind] = []
    for word in argument.split(separator: ",", omittingEmptySubsequences: false) {
      let found = Kind.named(word)
      if found.isEmpty { return nil }
      kinds += found
    }
    self.kinds = kinds
  }
}

extension Kind {
  /// The kinds that a word of `-t` means; none if it means nothing.
  static func named(_ word: some StringProtocol) -> [Kind] {
    if word == "all" || word == "a" { return Kind.all }
    return Kind.all.filter { $0.row.name.description == word || $0.row.aliases.contains(String(word)) }
  }
}
