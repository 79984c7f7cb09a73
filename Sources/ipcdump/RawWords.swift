/// The words before `--` of a command line, for options that are looked for before it is known what options there are: the value
/// of one is the next word, or stands behind a `=`.
struct RawWords {
  private let words: [String]

  /// Takes the words behind the command's name.
  init(_ arguments: some Collection<String>) { words = Array(arguments.prefix { $0 != "--" }) }

  private func place(of option: String) -> Int? {
    words.firstIndex { $0 == option || $0.hasPrefix("\(option)=") }
  }

  /// Whether an option is given.
  func has(_ option: String) -> Bool { place(of: option) != nil }

  /// The value of an option; nil if it is not given, or is the last word.
  func value(of option: String) -> String? {
    guard let place = place(of: option) else { return nil }
    if words[place] != option { return String(words[place].dropFirst(option.count + 1)) }
    return place + 1 < words.count ? words[place + 1] : nil
  }
}
