import CommandDescription
import Glibc
import IPCModel
import IPCTracing
import PlainText

/// Options in a file (`--config`), in TOML: their long names without dashes, and their values.
struct ConfigFile {
  /// The option that names it.
  static let option = "--config"

  private let path: String
  private let entries: [TOMLEntry]

  /// Options that make no sense in a file.
  private static let excluded: Set = [option, "--help", "--version", "--info", "--json", "--list-types"]

  /// Reads a file.
  ///
  /// - Parameter path: The file.
  /// - Throws: ``Failure`` that says what is wrong, and where.
  init(path: String) throws(Failure) {
    self.path = path
    let bytes = try Self.bytes(of: path)
    do throws(TOMLError) {
      entries = try TOMLEntry.entries(of: bytes)
    } catch {
      throw Self.failure(error.message, at: error.place, of: path)
    }
  }

  /// Longest file that is read; nobody needs as much.
  private static let longest = 1 << 20

  private static func bytes(of path: String) throws(Failure) -> [UInt8] {
    guard let bytes = bytesOfSmallFile(path, limit: longest + 1) else {
      throw Failure(
        .usage, "cannot read \(path)", errno: errno, advice: "\(option) takes a file with options, in TOML")
    }
    guard bytes.count <= longest else {
      throw Failure(.usage, "\(path) is too long to be a file with options")
    }
    return bytes
  }

  // MARK: - As words

  /// The options as they would be typed.
  ///
  /// - Parameter description: Options that there are.
  /// - Throws: ``Failure`` about a key that is none, or a value that it cannot have.
  func words(_ description: CommandDescription) throws(Failure) -> [String] {
    var words: [String] = []
    for entry in entries { words += try self.words(of: entry, description) }
    return words
  }

  private func words(of entry: TOMLEntry, _ description: CommandDescription) throws(Failure) -> [String] {
    let name = "--\(entry.key)"
    guard let option = description.option(named: name) else { throw unknown(entry, description) }
    if Self.excluded.contains(name) {
      throw failure("\(name) belongs on the command line", at: entry.place)
    }
    guard option.takesValue else {
      guard !entry.isArray, case .flag(let isSet)? = entry.items.first?.value else {
        throw failure("\(entry.key) is true or false", at: entry.items.first?.place ?? entry.place)
      }
      return isSet ? [name] : []
    }
    guard option.isRepeating || entry.items.count == 1 else {
      throw failure("\(entry.key) takes one value", at: entry.items.dropFirst().first?.place ?? entry.place)
    }
    var words: [String] = []
    for item in entry.items {
      guard let word = item.value.word else {
        throw failure("\(entry.key) takes a text or a number, and not true or false", at: item.place)
      }
      words.append("\(name)=\(word)")
    }
    return words
  }

  private func unknown(_ entry: TOMLEntry, _ description: CommandDescription) -> Failure {
    let names = description.optionNames.filter { $0.hasPrefix("--") }.map { String($0.dropFirst(2)) }
    // A letter is known by those who type, and stands for a word here.
    let long = description.option(named: "-\(entry.key)")?.names.first { $0.hasPrefix("--") }
    let nearest = long.map { String($0.dropFirst(2)) } ?? Spelling.nearest(to: entry.key, among: names)
    return failure(
      "there is no option \(entry.key)" + (nearest.map { "; did you mean \($0)?" } ?? "; see ipcdump --help"),
      at: entry.place)
  }

  // MARK: - What is wrong

  /// A failure that the parser of words has found, with its place if it is about a value of this file.
  ///
  /// - Parameter failure: What it says begins with the option and its value.
  func locating(_ failure: Failure) -> Failure {
    for entry in entries {
      for item in entry.items {
        guard let word = item.value.word, failure.message.hasPrefix("--\(entry.key) \(word): ") else {
          continue
        }
        return self.failure(failure.message, at: item.place)
      }
    }
    return Failure(failure.cause, "with the options of \(path): \(failure.message)", advice: failure.advice)
  }

  private func failure(_ message: String, at place: TOMLPlace) -> Failure {
    Self.failure(message, at: place, of: path)
  }

  private static func failure(_ message: String, at place: TOMLPlace, of path: String) -> Failure {
    Failure(.usage, "\(path):\(place.line):\(place.column): \(message)")
  }
}

extension TOMLValue {
  /// As an option's value is typed; nil if it is none.
  fileprivate var word: String? {
    switch self {
    case .text(let text), .number(let text): text
    case .flag: nil
    }
  }
}
