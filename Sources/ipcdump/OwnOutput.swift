import Glibc
import IPCTracing

/// The pipes and sockets that show what ipcdump says: tracing them would make it trace its own output without end.
struct OwnOutput {
  private let inodes: Set<UInt64>

  /// Looks at where events and diagnostics go.
  init(_ output: borrowing OutputFile) {
    inodes = Set([output.descriptor, STDERR_FILENO].compactMap(Self.channelInode))
  }

  /// The kernel's names of those channels, in both directions.
  func directions(among held: [HeldChannel]) -> Set<HeldChannel.Direction> {
    let own = held.filter { inodes.contains($0.inode) }
    return Set(own.map(\.sends) + own.compactMap(\.receives))
  }

  private static func channelInode(of descriptor: Int32) -> UInt64? {
    var status = stat()
    guard fstat(descriptor, &status) == 0, [S_IFIFO, S_IFSOCK].contains(status.st_mode & S_IFMT) else {
      return nil
    }
    return UInt64(status.st_ino)
  }
}
