import IPCModel
import RecordLayout

/// What is known of a stream's ends: the path of a FIFO, or the two sockets of one direction.
struct StreamEnds {
  /// Path of a FIFO.
  var path: TextID?
  /// The receiving unix socket; of TCP, the inode of the sending one.
  private(set) var other: UInt64 = 0
  /// Inode of the receiving socket; 0 as long as it is not known, or nobody has accepted it.
  private(set) var destinationInode: UInt64 = 0
  private(set) var sourcePort: UInt16 = 0
  private(set) var destinationPort: UInt16 = 0
  private(set) var sourceAddress = InternetAddress()
  private(set) var destinationAddress = InternetAddress()
  /// Unix: what the sockets are called.
  var names = SocketEndNames()

  /// Learns what a record says.
  mutating func note(_ socket: ipc_socket) {
    // Both members of the union are one number, which is compared and never shown.
    if socket.end.destination != 0 { other = socket.end.destination }
    if socket.destination_inode != 0 { destinationInode = socket.destination_inode }
    sourcePort = socket.source_port
    destinationPort = socket.destination_port
    sourceAddress = InternetAddress(socket.source_address)
    destinationAddress = InternetAddress(socket.destination_address)
  }

  /// Whether a record is of other sockets than those that are known: another connection has taken their addresses.
  func isContradicted(by socket: ipc_socket) -> Bool {
    (socket.end.destination != 0 && other != 0 && socket.end.destination != other)
      || (socket.destination_inode != 0 && destinationInode != 0
        && socket.destination_inode != destinationInode)
  }
}
