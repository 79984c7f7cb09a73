import TestSupport
import Testing

@testable import IPCProtocols

@Suite("The scan of JSON")
struct JSONScannerTests {
  /// Where the first byte is that does not stand for itself, found one by one.
  private func endOfPlainText(_ bytes: [UInt8], from start: Int) -> Int {
    bytes[start...].firstIndex { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C } ?? bytes.count
  }

  @Test func `finds the end of plain text at every place of a word`() {
    for byte in UInt8.min...UInt8.max {
      for place in 0..<17 {
        var bytes = [UInt8](repeating: 0x61, count: 17)
        bytes[place] = byte
        for start in 0...2 {
          #expect(
            bytes.withUnsafeBytes { $0.endOfPlainText(from: start) } == endOfPlainText(bytes, from: start))
        }
      }
    }
  }

  @Test func `finds the end of plain text among any bytes`() {
    var random = SeededRandom(seed: 1)
    // Those at the edges of what is looked for, and their neighbours, so that borrows meet each other.
    let edges: [UInt8] = [0x1F, 0x20, 0x21, 0x22, 0x23, 0x5B, 0x5C, 0x5D, 0x7F, 0x80, 0x9F, 0xA0, 0xFF, 0x00]
    for _ in 0..<2000 {
      let bytes = (0..<24).map { _ in edges[Int(random.next() % UInt64(edges.count))] }
      for start in bytes.indices {
        #expect(
          bytes.withUnsafeBytes { $0.endOfPlainText(from: start) } == endOfPlainText(bytes, from: start))
      }
    }
  }

  private static let samples = [
    #"{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"search","arguments":{"id":4}}}"#,
    #"{ "id" : "a\"\u00e9\ud83d\ude00b" , "result" : { "content" : [ { "text" : "one" }, { "text" : "two" } ] } }"#,
    #"{"\u0069d":-1.5e+3,"jsonrpc":true,"error":{"code":-32601,"message":"no such method, or so it seems"}}"#,
    #"{"a key that is longer than all that are looked at":1,"seventeen bytes!!":2,"id":7,"method":"m"}"#,
    #"{"id":1,"id":2,"method":"first","method":"last","params":null,"type":[{"method":"inner"}]}"#,
    #"{"id":null,"result":{"content":[[{"text":"inner"}],{"text":1,"a":"\"\\\/\b\f\n\r\t"},{"text":"b"}],"isError":true}}"#,
    "{\t\"id\" :\n7 ,\r\n\"params\":{ \"name\" : \"x\" , \"a\" : [ ] , \"b\" : [ 1 , { } , \"c\" ] } } ",
    #"{"method":"ünï","params":{"a":{"b":{"c":{"d":{"e":{"f":{"id":1,"g":[[[[{"method":"no"}]]]]}}}}}},"uri":"y"},"id":2}"#,
    #"{"id":1,"method":"m",}"#, #"{"id":1,"method":"m"]"#, #"{"id":tru,"method":"m"}"#, "{}", #"{"id""#,
    #"[{"id":1,"method":"a"},{"id":2,"result":false}]"#, #"{"id":1,"result":"line"# + "\n", #"{"id":01x}"#,
  ]

  /// What is met, with where and which values are known then.
  private func scan(_ text: String, inPiecesOf size: Int) -> [String] {
    scan(Array(text.utf8), inPiecesOf: size)
  }

  private func scan(_ bytes: [UInt8], inPiecesOf size: Int) -> [String] {
    var scanner = JSONScanner()
    var met: [String] = []
    for start in stride(from: 0, to: bytes.count, by: size) {
      let piece = Array(bytes[start..<min(start + size, bytes.count)])
      var offset = 0
      while offset < piece.count {
        let outcome = piece.withUnsafeBytes { scanner.scan($0, from: &offset) }
        if outcome == .needsMore { break }
        met.append("\(outcome) at \(start + offset): \(found(in: scanner.values))")
        if outcome == .malformed { return met }
        if outcome == .element { scanner.forgetElement() } else { scanner.reset() }
      }
    }
    return met + ["then \(found(in: scanner.values))"]
  }

  private func found(in values: JSONValues) -> [String] {
    JSONField.allCases.compactMap { field in
      guard values.has(field) else { return nil }
      return "\(field)=\(values.text(field).map { String(decoding: $0, as: UTF8.self) } ?? "-")"
    }
  }

  @Test(arguments: samples)
  func `meets the same in pieces of any size`(_ text: String) {
    let whole = scan(text, inPiecesOf: text.utf8.count)
    for size in 1..<text.utf8.count { #expect(scan(text, inPiecesOf: size) == whole) }
  }

  /// An object in one piece is scanned by other means than one in several.
  @Test func `meets the same of damaged texts, too`() {
    var random = SeededRandom(seed: 3)
    let others = Array("{}[]\",:\\u0n-e.t \n\u{1}é".utf8)
    for _ in 0..<3000 {
      var bytes = Array(Self.samples[Int(random.next() % UInt64(Self.samples.count))].utf8)
      for _ in 0...(random.next() % 3) {
        let place = Int(random.next() % UInt64(bytes.count))
        bytes[place] = others[Int(random.next() % UInt64(others.count))]
      }
      #expect(scan(bytes, inPiecesOf: bytes.count) == scan(bytes, inPiecesOf: 1))
    }
  }

  @Test func `keeps the first 1,024 bytes of a value, however they come`() {
    let text = #"{"id":"\#(String(repeating: "0123456789", count: 200))"}"#
    for size in [1, 7, 1000, 3000] {
      #expect(scan(text, inPiecesOf: size).first?.contains("id=\(text.dropFirst(7).prefix(1024))\"") == true)
    }
  }

  @Test(
    arguments: [
      ("0", 0), ("7", 7), ("123456789012345678", 123_456_789_012_345_678), ("1234567890123456789", nil),
      ("01", nil), ("-1", nil), ("1.0", nil), ("1e3", nil), (#""1""#, nil), ("true", nil),
    ] as [(String, UInt64?)])
  func `takes for an ordinal what has one way to be written`(_ text: String, _ number: UInt64?) {
    var scanner = JSONScanner()
    var offset = 0
    let bytes = Array(#"{"id":\#(text)}"#.utf8)
    _ = bytes.withUnsafeBytes { scanner.scan($0, from: &offset) }
    #expect(scanner.values.ordinal(.id) == number)
  }
}

@Suite("Repeated texts")
struct RepeatedTextsTests {
  @Test func `are what was asked for, whatever was asked for before`() {
    var texts = RepeatedTexts()
    var random = SeededRandom(seed: 2)
    for _ in 0..<2000 {
      // Many that are alike but for one byte in their middle, and as many of each length.
      let middle = UInt8(random.next() % 4)
      let text =
        [UInt8](repeating: 1, count: Int(random.next() % 140)) + [middle] + [UInt8](repeating: 2, count: 9)
      #expect(text.withUnsafeBytes { texts.text($0) } == text)
    }
    #expect([UInt8]().withUnsafeBytes { texts.text($0) } == [])
  }
}
