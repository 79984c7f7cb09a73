import IPCModel
import RecordLayout

/// An open pipe and a process that holds it, from the snapshot.
public struct HeldPipe: Sendable {
  /// Address of the pipe in the kernel.
  public let channel: UInt64
  /// Its inode number.
  public let inode: UInt64
  /// Process that holds it; −1 if it is not visible in this pid namespace.
  public let holder: Endpoint
  /// Bytes in it that nobody has read yet; nil if there are too many slots to add up.
  public let unread: UInt32?
  /// Whether this process can write to it.
  public let isWritable: Bool

  init(_ raw: ipc_held_pipe) {
    channel = raw.channel
    inode = raw.inode
    let comm = withUnsafeBytes(of: raw.comm) { bytes in
      bytes.baseAddress.map { Comm(copying: $0) } ?? .unknown
    }
    let pid = raw.tgid == 0 ? -1 : Int32(bitPattern: raw.tgid)
    holder = Endpoint(pid: pid, tid: pid, comm: comm)
    unread = raw.unread == IPC_UNREAD_UNKNOWN ? nil : raw.unread
    isWritable = raw.can_write != 0
  }
}
