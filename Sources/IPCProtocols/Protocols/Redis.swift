import IPCModel

/// Redis and its like (redis.io/docs/latest/develop/reference/protocol-spec): RESP2 and RESP3.
extension ProtocolDefinition {
  static let redis = ProtocolDefinition(
    name: "redis", words: ["redis", "resp", "valkey"],
    recognise: Redis.recognise, makeDecoder: { _ in RedisDecoder() })
}

private enum Redis {
  /// Says whether bytes begin a command as clients send it, or, where Redis is known to be, anything else of it.
  static func recognise(_ bytes: UnsafeRawBufferPointer, _ hints: ChannelHints) -> Recognition {
    if bytes[0] == UInt8(ascii: "*") {
      let array = command(bytes)
      if array != .no || !hints.isNext { return array }
    }
    guard hints.isNext || hints.isAt(6379) || hints.isAt("redis.sock") || hints.isAt("redis-server.sock")
    else { return .no }
    guard let end = bytes.prefix(512).firstIndex(of: 0x0A) else {
      return bytes.count < 512 ? .undecided : .no
    }
    guard end >= 2, bytes[end - 1] == 0x0D else { return .no }
    let line = UnsafeRawBufferPointer(rebasing: bytes[1..<(end - 1)])
    switch bytes[0] {
    case UInt8(ascii: "*"), UInt8(ascii: "$"), UInt8(ascii: ":"), UInt8(ascii: "%"), UInt8(ascii: "~"),
      UInt8(ascii: ">"):
      return line.count < 20 && Int64(String(decoding: line, as: UTF8.self)) != nil ? .certain : .no
    case UInt8(ascii: "+"), UInt8(ascii: "-"): return line.first?.isLetter ?? false ? .certain : .no
    default:
      // A command that was typed.
      return !hints.isNext && line.allSatisfy { (0x20..<0x7F).contains($0) } && bytes[0].isLetter
        ? .certain : .no
    }
  }

  /// Says whether bytes begin an array of strings, the first of which is a word.
  private static func command(_ bytes: UnsafeRawBufferPointer) -> Recognition {
    var offset = 1
    var numbers: [Int] = []
    for mark in [UInt8(ascii: "$"), 0] {
      let digits = bytes[offset...].prefix { $0.isDigit }
      guard digits.count <= 7 else { return .no }
      offset = digits.endIndex
      for wanted in [0x0D, 0x0A, mark] where wanted != 0 {
        guard offset < bytes.count else { return .undecided }
        guard bytes[offset] == wanted else { return .no }
        offset += 1
      }
      guard let number = Int(String(decoding: digits, as: UTF8.self)), number > 0 else { return .no }
      numbers.append(number)
    }
    guard numbers[1] <= 32 else { return .no }
    let word = bytes[offset...].prefix(numbers[1])
    guard word.allSatisfy({ $0.isLetter || $0.isDigit || $0 == 0x2E || $0 == 0x5F || $0 == 0x2D }),
      word.first?.isLetter ?? true
    else { return .no }
    return word.count < numbers[1] ? .undecided : .certain
  }
}

extension UInt8 {
  /// Whether it is a letter of ASCII.
  var isLetter: Bool { (0x61...0x7A).contains(self | 0x20) }

  /// A letter of ASCII in upper case, anything else as it is.
  var uppercased: UInt8 { (0x61...0x7A).contains(self) ? self & 0xDF : self }
}

/// Which of its arguments a command is about.
enum RedisCommand {
  /// Arguments of a command that are looked at, itself included.
  static let wordLimit = 24

  /// The name, of two words where the first alone only says what it is about.
  static func name(_ arguments: [[UInt8]]) -> [UInt8] {
    guard let first = arguments.first else { return [] }
    let name = first.prefix(64).map(\.uppercased)
    guard arguments.count > 1, containers.contains(String(decoding: name, as: UTF8.self)) else { return name }
    return name + [0x20] + arguments[1].prefix(64).map(\.uppercased)
  }

  /// The first key or channel; nil if it has none.
  static func target(_ name: [UInt8], _ arguments: [[UInt8]]) -> [UInt8]? {
    let name = String(decoding: name, as: UTF8.self)
    if let position = positions[name] {
      guard position > 0, position < arguments.count else { return nil }
      // Commands of scripts and of sets say how many keys follow.
      if counted.contains(name), arguments[position - 1].elementsEqual("0".utf8) { return nil }
      return arguments[position]
    }
    if name == "XREAD" || name == "XREADGROUP" {
      let streams = arguments.firstIndex { $0.map(\.uppercased).elementsEqual("STREAMS".utf8) }
      guard let streams, streams + 1 < arguments.count else { return nil }
      return arguments[streams + 1]
    }
    let isContained = name.contains(" ")
    if isContained || keyless.contains(name) || arguments.count < 2 { return nil }
    return arguments[1]
  }

  private static let containers: Set<String> = [
    "ACL", "CLIENT", "CLUSTER", "COMMAND", "CONFIG", "DEBUG", "FUNCTION", "LATENCY", "MEMORY", "MODULE",
    "OBJECT", "PUBSUB", "SCRIPT", "SENTINEL", "SLOWLOG", "XGROUP", "XINFO",
  ]

  /// Where the first key is, if it is not the first argument.
  private static let positions: [String: Int] = [
    "EVAL": 3, "EVALSHA": 3, "EVAL_RO": 3, "EVALSHA_RO": 3, "FCALL": 3, "FCALL_RO": 3, "BITOP": 2,
    "ZUNION": 2, "ZINTER": 2, "ZDIFF": 2, "ZINTERCARD": 2, "SINTERCARD": 2, "LMPOP": 2, "ZMPOP": 2,
    "BLMPOP": 3, "BZMPOP": 3, "MIGRATE": 3, "OBJECT ENCODING": 2, "OBJECT FREQ": 2, "OBJECT IDLETIME": 2,
    "OBJECT REFCOUNT": 2, "MEMORY USAGE": 2, "XGROUP CREATE": 2, "XGROUP CREATECONSUMER": 2,
    "XGROUP DELCONSUMER": 2, "XGROUP DESTROY": 2, "XGROUP SETID": 2, "XINFO STREAM": 2,
    "XINFO GROUPS": 2, "XINFO CONSUMERS": 2, "DEBUG OBJECT": 2, "PUBSUB NUMSUB": 2, "PUBSUB SHARDNUMSUB": 2,
  ]

  /// Commands whose keys have their number before them.
  private static let counted: Set<String> = [
    "EVAL", "EVALSHA", "EVAL_RO", "EVALSHA_RO", "FCALL", "FCALL_RO",
  ]

  private static let keyless: Set<String> = [
    "ASKING", "AUTH", "BGREWRITEAOF", "BGSAVE", "COMMAND", "DBSIZE", "DISCARD", "ECHO", "EXEC", "FAILOVER",
    "FLUSHALL", "FLUSHDB", "HELLO", "INFO", "KEYS", "LASTSAVE", "LOLWUT", "MONITOR", "MULTI", "PING", "PSYNC",
    "QUIT", "RANDOMKEY", "READONLY", "READWRITE", "REPLCONF", "REPLICAOF", "RESET", "ROLE", "SAVE", "SCAN",
    "SELECT", "SHUTDOWN", "SLAVEOF", "SWAPDB", "SYNC", "TIME", "UNWATCH", "WAIT", "WAITAOF",
  ]
}
