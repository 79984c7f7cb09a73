import IPCCorrelation
import IPCModel
import IPCTracing

extension LiveChannels {
  /// What a snapshot shows.
  init(_ held: [HeldChannel]) {
    self.init()
    for channel in held {
      let unread = channel.unread.map { UInt64($0) }
      add(
        channel: channel.sends.channel, inode: channel.sends.inode, holder: channel.holder,
        isWritable: channel.isWritable, isReadable: channel.kind == .pipe && channel.isReadable,
        unread: channel.kind == .pipe ? unread : nil)
      guard let receives = channel.receives else { continue }
      add(
        channel: receives.channel, inode: receives.inode, holder: channel.holder, isReadable: true,
        unread: unread)
    }
  }
}
