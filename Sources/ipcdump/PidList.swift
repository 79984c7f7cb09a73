import ArgumentParser

/// Process ids separated by commas, each decimal or, as the original took them, hexadecimal (`0x`).
struct PidList: ExpressibleByArgument {
  let pids: [Int32]

  init?(argument: String) {
    var pids: [Int32] = []
    for word in argument.split(separator: ",", omittingEmptySubsequences: false) {
      let number = word.hasPrefix("0x") ? Int32(word.dropFirst(2), radix: 16) : Int32(word)
      guard let number, number > 0 else { return nil }
      pids.append(number)
    }
    self.pids = pids
  }
}
