import RecordLayout

@testable import IPCCorrelation

/// A socket that sends and receives messages.
struct MessageSocket {
  /// Its struct sock.
  var address: UInt64
  var inode: UInt64
  /// What it is bound to, as `IPC_RECORD_CHANNEL` tells it; nil if it has no name.
  var name: (bytes: [UInt8], form: ipc_name_form)?
  var port: UInt16 = 0
  var netns: UInt32 = 7

  init(_ number: UInt64, name: String? = nil, form: ipc_name_form = IPC_NAME_PLAIN, port: UInt16 = 0) {
    address = 0xffff_8880_0002_0000 + number * 0x800
    inode = 1000 + number
    self.name = name.map { (Array($0.utf8), form) }
    self.port = port
  }

  /// The direction in which it sends.
  var key: ChannelKey { ChannelKey(address: address, identity: inode) }

  /// How a look at the channels that exist names a UDP socket.
  var portKey: ChannelKey { ChannelKey(address: UInt64(netns) << 32 | UInt64(port), identity: 0) }
}
