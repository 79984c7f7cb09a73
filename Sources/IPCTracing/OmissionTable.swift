import IPCModel
import RecordLayout

/// Which contents the kernel side leaves out, because nobody will look at them (`struct ipc_omission`).
///
/// It is memory that the programs read while they run: what is said here holds for the next read.
public struct OmissionTable {
  private let entries: UnsafeMutablePointer<ipc_omission>

  init(_ memory: UnsafeMutableRawPointer) { entries = memory.assumingMemoryBound(to: ipc_omission.self) }

  private func entry(of inode: UInt64) -> UnsafeMutablePointer<ipc_omission> {
    entries + Int(inode & UInt64(IPC_OMISSION_LIMIT - 1))
  }

  /// Begins to count what is read at a socket, by its inode. Events tell from then on where their bytes lie (``Event/place``).
  public func count(_ kind: Kind, _ inode: UInt64) {
    ipc_omission_begin(entry(of: inode), UInt32(kind.rawValue), inode)
  }

  /// Leaves out the contents of bytes that are counted; no more once another end has taken the entry.
  public func omit(_ kind: Kind, _ inode: UInt64, _ bytes: Range<UInt64>) {
    let entry = entry(of: inode)
    guard entry.pointee.inode == inode, entry.pointee.kind == UInt32(kind.rawValue) else { return }
    ipc_omission_set(entry, bytes.lowerBound, bytes.upperBound)
  }

  /// Wants all contents again.
  public func stop(_ kind: Kind, _ inode: UInt64) { omit(kind, inode, 0..<0) }
}
