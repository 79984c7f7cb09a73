import ArgumentParser

extension ParsableArguments {
  /// What is wrong with a command line; nil if nothing is.
  static func complaint(_ words: [String]) -> String? {
    do {
      _ = try parse(words)
      return nil
    } catch {
      return message(for: error)
    }
  }
}
