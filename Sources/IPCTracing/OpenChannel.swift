import IPCModel
import RecordLayout

/// An open pipe, socket or pseudoterminal and a process that holds it, from the snapshot.
///
/// Directions are named as in records: a pipe is one, anything else has one that it sends in and one that it receives
/// from.
public struct OpenChannel: Sendable {
  /// Name of a direction.
  public struct Direction: Sendable, Hashable {
    /// Address, or a hash that stands for one.
    public let channel: UInt64
    /// Inode number, or what else tells two channels at one address apart.
    public let inode: UInt64
  }

  /// What the trace has to do with a channel.
  public enum Interest: Sendable {
    /// Only processes that the filter does not take in use it.
    case none
    /// its transfers are reported.
    case wanted
    /// It shows ipcdump's own output.
    case ownOutput
  }

  /// Kind of the channel.
  public let kind: Kind
  /// Direction in which the holder can send: a pipe itself.
  public let sends: Direction
  /// Direction from which it can receive, where that is another one.
  public let receives: Direction?
  /// Inode number of the descriptor, as stat(2) tells it.
  public let inode: UInt64
  /// Process that holds it; −1 if it is not visible in this pid namespace.
  public let holder: Endpoint
  /// Bytes that wait for the holder; nil if they cannot be added up.
  public let unread: UInt32?
  /// Whether this process can read from it.
  public let isReadable: Bool
  /// Whether this process can write to it.
  public let isWritable: Bool
  /// The open file by which it is held.
  public let file: OpenFile
  /// See ``Interest``.
  public let interest: Interest

  init(_ raw: ipc_held) {
    kind = Kind(rawValue: raw.kind)
    sends = Direction(channel: raw.sends, inode: raw.sends_identity)
    receives = raw.receives == 0 ? nil : Direction(channel: raw.receives, inode: raw.receives_identity)
    inode = raw.inode
    let comm = withUnsafeBytes(of: raw.comm) { bytes in
      bytes.baseAddress.map { Comm(copying: $0) } ?? .unknown
    }
    let pid = raw.tgid == 0 ? -1 : Int32(bitPattern: raw.tgid)
    holder = Endpoint(pid: pid, tid: pid, comm: comm)
    unread = raw.unread == IPC_UNREAD_UNKNOWN ? nil : raw.unread
    isReadable = raw.can_read != 0
    isWritable = raw.can_write != 0
    file = OpenFile(address: raw.file, inode: raw.inode)
    interest =
      switch UInt32(raw.interest) {
      case IPC_INTEREST_WANTED.rawValue: .wanted
      case IPC_INTEREST_OWN.rawValue: .ownOutput
      default: .none
      }
  }
}

/// An open file in the kernel, which several descriptors may share.
public struct OpenFile: Hashable, Sendable {
  /// Its address, which another file can have after it.
  let address: UInt64
  /// Its inode number, to tell such files apart.
  let inode: UInt64
}
