import IPCModel
import Testing

@testable import IPCProtocols

@Suite("Messages behind a length")
struct LengthPrefixedTests {
  @Test func `are a browser's, in either order`() {
    let json = #"{"jsonrpc":"2.0","id":1,"method":"m"}"#
    let result = #"{"jsonrpc":"2.0","id":1,"result":3}"#
    let plain = #"{"text":"hello"}"#
    for isBig in [false, true] {
      func message(_ text: String) -> [UInt8] {
        (isBig ? .big32(text.utf8.count) : .little32(text.utf8.count)) + .text(text)
      }
      let dialogue = Dialogue(.pipes).asking(message(json)).answering(message(result)).asking(message(plain))
      let lines = [
        "request 1>2 json-rpc m #1 41", "response 2>1 json-rpc m #1 ok 39", "call m #1 ok 41>39",
        "data 1>2 native-messaging 20",
      ]
      #expect(dialogue.lines() == lines)
      #expect(dialogue.linesOfBytes() == lines)
      for seed in 0..<100 {
        let (sent, told) = dialogue.damaged(seed: UInt64(seed))
        #expect(told <= sent, "seed \(seed)")
      }
    }
  }

  @Test func `are Erlang's terms`() {
    let term: [UInt8] = [131, 104, 2, 100] + .big16(4) + .text("call") + [97, 1]
    for lengthCount in [2, 4] {
      let message = (lengthCount == 2 ? .big16(term.count) : [UInt8].big32(term.count)) + term
      let dialogue = Dialogue(.pipes).asking(message).asking(message + message).answering(message)
      let line = "data 1>2 erlang-port call \(term.count + lengthCount)"
      #expect(dialogue.lines() == [line, line, line, line.replacing("1>2", with: "2>1")])
      #expect(dialogue.linesOfBytes() == dialogue.lines())
    }
  }
}
