import IPCModel
import RecordLayout

/// Unix stream sockets.
final class UnixMedium: StreamMedium {
  private let names = SocketNames()
  private var anonymous: TextID?

  var kind: Kind { .unixStream }
  /// A write is queued in one piece unless it is longer than half of the send buffer, whose smallest size is 4608
  /// (unix_stream_sendmsg, net/unix/af_unix.c; SOCK_MIN_SNDBUF).
  var atomicLimit: Int { 2048 }
  var isSocket: Bool { true }
  var hasPositions: Bool { false }
  var missingField: MetaKey<TextID> { Kind.UnixSocket.bytesMissing }
  var isCrowded: Bool { names.isCrowded }

  func takeName(_ record: UnsafeRawBufferPointer, _ texts: inout TextTable) { names.take(record, &texts) }

  func note(_ socket: ipc_socket, in ends: inout SocketEnds) {
    // A name that was told before the socket was accepted is known as that of the accepted one from now on.
    let isAccepted = ends.destinationInode == 0 && socket.destination_inode != 0
    ends.note(socket)
    // Names are told before the end of the first transfer, and not for one that failed.
    let header = socket.transfer.header
    if UInt32(header.type) == IPC_RECORD_WRITE_BEGIN.rawValue || socket.transfer.count == 0 { return }
    ends.names.update(by: socket, in: names, isNew: isAccepted)
  }

  func fill(
    _ event: inout Event, of channel: StreamChannel, sent: PassedItems?, received: PassedItems?,
    _ texts: inout TextTable
  ) -> MetaFieldSet {
    let anonymous = self.anonymous ?? texts.add("<anonymous>")
    self.anonymous = anonymous
    let ends = channel.ends
    event.set(Kind.UnixSocket.path, to: SocketEndNames.text(of: ends.names) ?? anonymous)
    event.set(Kind.UnixSocket.count, to: event.count)
    if channel.key.identity != 0 { event.set(Kind.UnixSocket.sourceInode, to: channel.key.identity) }
    if ends.destinationInode != 0 { event.set(Kind.UnixSocket.destinationInode, to: ends.destinationInode) }
    return PassedItems.describe(from: sent, to: received, in: &event, &texts)
  }

  func tidy(at time: UInt64, _ live: LiveChannels?, _ stage: inout EventStage) {
    names.tidy(at: time, live, &stage)
  }
}
