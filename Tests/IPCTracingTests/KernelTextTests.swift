import IPCModel
import RecordLayout
import Testing

@testable import IPCTracing

@Suite("What the kernel tells")
struct KernelTextTests {
  @Test(
    arguments: [
      ("none [integrity] confidentiality\n", "integrity"), ("[none] integrity confidentiality", "none"),
      ("none voluntary full (lazy)\n", "lazy"), ("(none) voluntary", "none"), ("none", nil), ("", nil),
      ("[unclosed", "unclosed"), ("[]", ""),
    ] as [(String, String?)])
  func `about a choice is what stands in brackets`(list: String, chosen: String?) {
    #expect(bracketed(list) == chosen)
  }

  @Test func `in a small file is read whole`() throws {
    let status = try #require(readSmallFile("/proc/self/status"))
    #expect(status.hasPrefix("Name:"))
    #expect(status.contains("CapEff:"))
    #expect(readSmallFile("/proc/self/no-such-file") == nil)
    #expect(readSmallFile("/proc/self") == nil)
  }

  private func held(_ fill: (inout ipc_held_pipe) -> Void) -> HeldPipe {
    var raw = ipc_held_pipe()
    raw.channel = 0xffff_8880_0001_0000
    raw.inode = 42
    raw.tgid = 4321
    withUnsafeMutableBytes(of: &raw.comm) { $0.copyBytes(from: "sh".utf8) }
    fill(&raw)
    return HeldPipe(raw)
  }

  @Test func `of an open pipe is who holds it and what is in it`() {
    let pipe = held {
      $0.unread = 7
      $0.can_write = 1
    }
    #expect(pipe.channel == 0xffff_8880_0001_0000)
    #expect(pipe.inode == 42)
    #expect(pipe.holder == Endpoint(pid: 4321, tid: 4321, comm: Comm("sh")))
    #expect(pipe.unread == 7)
    #expect(pipe.isWritable)
    #expect(!held { $0.can_read = 1 }.isWritable)
  }

  @Test func `of an open pipe may leave open who holds it and how much is in it`() {
    let pipe = held {
      $0.tgid = 0
      $0.unread = IPC_UNREAD_UNKNOWN
    }
    #expect(pipe.holder.pid == -1)
    #expect(pipe.unread == nil)
  }
}
