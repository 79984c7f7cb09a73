import IPCModel
import RecordLayout

/// Names of the two unix sockets of a transfer, as they were when it happened.
///
/// They are not looked up later: the sockets may be gone then, and others at their addresses.
struct SocketEndNames {
  private(set) var source: SocketName?
  private(set) var destination: SocketName?
  /// When they were looked up last, so that names in use are known as such.
  private var time: UInt64 = 0

  /// How long a name is in use before it is looked up again, in nanoseconds.
  private static let interval: UInt64 = 500_000_000

  /// Names of a record's sockets.
  init(_ socket: ipc_socket, in names: SocketNames) { update(by: socket, in: names) }

  /// No names.
  init() {}

  /// Learns from one more record of the same sockets.
  ///
  /// - Parameter isNew: Whether more is known of the sockets than before.
  mutating func update(by socket: ipc_socket, in names: SocketNames, isNew: Bool = false) {
    let now = socket.transfer.header.time
    let isDue = isNew || time + Self.interval < now
    if isDue { time = now }
    // A name never changes.
    if isDue || destination == nil, socket.traits & UInt16(IPC_SOCKET_DESTINATION_NAMED.rawValue) != 0 {
      let found = names.name(of: socket.end.destination, inode: socket.destination_inode, at: now)
      destination = destination ?? found
    }
    if isDue || source == nil, socket.traits & UInt16(IPC_SOCKET_SOURCE_NAMED.rawValue) != 0 {
      let found = names.name(of: socket.transfer.channel, inode: socket.transfer.identity, at: now)
      source = source ?? found
    }
  }

  /// What both ends of a message say: the receiver's name, else the sender's.
  static func text(of received: SocketEndNames, sent: SocketEndNames? = nil) -> TextID? {
    let name = received.destination ?? sent?.destination ?? received.source ?? sent?.source
    return name?.text
  }
}

/// The name of a unix socket, shared by all that have it.
///
/// Who has got it keeps it: its text is given back when no socket has that name any more, and nothing else refers to it.
final class SocketName {
  /// A path, or `@` and the bytes of an abstract name.
  let bytes: [UInt8]
  /// The same for events.
  let text: TextID
  /// Sockets that are known by this name.
  var sockets = 0

  init(_ bytes: [UInt8], text: TextID) {
    self.bytes = bytes
    self.text = text
  }
}
