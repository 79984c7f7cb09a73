import IPCModel

@testable import IPCProtocols

/// What two ends say to each other, to be sent in one way or another.
struct Dialogue {
  private(set) var turns: [(isAsk: Bool, bytes: [UInt8])] = []
  var channel = Script.Channel.socket
  var path = "<anonymous>"
  var rules: [ProtocolRule] = []

  init(_ channel: Script.Channel = .socket, path: String = "<anonymous>", rules: [ProtocolRule] = []) {
    self.channel = channel
    self.path = path
    self.rules = rules
  }

  mutating func ask(_ bytes: [UInt8]) { turns.append((true, bytes)) }
  mutating func ask(_ text: String) { ask(Array(text.utf8)) }
  mutating func answer(_ bytes: [UInt8]) { turns.append((false, bytes)) }
  mutating func answer(_ text: String) { answer(Array(text.utf8)) }

  func asking(_ bytes: [UInt8]) -> Dialogue {
    var copy = self
    copy.ask(bytes)
    return copy
  }
  func asking(_ text: String) -> Dialogue { asking(Array(text.utf8)) }
  func answering(_ bytes: [UInt8]) -> Dialogue {
    var copy = self
    copy.answer(bytes)
    return copy
  }
  func answering(_ text: String) -> Dialogue { answering(Array(text.utf8)) }

  /// What is said of it if each turn is one transfer.
  func lines() -> [String] { Self.lines(turns.map { ($0.isAsk, [$0.bytes]) }, self) }

  /// What is said of it if each byte is a transfer.
  func linesOfBytes() -> [String] { Self.lines(turns.map { ($0.isAsk, $0.bytes.map { [$0] }) }, self) }

  /// What is said of it if turns of one side that follow each other are one transfer.
  func linesCoalesced() -> [String] {
    var merged: [(Bool, [[UInt8]])] = []
    for turn in turns {
      if let last = merged.last, last.0 == turn.isAsk {
        merged[merged.count - 1].1[0] += turn.bytes
      } else {
        merged.append((turn.isAsk, [turn.bytes]))
      }
    }
    return Self.lines(merged, self)
  }

  /// What is said if the first turns were not seen.
  func lines(from first: Int) -> [String] {
    Self.lines(turns.dropFirst(first).map { ($0.isAsk, [$0.bytes]) }, self)
  }

  /// Damages it at random places and sends it in random pieces, with losses: what is said must not take more than was sent.
  ///
  /// - Returns: Bytes that were sent, bytes that were told, and calls that were told more often than they were asked.
  func damaged(seed: UInt64) -> (sent: UInt64, told: UInt64) {
    var random = Randomness(seed)
    let script = Script(channel, rules: rules, path: path)
    var sent: UInt64 = 0
    for turn in turns {
      var bytes = turn.bytes
      for _ in 0..<random.below(4) where !bytes.isEmpty {
        let place = random.below(bytes.count)
        switch random.below(5) {
        case 0: bytes[place] ^= 1 << UInt8(random.below(8))
        case 1: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF, 0x0A][random.below(6)]
        case 2: bytes.remove(at: place)
        case 3: bytes.insert(UInt8(random.below(256)), at: place)
        default: bytes.removeLast(random.below(bytes.count))
        }
      }
      var start = 0
      while start < bytes.count {
        let end = min(bytes.count, start + 1 + random.below(random.below(4) == 0 ? 3 : bytes.count))
        let lost = random.below(24) == 0 ? random.below(300) : 0
        if turn.isAsk {
          script.ask(Array(bytes[start..<end]), lost: lost)
        } else {
          script.answer(Array(bytes[start..<end]), lost: lost)
        }
        sent += UInt64(end - start + lost)
        start = end
      }
      if random.below(16) == 0 { script.lose() }
    }
    let lines = script.told() + script.end()
    return (sent, lines.reduce(0) { $0 + Self.count(in: $1) })
  }

  private static func count(in line: String) -> UInt64 {
    guard !line.hasPrefix("call") else { return 0 }
    // The last word of digits only is the number of bytes.
    let plain = line.split(separator: "(").first ?? ""
    return plain.split(separator: " ").last { $0.allSatisfy(\.isNumber) }.flatMap { UInt64($0) } ?? 0
  }

  private static func lines(_ turns: [(Bool, [[UInt8]])], _ dialogue: Dialogue) -> [String] {
    let script = Script(dialogue.channel, rules: dialogue.rules, path: dialogue.path)
    for (isAsk, pieces) in turns {
      for piece in pieces { isAsk ? script.ask(piece) : script.answer(piece) }
    }
    return (script.told() + script.end()).map(withoutDuration)
  }

  /// A call's line without how long it took, which depends on the number of pieces.
  private static func withoutDuration(_ line: String) -> String {
    guard line.hasPrefix("call"), line.hasSuffix("ns"), let space = line.lastIndex(of: " ") else {
      return line
    }
    return String(line[..<space])
  }
}

/// Numbers that are the same in each run (SplitMix64).
struct Randomness {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func below(_ limit: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((value ^ (value >> 31)) % UInt64(max(limit, 1)))
  }
}

/// Numbers as protocols have them.
extension [UInt8] {
  static func big16(_ number: Int) -> [UInt8] { [UInt8(number >> 8 & 255), UInt8(number & 255)] }
  static func big24(_ number: Int) -> [UInt8] { [UInt8(number >> 16 & 255)] + big16(number & 0xFFFF) }
  static func big32(_ number: Int) -> [UInt8] { big16(number >> 16 & 0xFFFF) + big16(number & 0xFFFF) }
  static func little16(_ number: Int) -> [UInt8] { big16(number).reversed() }
  static func little24(_ number: Int) -> [UInt8] { big24(number).reversed() }
  static func little32(_ number: Int) -> [UInt8] { big32(number).reversed() }
  static func text(_ text: String) -> [UInt8] { Array(text.utf8) }
  static func zero(_ text: String) -> [UInt8] { Array(text.utf8) + [0] }
}
