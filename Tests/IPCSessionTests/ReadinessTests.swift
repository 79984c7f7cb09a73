import Glibc
import Testing

@testable import IPCSession

@Suite struct ReadinessTests {
  @Test func `what waits to be read ends every sleep by its level`() throws {
    let channel = try Channel()
    let readiness = try Readiness()
    try readiness.add(channel.reader, .level)
    #expect(readiness.wait(milliseconds: 0) == false)
    channel.write()
    #expect(readiness.wait(milliseconds: 0) == true)
    #expect(readiness.wait(milliseconds: 0) == true)
  }

  @Test func `what has been waiting since before ends no sleep by its edge, what comes does`() throws {
    let channel = try Channel()
    let readiness = try Readiness()
    try readiness.add(channel.reader, .edge)
    channel.write()
    #expect(readiness.wait(milliseconds: 0) == true)
    #expect(readiness.wait(milliseconds: 0) == false)
    channel.write()
    #expect(readiness.wait(milliseconds: 0) == true)
    #expect(readiness.wait(milliseconds: 0) == false)
  }

  @Test func `each of several descriptors ends a sleep`() throws {
    let first = try Channel()
    let second = try Channel()
    let readiness = try Readiness()
    try readiness.add(first.reader, .edge)
    try readiness.add(second.reader, .level)
    first.write()
    #expect(readiness.wait(milliseconds: 0) == true)
    #expect(readiness.wait(milliseconds: 0) == false)
    second.write()
    #expect(readiness.wait(milliseconds: 0) == true)
  }

  @Test func `a descriptor that cannot be waited for is refused`() throws {
    let readiness = try Readiness()
    #expect(throws: (any Error).self) { try readiness.add(-1, .level) }
  }

  private struct Channel: ~Copyable {
    let reader: Int32
    let writer: Int32

    init() throws {
      var ends: [Int32] = [0, 0]
      try #require(pipe(&ends) == 0)
      reader = ends[0]
      writer = ends[1]
    }

    deinit {
      close(reader)
      close(writer)
    }

    borrowing func write() { #expect(Glibc.write(writer, "x", 1) == 1) }
  }
}
