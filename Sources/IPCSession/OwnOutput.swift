import Glibc
import IPCModel
import IPCTracing

/// What shows ipcdump's output: tracing it would make ipcdump trace its own output without end.
struct OwnOutput {
  private let inodes: Set<UInt64>
  /// Inodes of the terminals that events are written to. Diagnostics on a terminal are too few to feed themselves,
  /// so a terminal that only they go to may be traced.
  private let terminals: Set<UInt64>

  /// Looks at where diagnostics go, and what is traced.
  ///
  /// - Parameters:
  ///   - outputs: Descriptors that events are written to, in whichever form.
  ///   - sparse: Descriptors that get a few lines, as summaries; on a terminal, they are too few, too.
  init(_ outputs: [Int32], sparse: [Int32]) {
    let descriptors = outputs + [STDERR_FILENO] + sparse
    inodes = Set(descriptors.compactMap { Self.inode(of: $0, ofTypes: [S_IFIFO, S_IFSOCK]) })
    terminals = Set(outputs.compactMap { Self.inode(of: $0, ofTypes: [S_IFCHR]) })
  }

  /// The kernel's names of those channels, in both directions.
  func directions(among held: [OpenChannel]) -> Set<OpenChannel.Direction> {
    let own = held.filter { channel in
      guard channel.holder.pid == getpid() else { return false }
      return channel.kind == .pty ? terminals.contains(channel.inode) : inodes.contains(channel.inode)
    }
    return Set(own.map(\.sends) + own.compactMap(\.receives))
  }

  private static func inode(of descriptor: Int32, ofTypes types: [mode_t]) -> UInt64? {
    var status = stat()
    guard fstat(descriptor, &status) == 0, types.contains(status.st_mode & S_IFMT) else { return nil }
    return UInt64(status.st_ino)
  }
}
