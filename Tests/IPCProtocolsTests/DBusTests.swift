import IPCModel
import Testing

@testable import IPCProtocols

@Suite("D-Bus")
struct DBusTests {
  private let handshake = Dialogue()
    .asking("\0AUTH EXTERNAL 30\r\n").answering("OK 1234deadbeef\r\n")
    .asking("NEGOTIATE_UNIX_FD\r\n").answering("AGREE_UNIX_FD\r\n")

  private func message(
    _ type: UInt8, serial: Int, flags: UInt8 = 0, isBig: Bool = false,
    _ fields: [(UInt8, Character, String)] = [], numbers: [(UInt8, Int)] = [], body: [UInt8] = []
  ) -> [UInt8] {
    func number(_ value: Int) -> [UInt8] { isBig ? .big32(value) : .little32(value) }
    var array: [UInt8] = []
    for (code, type, text) in fields {
      array += Array(repeating: 0, count: (8 - array.count % 8) % 8)
      array += [code, 1, UInt8(type.asciiValue ?? 0), 0]
      array += type == "g" ? [UInt8(text.utf8.count)] : number(text.utf8.count)
      array += .zero(text)
    }
    for (code, value) in numbers {
      array += Array(repeating: 0, count: (8 - array.count % 8) % 8)
      array += [code, 1, UInt8(ascii: "u"), 0] + number(value)
    }
    let head = [UInt8(ascii: isBig ? "B" : "l"), type, flags, 1] + number(body.count) + number(serial)
    return head + number(array.count) + array
      + Array(repeating: 0, count: (8 - array.count % 8) % 8) + body
  }

  private func call(_ serial: Int, sender: String? = nil, flags: UInt8 = 0, isBig: Bool = false) -> [UInt8] {
    message(
      1, serial: serial, flags: flags, isBig: isBig,
      [(1, "o", "/a/b"), (2, "s", "org.x.I"), (3, "s", "Do"), (6, "s", "org.x")]
        + (sender.map { [(7, "s", $0)] } ?? []))
  }

  private func text(_ text: String) -> [UInt8] { .little32(text.utf8.count) + .zero(text) }

  @Test func `begins with a handshake and goes on with calls`() {
    let dialogue =
      handshake.asking(.text("BEGIN\r\n") + call(1))
      .answering(message(2, serial: 7, [(7, "s", "org.x")], numbers: [(5, 1)], body: text("yes")))
      .asking(call(2))
      .answering(
        message(
          3, serial: 8, [(4, "s", "org.x.Error.No"), (8, "g", "s"), (7, "s", "org.x")],
          numbers: [(5, 2)], body: text("not so")))
    let lines = [
      "data 1>2 dbus AUTH 19", "data 2>1 dbus OK 17", "data 1>2 dbus NEGOTIATE_UNIX_FD 19",
      "data 2>1 dbus AGREE_UNIX_FD 15", "data 1>2 dbus BEGIN 7",
      "request 1>2 dbus org.x.I.Do org.x /a/b #1 80",
      "response 2>1 dbus org.x.I.Do org.x /a/b #1 ok 48", "call org.x.I.Do org.x /a/b #1 ok 80>48",
      "request 1>2 dbus org.x.I.Do org.x /a/b #2 80",
      "response 2>1 dbus org.x.I.Do org.x /a/b #2 error \"org.x.Error.No not so\" 83",
      "call org.x.I.Do org.x /a/b #2 error \"org.x.Error.No not so\" 80>83",
    ]
    #expect(dialogue.lines() == lines)
    #expect(dialogue.linesOfBytes() == lines)
    #expect(dialogue.linesCoalesced() == lines)
  }

  @Test func `has both byte orders, calls that want no reply, signals, and members alone`() {
    let dialogue = Dialogue()
      .asking(call(5, isBig: true))
      .answering(message(2, serial: 1, isBig: true, numbers: [(5, 5)]))
      .asking(call(6, flags: 1))
      .answering(message(4, serial: 2, [(1, "o", "/"), (2, "s", "a.B"), (3, "s", "Changed")]))
      .asking(message(1, serial: 9, [(1, "o", "/"), (3, "s", "Alone")]))
    #expect(
      dialogue.lines() == [
        "request 1>2 dbus org.x.I.Do org.x /a/b #5 80", "response 2>1 dbus org.x.I.Do org.x /a/b #5 ok 24",
        "call org.x.I.Do org.x /a/b #5 ok 80>24", "notification 1>2 dbus org.x.I.Do org.x /a/b #6 80",
        "notification 2>1 dbus a.B.Changed / #2 64", "request 1>2 dbus Alone / #9 48",
        "call Alone / #9 unanswered 48>0",
      ])
    #expect(dialogue.linesOfBytes() == dialogue.lines())
  }

  @Test func `from a bus has serial numbers of many senders`() {
    // The server of the script is the bus: it passes calls of two clients on.
    let dialogue = Dialogue()
      .answering(call(3, sender: ":1.1")).answering(call(3, sender: ":1.2"))
      .asking(message(2, serial: 1, [(6, "s", ":1.2")], numbers: [(5, 3)], body: text("b")))
      .asking(message(2, serial: 2, [(6, "s", ":1.1")], numbers: [(5, 3)], body: text("aaaaa")))
    #expect(
      dialogue.lines().filter { $0.hasPrefix("call") } == [
        "call org.x.I.Do org.x /a/b #3 ok 96>46", "call org.x.I.Do org.x /a/b #3 ok 96>50",
      ])
  }

  @Test func `goes on behind damage and losses`() {
    var broken = call(2)
    broken[12] = 0xFF
    broken[15] = 0xFF
    let script = Script()
    script.ask(call(1))
    script.ask(broken + call(3))
    script.ask(Array(call(4).prefix(30)), lost: 50)
    script.ask(call(5))
    #expect(
      script.told() == [
        "request 1>2 dbus org.x.I.Do org.x /a/b #1 80", "data 1>2 dbus 80 (no D-Bus message)",
        "request 1>2 dbus org.x.I.Do org.x /a/b #3 80",
        "data 1>2 dbus 80 truncated (bytes are missing)", "request 1>2 dbus org.x.I.Do org.x /a/b #5 80",
      ])
  }

  @Test func `says how many descriptors come with a message`() {
    let bytes = message(1, serial: 1, [(1, "o", "/"), (3, "s", "Take")], numbers: [(9, 2)])
    bytes.withUnsafeBytes { bytes in
      #expect(DBusHeader.length(of: bytes).map { DBusHeader(bytes.first($0))?.descriptors } == 2)
    }
  }

  @Test func `survives damage`() {
    let dialogue =
      handshake.asking(.text("BEGIN\r\n") + call(1))
      .answering(message(2, serial: 7, [(7, "s", "org.x")], numbers: [(5, 1)], body: text("yes")))
      .asking(call(2, isBig: true) + call(3))
      .answering(
        message(3, serial: 8, [(4, "s", "org.x.E"), (8, "g", "s")], numbers: [(5, 2)], body: text("no")))
    for seed in 0..<80 {
      let (sent, told) = dialogue.damaged(seed: UInt64(seed))
      #expect(told <= sent, "seed \(seed)")
    }
  }
}
