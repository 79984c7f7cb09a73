import Glibc
import IPCTracing

/// The pipes that show what ipcdump says: tracing them would make it trace its own output without end.
struct OwnOutput {
  private let inodes: Set<UInt64>

  /// Looks at where events and diagnostics go.
  init(_ output: borrowing OutputFile) {
    inodes = Set([output.descriptor, STDERR_FILENO].compactMap(Self.pipeInode))
  }

  /// The kernel's names of those pipes.
  func pipes(among held: [HeldPipe]) -> [(channel: UInt64, inode: UInt64)] {
    var seen: Set<UInt64> = []
    return held.filter { inodes.contains($0.inode) && seen.insert($0.channel).inserted }
      .map { ($0.channel, $0.inode) }
  }

  private static func pipeInode(of descriptor: Int32) -> UInt64? {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFIFO else { return nil }
    return UInt64(status.st_ino)
  }
}
