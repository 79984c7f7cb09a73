import IPCModel
import Testing

@testable import ipcdump

@Suite("A value on the command line")
struct ValueTests {
  @Test(
    arguments: [
      ("1", [1]), ("1,2,3", [1, 2, 3]), ("0x1f", [31]), ("0x1f,10", [31, 10]), ("12 13", [12, 13]),
      ("2147483647", [.max]),
    ] as [(String, [Int32])])
  func `of process ids is numbers, decimal or hexadecimal`(text: String, pids: [Int32]) throws {
    #expect(try PidList(text).pids == pids)
  }

  @Test(
    arguments: [
      "", "0", "-1", "1,", ",1", "1,,2", "x", "1x", "0x", "0xg", "0x-5", "1.5", "2147483648", "1;2", "１",
    ])
  func `of process ids is refused with the wrong word in it`(text: String) {
    #expect { try PidList(text) } throws: { "\($0)".contains("is no process id") }
  }

  @Test(
    arguments: [
      ("pipe", [.pipe]), ("p", [.pipe]), ("signal", [.signal]), ("k", [.signal]), ("kill", [.signal]),
      ("k,p", [.signal, .pipe]), ("us", [.unixStream]), ("ud", [.unixDatagram]), ("uq", [.unixSeqpacket]),
      ("lt", [.loopbackTCP]), ("lu", [.loopbackUDP]), ("unix", [.unixStream, .unixDatagram, .unixSeqpacket]),
      ("u", [.unixStream, .unixDatagram, .unixSeqpacket]), ("lo", [.loopbackTCP, .loopbackUDP]),
      ("t", [.pty]), ("pty", [.pty]), ("t,p", [.pty, .pipe]),
      ("loopback", [.loopbackTCP, .loopbackUDP]), ("vm", [.processVM]), ("process-vm", [.processVM]),
      ("pt", [.ptrace]), ("ev", [.eventfd]), ("mq", [.mqueue]), ("sm", [.sysvMessage]), ("pf", [.pidfdGetfd]),
      ("ss", [.sysvSemaphore]), ("sysv-sem", [.sysvSemaphore]), ("sh", [.sharedMemory]), ("fx", [.futex]),
      ("nl", [.netlink]), ("vs", [.vsock]),
      ("pidfd-getfd", [.pidfdGetfd]),
    ] as [(String, [Kind])])
  func `of types is names or aliases`(text: String, kinds: [Kind]) throws {
    #expect(try KindList(text).kinds == kinds)
  }

  @Test(arguments: ["a", "all"])
  func `of types may be all of them`(text: String) throws {
    #expect(try KindList(text).kinds == Kind.usual)
    #expect(try Set(KindList("p,\(text)").kinds) == Set(Kind.usual))
  }

  @Test(arguments: ["", "t1", "Pipe", "pipes", "p,", "p,,k", " p"])
  func `of types is refused with the way to find them`(text: String) {
    #expect { try KindList(text) } throws: { "\($0)".contains("--list-types") }
  }

  @Test func `of types has no name twice, and no alias of one kind that is another's name`() {
    let names = Kind.all.map { $0.row.name.description } + ["a", "all"]
    #expect(Set(names).count == names.count)
    let families: Set = ["u", "unix", "lo", "loopback"]
    let aliases = Kind.all.flatMap(\.row.aliases).filter { !families.contains($0) }
    #expect(Set(aliases + names).count == aliases.count + names.count)
  }

  @Test(
    arguments: [
      ("0", 0), ("1", 1), ("65536", 65_536), ("64k", 65_536), ("64K", 65_536), ("16M", 16 << 20),
      ("16m", 16 << 20),
      ("1G", 1 << 30), ("1g", 1 << 30), ("9223372036854775807", .max),
    ] as [(String, Int)])
  func `of bytes may have a unit`(text: String, bytes: Int) {
    #expect(ByteSize(argument: text)?.bytes == bytes)
  }

  @Test(
    arguments: [
      "", "k", "-1", "+1", "1kk", "1T", "1.5k", "0x10", " 1", "1 ", "9223372036854775808",
      "9223372036854775807k", "１",
      "²",
    ])
  func `of bytes is refused if it is no number of them`(text: String) {
    #expect(ByteSize(argument: text) == nil)
  }

  @Test(arguments: ["0", "1", "1000", "64k", "16M", "1G", "1025", "3M"])
  func `of bytes is shown as it would be written`(text: String) {
    #expect(ByteSize(argument: text)?.description == text)
  }
}
