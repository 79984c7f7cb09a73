import IPCModel
import RecordLayout

/// What carries a kind's byte streams: how their ends are named, what their limits are, and what their events tell.
final class Transport {
  private enum Form {
    case pipe
    case unix(SocketNames)
    case tcp(InternetNames)
    case vsock
  }

  private let form: Form
  let kind: Kind
  /// Whether records are `ipc_socket`, and each end of a stream can go alone.
  let isSocket: Bool
  /// Longest write between whose bytes no other thread's can lie.
  let atomicLimit: Int
  /// PIPE_BUF of a pipe: a longer write of packets is cut at it (pipe(2)).
  var packetLimit: Int { kind == .pipe ? 4096 : .max }
  /// The kind's `bytes_missing`.
  let missingField: MetaKey<TextID>
  private var anonymous: TextID?

  private init(
    _ form: Form, _ kind: Kind, isSocket: Bool, atomicLimit: Int, missingField: MetaKey<TextID>
  ) {
    self.form = form
    self.kind = kind
    self.isSocket = isSocket
    self.atomicLimit = atomicLimit
    self.missingField = missingField
  }

  /// Pipes and FIFOs: up to PIPE_BUF, a write is never interrupted by another one (pipe(7)).
  static func pipe() -> Transport {
    Transport(.pipe, .pipe, isSocket: false, atomicLimit: 4096, missingField: Kind.Pipe.bytesMissing)
  }

  /// Unix stream sockets: a write is queued in one piece unless it is longer than half of the send buffer, whose smallest
  /// size is 4608 (unix_stream_sendmsg, net/unix/af_unix.c; SOCK_MIN_SNDBUF).
  static func unix() -> Transport {
    Transport(
      .unix(SocketNames()), .unixStream, isSocket: true, atomicLimit: 2048,
      missingField: Kind.UnixSocket.bytesMissing)
  }

  /// TCP connections within this host.
  static func tcp(_ names: InternetNames) -> Transport {
    Transport(
      .tcp(names), .loopbackTCP, isSocket: true, atomicLimit: 0,
      missingField: Kind.LoopbackSocket.bytesMissing)
  }

  /// Vsock connections within this host: a write waits in the middle wherever the receiver's room is used up
  /// (vsock_connectible_sendmsg, net/vmw_vsock/af_vsock.c).
  static func vsock() -> Transport {
    Transport(.vsock, .vsock, isSocket: true, atomicLimit: 1, missingField: Kind.Vsock.bytesMissing)
  }

  // MARK: - Ends

  /// Whether so many names are known that a look at which sockets exist would be of use.
  var isCrowded: Bool {
    if case .unix(let names) = form { names.isCrowded } else { false }
  }

  /// Takes the name of one end of a socket.
  func takeName(_ record: UnsafeRawBufferPointer, _ texts: inout TextTable) {
    if case .unix(let names) = form { names.take(record, &texts) }
  }

  /// Learns what a record says of a stream's ends.
  func note(_ socket: ipc_socket, in ends: inout StreamEnds) {
    // A name that was reported before the socket was accepted is known as that of the accepted one from now on.
    let isAccepted = ends.destinationInode == 0 && socket.destination_inode != 0
    ends.note(socket)
    guard case .unix(let names) = form else { return }
    // Names are reported before the end of the first transfer, and not for one that failed.
    let header = socket.transfer.header
    if UInt32(header.type) == IPC_RECORD_WRITE_BEGIN.rawValue || socket.transfer.count == 0 { return }
    ends.names.update(by: socket, in: names, isNew: isAccepted)
  }

  /// Lets go of names that are not needed any more.
  func tidy(at time: UInt64, _ live: OpenChannels?, _ buffer: inout ReorderBuffer) {
    switch form {
    case .pipe, .vsock: break
    case .unix(let names): names.tidy(at: time, live, &buffer)
    case .tcp(let names): names.tidy(at: time, &buffer)
    }
  }

  // MARK: - Events

  /// Sets the kind's meta fields.
  ///
  /// - Parameters:
  ///   - sent: What the sender says was passed with the bytes.
  ///   - received: What the receiver says of that.
  /// - Returns: The fields whose texts are of this event alone, as in ``ReorderBuffer/append(_:content:ownTexts:)``.
  func fill(
    _ event: inout Event, of stream: ByteStream, sent: AncillaryData?, received: AncillaryData?,
    _ texts: inout TextTable
  ) -> MetaFieldSet {
    switch form {
    case .pipe:
      event.set(Kind.Pipe.name, to: stream.ends.path ?? anonymousText(&texts))
      event.set(Kind.Pipe.inode, to: stream.key.identity)
      event.set(Kind.Pipe.count, to: event.count)
      return MetaFieldSet()
    case .unix:
      let path = SocketEndNames.text(of: stream.ends.names) ?? anonymousText(&texts)
      event.set(Kind.UnixSocket.path, to: path)
      event.set(Kind.UnixSocket.count, to: event.count)
      if stream.key.identity != 0 { event.set(Kind.UnixSocket.sourceInode, to: stream.key.identity) }
      let inode = stream.ends.destinationInode
      if inode != 0 { event.set(Kind.UnixSocket.destinationInode, to: inode) }
      return AncillaryData.describe(from: sent, to: received, in: &event, &texts)
    case .tcp(let names):
      fill(&event, stream.ends, names, &texts)
      return MetaFieldSet()
    case .vsock:
      let source = stream.ends.sourceContext, destination = stream.ends.destinationContext
      event.set(Kind.Vsock.sourceContext, to: UInt64(source.cid))
      event.set(Kind.Vsock.sourcePort, to: UInt64(source.port))
      event.set(Kind.Vsock.destinationContext, to: UInt64(destination.cid))
      event.set(Kind.Vsock.destinationPort, to: UInt64(destination.port))
      event.set(Kind.Vsock.count, to: event.count)
      return MetaFieldSet()
    }
  }

  private func fill(
    _ event: inout Event, _ ends: StreamEnds, _ names: InternetNames, _ texts: inout TextTable
  ) {
    typealias Key = Kind.LoopbackSocket
    event.set(Key.sourcePort, to: UInt64(ends.sourcePort))
    event.set(Key.destinationPort, to: UInt64(ends.destinationPort))
    if let service = names.service(ends.sourcePort, kind: kind, &texts) {
      event.set(Key.sourceService, to: service)
    }
    if let service = names.service(ends.destinationPort, kind: kind, &texts) {
      event.set(Key.destinationService, to: service)
    }
    if ends.destinationInode != 0 { event.set(Key.destinationInode, to: ends.destinationInode) }
    event.set(Key.count, to: event.count)
    event.set(Key.sourceAddress, to: names.address(ends.sourceAddress, &texts))
    event.set(Key.destinationAddress, to: names.address(ends.destinationAddress, &texts))
  }

  private func anonymousText(_ texts: inout TextTable) -> TextID {
    let text = anonymous ?? texts.add("<anonymous>")
    anonymous = text
    return text
  }
}
