import ArgumentParser

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
