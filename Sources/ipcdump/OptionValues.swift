import ArgumentParser
import IPCCapture
import IPCFormats
import IPCModel
import PlainText

/// Types separated by commas, by name or alias; `all` and `a` mean every one.
struct KindList {
  let kinds: [Kind]

  /// Parses an option's value.
  init(_ argument: String) throws {
    kinds = try argument.split(separator: ",", omittingEmptySubsequences: false).flatMap { word in
      let found = Kind.named(word)
      guard !found.isEmpty else {
        throw ValidationError(
          "'\(word)' is no type" + (Kind.suggestion(for: word) ?? ";")
            + " types are all, \(Kind.names.joined(separator: ", ")) (--list-types tells more)")
      }
      return found
    }
  }
}

extension Kind {
  /// The kinds that a word of `-t` means; none if it means nothing.
  static func named(_ word: some StringProtocol) -> [Kind] {
    if word == "all" || word == "a" { return Kind.usual }
    return Kind.all.filter { $0.row.name.description == word || $0.row.aliases.contains(String(word)) }
  }

  /// What was most likely meant by a word that means nothing, as a part of a sentence; nil if nothing is near.
  static func suggestion(for word: some StringProtocol) -> String? {
    Spelling.nearest(to: word, among: words).map { "; did you mean \($0)?" }
  }

  /// Names of every kind.
  static var names: [String] { all.map(\.row.name.description) }

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

/// Process ids separated by commas, each decimal or, as the original took them, hexadecimal (`0x`).
struct PidList {
  let pids: [Int32]

  /// Parses an option's value.
  ///
  /// - Parameter nameOption: Option that takes names in the place of pids.
  init(_ argument: String, nameOption: String = "-P") throws {
    // Blanks too, so that -p "$(pidof server)" works.
    let words = argument.split(omittingEmptySubsequences: false) { $0 == "," || $0.isWhitespace }
    pids = try words.map { word in
      let number = word.hasPrefix("0x") ? Int32(word.dropFirst(2), radix: 16) : Int32(word)
      guard let number, number > 0 else {
        // As lines of text show a process.
        let number = word.prefix { $0.isASCII && $0.isNumber }
        let advice =
          !number.isEmpty && word.dropFirst(number.count).hasPrefix("(")
          ? "did you mean \(number)?"
          : word.first?.isLetter == true
            ? "did you mean \(nameOption) \(word)?" : "give positive numbers, separated by commas"
        throw ValidationError("'\(word)' is no process id; \(advice)")
      }
      return number
    }
  }
}

/// Details of `--with`, separated by commas.
struct DetailList {
  /// Those of both ends.
  private(set) var details: EndDetails = []
  /// Whether the channel's protocol is one of them.
  private(set) var showsProtocol = false

  /// Words that stand for a detail each.
  static let words = EndDetails.words.map(\.word) + [protocolWord]
  private static let protocolWord = "protocol"

  /// Parses an option's value.
  init(_ argument: String) throws {
    for word in argument.split(separator: ",", omittingEmptySubsequences: false) {
      if let known = EndDetails.words.first(where: { $0.word == word }) {
        details.insert(known.detail)
      } else if word == Self.protocolWord {
        showsProtocol = true
      } else {
        throw ValidationError(
          "'\(word)' is nothing that --with shows; it takes \(Self.words.joined(separator: ", "))")
      }
    }
  }
}

/// A number of bytes, as `65536`, `64k`, `16M` or `1G`.
struct ByteSize: ExpressibleByArgument, Equatable {
  let bytes: Int

  init(bytes: Int) { self.bytes = bytes }

  init?(argument: String) {
    let shifts: [Character: Int] = ["k": 10, "K": 10, "m": 20, "M": 20, "g": 30, "G": 30]
    let shift = argument.last.flatMap { shifts[$0] }
    let digits = shift == nil ? argument[...] : argument.dropLast()
    guard !digits.isEmpty, digits.allSatisfy(\.isASCII), digits.allSatisfy(\.isNumber),
      let number = Int(digits), number <= Int.max >> (shift ?? 0)
    else { return nil }
    bytes = number << (shift ?? 0)
  }
}

extension DissectionRule {
  /// Parses a value of `--dissect`: what stands before the last `=` is a port, a word of `-t`, or the path or name of a
  /// channel.
  init(argument: String) throws {
    let cut = argument.lastIndex(of: "=")
    let name = cut.map { argument[argument.index(after: $0)...] } ?? argument[...]
    let channels = try Self.channels(cut.map { argument[..<$0] })
    guard Self.isName(name) else {
      throw ValidationError("'\(name)' is no name of a protocol; write it as in 80=http")
    }
    guard let rule = DissectionRule(channels, protocol: String(name)) else {
      let nearest = Spelling.nearest(to: name, among: ProtocolNames.all)
      throw ValidationError(
        "no protocol is called '\(name)'" + (nearest.map { "; did you mean \($0)?" } ?? ";")
          + " a dissector of your own is written +\(name)")
    }
    self = rule
  }

  /// Whether a dissector can be called so: Wireshark's names are made of these (proto_register_protocol, epan/proto.c).
  private static func isName(_ word: Substring) -> Bool {
    let name = word.hasPrefix("+") ? word.dropFirst() : word
    let isPlain = name.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || "-_.".contains($0)) }
    return isPlain && !name.isEmpty && name.utf8.count <= 100
  }

  private static func channels(_ word: Substring?) throws -> Channels {
    guard let word else { return .all }
    guard !word.isEmpty else { throw ValidationError("no channel stands before the = of --dissect") }
    if word.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) {
      guard let port = UInt16(word), port > 0 else {
        throw ValidationError("'\(word)' is no port; ports are numbers from 1 to 65535")
      }
      return .port(port)
    }
    let kinds = Kind.named(word)
    if kinds == Kind.usual { return .all }
    if !kinds.isEmpty {
      guard kinds.contains(where: \.row.carriesBytes) else {
        throw ValidationError("'\(word)' has no contents that could be of a protocol")
      }
      return .kinds(Set(kinds))
    }
    guard word.hasPrefix("@") || word.contains("/") else {
      throw ValidationError(
        "'\(word)' is no port, no type and no path" + (Kind.suggestion(for: word) ?? ";")
          + " a path is written ./\(word)")
    }
    return .named(Array(word.utf8))
  }
}

/// Output of `--list-types`.
enum TypeList {
  static func print() {
    let others = Kind.all.filter { !$0.row.isUsual }.map(\.row.name.description)
    Swift.print(
      "all (a): every type below" + (others.isEmpty ? "" : " but \(others.joined(separator: " and "))"))
    for kind in Kind.all {
      Swift.print("\(kind.row.name) (\(kind.row.aliases.joined(separator: ", "))): \(kind.row.summary)")
    }
  }
}

/// A length of time: `5`, `5s`, `500ms`, `2m`, `0.5`.
struct TimeSpan: ExpressibleByArgument, Equatable {
  let nanoseconds: UInt64

  init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

  init?(argument: String) {
    let units: [(String, Double)] = [("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9)]
    let unit = units.first { argument.hasSuffix($0.0) }
    let digits = argument.dropLast(unit?.0.count ?? 0)
    guard digits.first?.isNumber == true, digits.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }),
      let number = Double(digits), number > 0
    else { return nil }
    let nanoseconds = number * (unit?.1 ?? 1e9)
    guard nanoseconds >= 1e6, nanoseconds < 1e18 else { return nil }
    self.nanoseconds = UInt64(nanoseconds)
  }
}
