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
    let status = try #require(textOfSmallFile("/proc/self/status"))
    #expect(status.hasPrefix("Name:"))
    #expect(status.contains("CapEff:"))
    #expect(textOfSmallFile("/proc/self/no-such-file") == nil)
    #expect(textOfSmallFile("/proc/self") == nil)
  }

  private func held(_ fill: (inout ipc_held) -> Void) -> OpenChannel {
    var raw = ipc_held()
    raw.sends = 0xffff_8880_0001_0000
    raw.sends_identity = 42
    raw.inode = 42
    raw.tgid = 4321
    withUnsafeMutableBytes(of: &raw.comm) { $0.copyBytes(from: "sh".utf8) }
    fill(&raw)
    return OpenChannel(raw)
  }

  @Test func `of an open pipe is who holds it and what is in it`() {
    let pipe = held {
      $0.unread = 7
      $0.can_write = 1
    }
    #expect(pipe.kind == .pipe)
    #expect(pipe.sends.channel == 0xffff_8880_0001_0000)
    #expect(pipe.sends.inode == 42)
    #expect(pipe.receives == nil)
    #expect(pipe.inode == 42)
    #expect(pipe.holder == Endpoint(pid: 4321, tid: 4321, comm: Comm("sh")))
    #expect(pipe.unread == 7)
    #expect(pipe.isWritable)
    #expect(!held { $0.can_read = 1 }.isWritable)
    #expect(held { $0.can_read = 1 }.isReadable)
  }

  @Test func `of a socket is where it sends and from where it receives`() {
    let socket = held {
      $0.kind = UInt8(IPC_KIND_UNIX_STREAM.rawValue)
      $0.receives = 0xffff_8880_0002_0000
      $0.receives_identity = 43
    }
    #expect(socket.kind == .unixStream)
    #expect(socket.sends.inode == 42)
    #expect(socket.receives?.channel == 0xffff_8880_0002_0000)
    #expect(socket.receives?.inode == 43)
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
