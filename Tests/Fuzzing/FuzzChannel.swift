import IPCCorrelation
import IPCModel

/// What a look tells of one channel.
public struct FuzzChannel: Equatable, Sendable {
  var address: UInt64
  var inode: UInt64
  var pid: Int32
  var isWritable: Bool
  var isReadable: Bool
  var unread: UInt64?
}

extension OpenChannels {
  init(_ channels: [FuzzChannel]) {
    self.init()
    for channel in channels {
      add(
        channel: channel.address, inode: channel.inode,
        holder: Endpoint(pid: channel.pid, tid: channel.pid, comm: Comm("holder")),
        isWritable: channel.isWritable, isReadable: channel.isReadable, unread: channel.unread)
    }
  }
}
