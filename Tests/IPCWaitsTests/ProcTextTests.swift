import IPCWaits
import Testing

@testable import ProcessSnapshot

@Suite("Texts of /proc") struct ProcTextTests {
  private func read<Result>(_ text: String, _ body: (ProcText) -> Result) -> Result {
    Array(text.utf8).withUnsafeBytes { body(ProcText($0)) }
  }

  @Test func `a call and its arguments`() throws {
    let call = try #require(
      read("7 0x7ffd 0x2 0xffffffffffffffff 0x0 0x5 0x6 0x7ffd1 0x7f2a\n") { SleepingCall($0) })
    #expect(call.number == 7)
    #expect((0..<6).map { call.arguments[$0] } == [0x7ffd, 2, .max, 0, 5, 6])
    #expect(read("running\n") { SleepingCall($0) } == nil)
    #expect(read("-1 0x7ffd 0x7f2a\n") { SleepingCall($0) }?.number == -1)
  }

  @Test func `locks`() throws {
    func lock(_ text: String) -> (lock: FileLock, pid: Int32, inode: UInt64)? {
      read(text) { text in
        var text = text
        return FileLock.read(&text)
      }
    }
    let whole = try #require(lock("FLOCK  ADVISORY  WRITE 123 08:02:77 0 EOF\n"))
    #expect(whole.pid == 123)
    #expect(whole.inode == 77)
    let early = try #require(lock("POSIX  ADVISORY  READ 5 00:2d:9 0 99\n")).lock
    let late = try #require(lock("OFDLCK ADVISORY  WRITE -1 00:2d:9 100 EOF\n")).lock
    let all = try #require(lock("POSIX  ADVISORY  READ 6 00:2d:9 0 EOF\n")).lock
    #expect(!early.conflicts(with: late))
    #expect(!early.conflicts(with: all))
    #expect(late.conflicts(with: all))
    #expect(!whole.lock.conflicts(with: late))
    #expect(lock("LEASE  ACTIVE    READ 5 00:2d:9 0 EOF\n") == nil)
    #expect(lock("-> POSIX  ADVISORY  WRITE 5 00:2d:9 0 EOF\n") == nil)
  }

  @Test func `a name with parentheses`() throws {
    let name = read("12 (a) b (c) S 1 2\n") { text in
      var text = text
      _ = text.number()
      return (text.parenthesized(), text.word())
    }
    #expect(name.0 == "a) b (c")
    #expect(name.1 == "S")
  }
}
