import ArgumentParser
import IPCCapture
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

/// Process ids separated by commas, each decimal or, as the original took them, hexadecimal (`0x`).
struct PidList {
  let pids: [Int32]

  /// Parses an option's value.
  init(_ argument: String) throws {
    // Blanks too, so that -p "$(pidof server)" works.
    let words = argument.split(omittingEmptySubsequences: false) { $0 == "," || $0.isWhitespace }
    pids = try words.map { word in
      let number = word.hasPrefix("0x") ? Int32(word.dropFirst(2), radix: 16) : Int32(word)
      guard let number, number > 0 else {
        throw ValidationError("'\(word)' is no process id; give positive numbers, separated by commas")
      }
      return number
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
  /// Parses a value of `--dissect`: what stands before the last `=` is a port, a type, or the path or name of a channel.
  init(argument: String) throws {
    let cut = argument.lastIndex(of: "=")
    let name = cut.map { argument[argument.index(after: $0)...] } ?? argument[...]
    // Wireshark's names are made of these (proto_register_protocol, epan/proto.c).
    let isName = name.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || "-_.".contains($0)) }
    guard !name.isEmpty, name.utf8.count <= 100, isName else {
      throw ValidationError(
        "'\(name)' is no name of a protocol; 'tshark -G protocols' tells them, in its third column")
    }
    self.init(try Self.channels(cut.map { argument[..<$0] }), dissector: String(name))
  }

  private static func channels(_ word: Substring?) throws -> Channels {
    guard let word else { return .all }
    if let port = UInt16(word) { return .port(port) }
    if let kind = Kind.all.first(where: { "\($0.row.name)" == word }) { return .kind(kind) }
    guard !word.isEmpty else { throw ValidationError("no channel stands before the = of --dissect") }
    return .named(Array(word.utf8))
  }
}

/// Output of `--list-types`.
enum TypeList {
  static func print() {
    Swift.print("all (a): every type below")
    for kind in Kind.all {
      Swift.print("\(kind.row.name) (\(kind.row.aliases.joined(separator: ", "))): \(kind.row.summary)")
    }
  }
}
