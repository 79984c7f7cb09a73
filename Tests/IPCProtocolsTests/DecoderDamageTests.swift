import IPCModel
import Testing

@testable import IPCProtocols

@Suite("Every decoder")
struct DecoderDamageTests {
  /// Bytes that decoders might take for something: all values, few values, lengths, text.
  private func noise(_ random: inout Randomness) -> [UInt8] {
    let count = random.below(random.below(6) == 0 ? 1000 : 60)
    let alphabet: [UInt8] =
      switch random.below(5) {
      case 0: [0, 0, 0, 1, 2, 4, 8]
      case 1: [0xFF, 0x7F, 0x80, 0, 0xFE]
      case 2: Array("{}[]\"',:*$+-_1 \r\n\0".utf8)
      case 3: Array("lBQPDSZEAUTH*$+<>30 \r\n\0\u{1}\u{8}".utf8)
      default: Array(0...255)
      }
    return (0..<count).map { _ in alphabet[random.below(alphabet.count)] }
  }

  @Test(arguments: ProtocolDefinition.registry.indices)
  func `takes noise without a crash, tells no byte twice and keeps nothing`(_ index: Int) {
    let definition = ProtocolDefinition.registry[index]
    for seed in 0..<24 {
      var random = Randomness(UInt64(seed * 100 + index))
      let channel: Script.Channel = [.socket, .pipes, .datagrams][random.below(3)]
      let script = Script(
        channel, contents: random.below(2) == 0, rules: [ProtocolRule(definition) { _ in true }])
      for _ in 0..<random.below(20) {
        let bytes = noise(&random)
        let lost = random.below(8) == 0 ? random.below(5000) : 0
        if random.below(2) == 0 { script.ask(bytes, lost: lost) } else { script.answer(bytes, lost: lost) }
        #expect(script.memoryUsed < 32 << 20)
      }
      _ = script.end()
      #expect(script.memoryUsed == 0, "\(definition.words[0]), seed \(seed)")
    }
  }

  @Test func `is named by words that no other has`() {
    let words = ProtocolDefinition.registry.flatMap(\.words)
    #expect(Set(words).count == words.count)
  }

  @Test func `recognises nothing in what people read and write`() {
    let texts = [
      "hello, world\n", "total 12\ndrwxr-xr-x 2 root root 4096 Nov 30 03:09 .\n", "\u{1B}[1mBold\u{1B}[0m\n",
      "ok\n", "a",
      "<html><body>1 2 3</body></html>\n", "BEGIN\n", "QUIT\r\n", "S", "Z\0\0", "1\n2\n3\n", "*.swift\n",
      "$ ls -l\n",
    ]
    for text in texts {
      #expect(Dialogue(.pipes).asking(text).lines().isEmpty, "\(text)")
      #expect(Dialogue().asking(text).answering(text).lines().isEmpty, "\(text)")
    }
  }
}
