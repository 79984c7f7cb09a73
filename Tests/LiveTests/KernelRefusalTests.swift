import Foundation
import Testing

extension LiveTests {
  /// Kernels that cannot, or will not, be traced.
  @Suite(.serialized) struct KernelRefusalTests {
    @Test func `a kernel without BTF is 1, and the missing option is named`() async throws {
      let session = try Session()
      let hide = "mount -t tmpfs none /sys/kernel/btf && exec \"$@\""
      let words = ["-m", "sh", "-c", hide, "sh", try Programs.ipcdump(), "--", "true"]
      let ipcdump = try session.start("unshare", words, name: "hidden")
      #expect(try await ipcdump.wait().status == 1)
      let diagnostics = try session.folder.text("hidden.err")
      #expect(diagnostics.contains("CONFIG_DEBUG_INFO_BTF"), "\(diagnostics)")
      #expect(diagnostics.split(separator: "\n").count == 1, "\(diagnostics)")
    }

    /// In a user namespace every capability is there, but the kernel wants them in the initial one.
    @Test func `a kernel that refuses the programs is told with its reason, and the command is not run`()
      async throws
    {
      let session = try Session()
      let command = ["sh", "-c", ": > \(session.file("was-run"))"]
      let words = ["-U", "-r", try Programs.ipcdump(), "--"] + command
      let ipcdump = try session.start("unshare", words, name: "refused")
      #expect(try await ipcdump.wait().status == 77)
      let diagnostics = try session.folder.text("refused.err")
      #expect(diagnostics.contains("the kernel refuses to load the BPF programs"), "\(diagnostics)")
      #expect(diagnostics.contains("Operation not permitted"), "\(diagnostics)")
      #expect(diagnostics.split(separator: "\n").count == 1, "\(diagnostics)")
      #expect(!FileManager.default.fileExists(atPath: session.file("was-run")))
    }
  }
}
