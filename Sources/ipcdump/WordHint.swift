import Glibc
import IPCModel
import IPCSession
import PlainText

/// What somebody has most likely meant by a word that is neither an option nor the value of one.
///
/// Other programs take such words: a command to run, a pid, filter expressions as tcpdump's.
struct WordHint {
  private let word: String
  private let before: [String]
  private let after: [String]
  private let words: CommandWords
  /// Whether events can be chosen by expressions.
  private let hasExpressions: Bool

  /// Prepares for a word of a command line, and ipcdump's own words around it.
  init(
    _ word: String, before: [String], after: [String], of words: CommandWords, hasExpressions: Bool
  ) {
    self.hasExpressions = hasExpressions
    self.word = word
    self.before = before
    self.after = after
    self.words = words
  }

  /// The sentence that says so.
  var sentence: String {
    if let subcommand = words.subcommand { return "'\(word)' is one word too many for ipcdump \(subcommand)" }
    if let filterSentence { return filterSentence }
    let shown = suggestions.prefix(Self.mostSuggestions)
    guard !shown.isEmpty else {
      return
        "'\(word)' is no option, and a command stands behind --, as in ipcdump -- \(line([word] + after))"
    }
    return "'\(word)' is no option; did you mean \(shown.joined(separator: ", or "))?"
  }

  private static let mostSuggestions = 3

  /// What can be typed in the place of the word, the most likely first.
  private var suggestions: [String] {
    if word == "-" { return ["-r -"] }
    var found: [String] = []
    if IPCDump.subcommandNames.contains(word) {
      found.append("ipcdump \(line([word] + before + after))")
    }
    if isCommand { found.append("-- \(line([word] + after))") }
    if Self.plainOptions.contains(word) { found.append("--\(word)") }
    if !Kind.named(word).isEmpty { found.append("-t \(word)") }
    if OutputOptions.Format(rawValue: word) != nil { found.append("-f \(word)") }
    if isProcess { found.append("-p \(word)") }
    if isCapture { found.append("-r \(line([word]))") }
    if ProcessTable.names().contains(Comm(word)) { found.append("-P \(line([word]))") }
    return found
  }

  /// Options that ask for something to be shown, which are subcommands of other programs.
  private static let plainOptions: Set = ["help", "version", "info", "summary", "list-types"]

  // MARK: - Filters of tcpdump

  /// Words that such a filter begins with.
  private static let filterWords: Set = ["port", "portrange", "host", "net", "src", "dst", "tcp", "udp"]

  private var filterSentence: String? {
    guard words.rest.isEmpty, Self.filterWords.contains(word), !isCommand else { return nil }
    let filter = ([word] + after).prefix { !$0.hasPrefix("-") }
    let type = ["tcp", "udp"].first { filter.contains($0) }.map { "loopback-\($0)" } ?? "loopback"
    let ports = zip(filter, filter.dropFirst()).filter { $0.0 == "port" }.compactMap { UInt16($0.1) }
    let isBare = filter.count == 1 && type != "loopback"
    if isBare { return "'\(word)' is no option; did you mean -t \(type)?" }
    let choice =
      ports.first.map { port in
        let end = ["src", "dst"].first { filter.contains($0) }
        if hasExpressions {
          return ", and a port with --where '\(end.map { "\($0)_" } ?? "")port == \(port)'"
        }
        let condition =
          end.map { ".meta.\($0)_port == \(port)" } ?? "[.meta.src_port, .meta.dst_port] | index(\(port))"
        return ", and a port from its output: -f json | jq 'select(\(condition))'"
      } ?? ""
    return
      "'\(filter.joined(separator: " "))' is a filter of tcpdump, and ipcdump takes options; TCP and UDP within the host are chosen with -t \(type)\(choice)"
  }

  // MARK: - What the word names

  /// Whether a shell would run it, and no other command is there.
  var isCommand: Bool {
    if !words.rest.isEmpty { return false }
    if word.contains("/") { return Self.isExecutable(word) }
    let path = getenv("PATH").map { String(cString: $0) } ?? ""
    return path.split(separator: ":").contains { Self.isExecutable("\($0)/\(word)") }
  }

  private static func isExecutable(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
  }

  private var isProcess: Bool {
    guard let pid = (try? PidList(word))?.pids.first else { return false }
    return ProcessTable.standing(of: pid) != .absent
  }

  /// Whether it is a file that begins as pcapng does.
  private var isCapture: Bool {
    // To open a device may do something.
    var status = stat()
    guard stat(word, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
    let file = open(word, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { return false }
    defer { close(file) }
    // The type of a section header block, the same in both byte orders.
    let start: [UInt8] = [0x0A, 0x0D, 0x0D, 0x0A]
    var bytes = [UInt8](repeating: 0, count: start.count)
    return read(file, &bytes, bytes.count) == bytes.count && bytes == start
  }

  /// Words as a shell takes them, of many the first ones.
  private func line(_ words: [String]) -> String {
    let most = 8
    let shown = words.prefix(most).map(Self.quoted)
    return (shown + (words.count > most ? ["..."] : [])).joined(separator: " ")
  }

  private static func quoted(_ word: String) -> String {
    let isPlain = word.allSatisfy { $0.isLetter || $0.isNumber || "-_./=:,@%+".contains($0) }
    return isPlain && !word.isEmpty ? word : "'\(word.with(#"'\''"#, for: "'"))'"
  }
}
