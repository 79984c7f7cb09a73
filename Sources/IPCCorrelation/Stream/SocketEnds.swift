import RecordLayout

/// What is known of the two sockets of one direction.
struct SocketEnds {
  /// The receiving unix socket; of TCP, the inode of the sending one.
  private(set) var peer: UInt64 = 0
  /// Inode of the receiving socket; 0 as long as it is not known, or nobody has accepted it.
  private(set) var peerInode: UInt64 = 0
  private(set) var sourcePort: UInt16 = 0
  private(set) var destinationPort: UInt16 = 0
  private(set) var sourceAddress = InternetAddress()
  private(set) var destinationAddress = InternetAddress()
  /// Unix: what the sockets are called.
  var names = SocketEndNames()

  /// Learns what a record says.
  mutating func note(_ socket: ipc_socket) {
    if socket.peer != 0 { peer = socket.peer }
    if socket.peer_inode != 0 { peerInode = socket.peer_inode }
    sourcePort = socket.source_port
    destinationPort = socket.destination_port
    sourceAddress = InternetAddress(socket.source_address)
    destinationAddress = InternetAddress(socket.destination_address)
  }

  /// Whether a record is of other sockets than those that are known: another connection has taken their addresses.
  func isContradicted(by socket: ipc_socket) -> Bool {
    (socket.peer != 0 && peer != 0 && socket.peer != peer)
      || (socket.peer_inode != 0 && peerInode != 0 && socket.peer_inode != peerInode)
  }
}
