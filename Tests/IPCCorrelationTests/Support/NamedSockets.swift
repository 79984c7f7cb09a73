import IPCModel
import RecordLayout

@testable import IPCCorrelation

/// A buffer to which names of sockets are told.
final class NamedSockets {
  private var buffer = ReorderBuffer()

  func tell(_ socket: MessageSocket, to names: SocketNames, at time: UInt64 = 1) {
    guard let name = socket.name else { return }
    var channel = ipc_channel()
    channel.header.time = time
    channel.channel = socket.address
    channel.inode = socket.inode
    channel.length = UInt32(name.bytes.count)
    channel.form = name.form.rawValue
    RecordBytes.bytes(channel, then: name.bytes).withUnsafeBytes { names.take($0, &buffer.texts) }
  }

  /// Tidies up when only these sockets are left.
  func tidy(_ names: SocketNames, at time: UInt64, _ sockets: MessageSocket...) {
    var live = OpenChannels()
    for socket in sockets {
      live.add(
        channel: socket.address, inode: socket.inode, holder: Party.bob.holder, isWritable: true, unread: nil)
    }
    names.tidy(at: time, live, &buffer)
  }

  func text(_ name: SocketName) -> String { buffer.texts.string(of: name.text) }

  /// The number that the next text gets.
  var next: UInt32 {
    let id = buffer.texts.add("")
    buffer.texts.release(id)
    return id.rawValue
  }
}
