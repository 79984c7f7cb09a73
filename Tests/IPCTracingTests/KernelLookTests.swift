import Glibc
import KernelPrograms
import Testing

@testable import IPCTracing

@Suite(
  "A look at threads and files", .serialized,
  .enabled(if: geteuid() == 0 && KernelFeatures.hasTypes, "loading programs needs root and BTF"))
struct KernelLookTests {
  /// Every compilation is taken; nil is the one that costs least.
  private static let forms: [ObjectForm?] = [nil, .withFunctions, .withoutFunctions]

  @Test(arguments: 0..<3)
  func `tells this process's threads, timers and files`(_ form: Int) throws {
    let look = try #require(KernelLook(form: Self.forms[form]))
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    defer { for end in ends { close(end) } }
    var status = stat()
    try #require(fstat(ends[0], &status) == 0)
    let files = try #require(look.openFiles()).filter { $0.pid == getpid() && ends.contains($0.number) }
    #expect(files.map(\.inode) == [UInt64(status.st_ino), UInt64(status.st_ino)])
    #expect(files.sorted { $0.number < $1.number }.map(\.canRead) == [true, false])
    #expect(files.sorted { $0.number < $1.number }.map(\.canWrite) == [false, true])

    let before = try #require(look.sleepers()?.first { $0.tid == getpid() })
    #expect(before.timers == 0)
    #expect(before.arrival != nil)
    var time = itimerval()
    time.it_value.tv_sec = 3600
    setitimer(Int32(ITIMER_REAL.rawValue), &time, nil)
    let during = look.sleepers()?.first { $0.tid == getpid() }
    time.it_value.tv_sec = 0
    setitimer(Int32(ITIMER_REAL.rawValue), &time, nil)
    #expect(during?.timers == 1 << UInt64(SIGALRM - 1))
  }
}
