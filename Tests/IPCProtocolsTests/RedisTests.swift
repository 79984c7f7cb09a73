import IPCModel
import Testing

@testable import IPCProtocols

@Suite("Redis")
struct RedisTests {
  private func command(_ words: String...) -> String {
    "*\(words.count)\r\n" + words.map { "$\($0.utf8.count)\r\n\($0)\r\n" }.joined()
  }

  @Test func `answers commands in their order`() {
    let dialogue = Dialogue()
      .asking(command("set", "key", "value")).asking(
        command("GET", "key") + command("config", "get", "maxmemory")
      )
      .answering("+OK\r\n$5\r\nval").answering("ue\r\n*2\r\n$9\r\nmaxmemory\r\n$1\r\n0\r\n")
      .asking(command("INCR", "key")).answering("-ERR value is not an integer or out of range\r\n")
    let lines = [
      "request 1>2 redis SET key 33", "request 1>2 redis GET key 22", "request 1>2 redis CONFIG GET 40",
      "response 2>1 redis SET key ok 5", "call SET key ok 33>5", "response 2>1 redis GET key ok 11",
      "call GET key ok 22>11", "response 2>1 redis CONFIG GET ok 26", "call CONFIG GET ok 40>26",
      "request 1>2 redis INCR key 23",
      "response 2>1 redis INCR key error \"ERR value is not an integer or out of range\" 46",
      "call INCR key error \"ERR value is not an integer or out of range\" 23>46",
    ]
    #expect(dialogue.lines() == lines)
    #expect(dialogue.linesOfBytes() == lines)
    #expect(
      dialogue.linesCoalesced().filter { $0.hasPrefix("call") } == lines.filter { $0.hasPrefix("call") })
  }

  @Test func `finds the first key`() {
    let cases: [([String], String)] = [
      (["EVAL", "return 1", "1", "k", "a"], "EVAL k"), (["eval", "return 1", "0"], "EVAL"),
      (["XREAD", "COUNT", "2", "STREAMS", "s", "0"], "XREAD s"),
      (["OBJECT", "encoding", "k"], "OBJECT ENCODING k"),
      (["AUTH", "user", "pass"], "AUTH"), (["BITOP", "AND", "dest", "a"], "BITOP dest"),
      (["ZUNION", "2", "a", "b"], "ZUNION a"),
      (["PUBLISH", "ch", "m"], "PUBLISH ch"), (["FT.SEARCH", "idx", "*"], "FT.SEARCH idx"),
    ]
    for (arguments, words) in cases {
      let bytes = arguments.map { Array($0.utf8) }
      let name = RedisCommand.name(bytes)
      let told = [name, RedisCommand.target(name, bytes)].compactMap { $0 }
      #expect(told.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ") == words)
    }
  }

  @Test func `ends a subscription with its last confirmation, and streams what is published`() {
    let dialogue = Dialogue()
      .asking(command("SUBSCRIBE", "a", "b"))
      .answering("*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n*3\r\n$9\r\nsubscribe\r\n$1\r\nb\r\n:2\r\n")
      .answering("*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$2\r\nhi\r\n")
      .asking(command("UNSUBSCRIBE"))
      .answering(
        "*3\r\n$11\r\nunsubscribe\r\n$1\r\na\r\n:1\r\n*3\r\n$7\r\nmessage\r\n$1\r\nb\r\n$2\r\nhi\r\n"
      )
      .answering("*3\r\n$11\r\nunsubscribe\r\n$1\r\nb\r\n:0\r\n")
      .asking(command("PING")).answering("+PONG\r\n")
    #expect(
      dialogue.lines() == [
        "request 1>2 redis SUBSCRIBE a 33", "stream 2>1 redis SUBSCRIBE a 30",
        "response 2>1 redis SUBSCRIBE b ok 30", "call SUBSCRIBE a ok 33>60",
        "stream 2>1 redis MESSAGE a 32", "request 1>2 redis UNSUBSCRIBE 22",
        "stream 2>1 redis UNSUBSCRIBE a 33", "stream 2>1 redis MESSAGE b 32",
        "response 2>1 redis UNSUBSCRIBE b ok 33", "call UNSUBSCRIBE ok 22>66", "request 1>2 redis PING 14",
        "response 2>1 redis PING ok 7", "call PING ok 14>7",
      ])
    #expect(dialogue.linesOfBytes() == dialogue.lines())
  }

  @Test func `speaks the third version`() {
    let dialogue = Dialogue()
      .asking(command("HELLO", "3"))
      .answering(
        "%2\r\n+server\r\n+redis\r\n+proto\r\n:3\r\n>3\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n_\r\n"
      )
      .asking(command("SMEMBERS", "s") + command("GET", "x") + command("LRANGE", "l", "0", "9"))
      .answering(
        "|1\r\n+ttl\r\n:3\r\n~2\r\n,1.5\r\n#t\r\n!9\r\nERR blob!\r\n*?\r\n=7\r\ntxt:abc\r\n$?\r\n;2\r\nab\r\n;0\r\n.\r\n"
      )
    #expect(
      dialogue.lines().filter { !$0.hasPrefix("request") } == [
        "response 2>1 redis HELLO ok 33", "call HELLO ok 22>33", "stream 2>1 redis INVALIDATE 35",
        "response 2>1 redis SMEMBERS s ok 28", "call SMEMBERS s ok 25>28",
        "response 2>1 redis GET x error \"ERR blob!\" 15", "call GET x error \"ERR blob!\" 20>15",
        "response 2>1 redis LRANGE l ok 36", "call LRANGE l ok 37>36",
      ])
    #expect(dialogue.linesOfBytes() == dialogue.lines())
  }

  @Test func `has nobody answer where replies are off, nor a replica`() {
    let dialogue = Dialogue()
      .asking(command("CLIENT", "REPLY", "SKIP") + command("SET", "a", "1") + command("PING"))
      .answering("+PONG\r\n")
      .asking(command("PSYNC", "?", "-1")).answering("+FULLRESYNC abc 0\r\n")
      .answering(
        "\n$EOF:0123456789012345678901234567890123456789\r\nREDIS01201230123456789012345678901234567890123456789"
      )
      .answering(command("SET", "k", "v")).asking(command("REPLCONF", "ACK", "31"))
    #expect(
      dialogue.lines() == [
        "notification 1>2 redis CLIENT REPLY 37", "notification 1>2 redis SET a 27",
        "request 1>2 redis PING 14",
        "response 2>1 redis PING ok 7", "call PING ok 14>7", "request 1>2 redis PSYNC 30",
        "response 2>1 redis PSYNC ok 19", "call PSYNC ok 30>19", "stream 2>1 redis 100",
        "notification 2>1 redis SET k 27", "notification 1>2 redis REPLCONF 35",
      ])
  }

  @Test func `errors inside a transaction are none of EXEC's`() {
    let dialogue = Dialogue()
      .asking(command("MULTI") + command("INCR", "s") + command("EXEC"))
      .answering("+OK\r\n+QUEUED\r\n*1\r\n-ERR no integer\r\n")
    #expect(
      dialogue.lines().filter { $0.hasPrefix("call") } == [
        "call MULTI ok 15>5", "call INCR s ok 21>9", "call EXEC ok 14>21",
      ])
  }

  @Test func `is known by its port if commands are typed, and is found again behind damage`() {
    var dialogue = Dialogue(path: "/run/redis/redis.sock")
    dialogue.ask("PING\r\nget x\r\n")
    dialogue.answer("+PONG\r\n$-1\r\n")
    dialogue.ask("*2\r\n$3\r\nGET\r\n$9\r\nxx\r\n" + command("GET", "later"))
    #expect(
      dialogue.lines() == [
        "request 1>2 redis PING 6", "request 1>2 redis GET x 7", "response 2>1 redis PING ok 7",
        "call PING ok 6>7", "response 2>1 redis GET x ok 5", "call GET x ok 7>5",
        "data 1>2 redis 21 (no RESP)", "request 1>2 redis GET later 24", "call GET later unanswered 24>0",
      ])
  }

  @Test func `keeps its sides behind damage in what a client sends`() {
    let dialogue = Dialogue().asking(command("PING")).answering("+PONG\r\n")
      .asking("*2\r\n$3\r\nGET\r\n$9\r\nxx\r\n$2\r\nyy\r\n" + command("GET", "k")).answering("$1\r\nv\r\n")
    #expect(dialogue.lines().suffix(2) == ["response 2>1 redis GET k ok 7", "call GET k ok 20>7"])
  }

  @Test func `survives depth and damage`() {
    let deep = Dialogue().asking(command("GET", "x")).answering(
      String(repeating: "*1\r\n", count: 20_000) + ":1\r\n")
    #expect(deep.lines().contains { $0.hasSuffix("(no RESP)") })
    let dialogue = Dialogue()
      .asking(command("HELLO", "3") + command("SUBSCRIBE", "a", "b"))
      .answering("%1\r\n+proto\r\n:3\r\n>3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n*-1\r\n")
      .asking(command("GET", "k") + command("MSET", "a", "1", "b", "2"))
      .answering("$5\r\nhello\r\n|1\r\n+a\r\n+b\r\n$?\r\n;1\r\na\r\n;0\r\n")
      .asking(command("PSYNC", "?", "-1")).answering(
        "+FULLRESYNC abc 0\r\n$3\r\nabc" + command("SET", "a", "b"))
    for seed in 0..<80 {
      let (sent, told) = dialogue.damaged(seed: UInt64(seed))
      #expect(told <= sent, "seed \(seed)")
    }
  }
}
