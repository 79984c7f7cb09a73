import BasicContainers
import DequeModule
import IPCModel
import RecordLayout

/// One direction of a byte stream: what was written and not yet read, and the reads whose writers are not known yet.
final class ByteStream {
  let key: ChannelKey
  /// How its reads are matched with its writes. Never another one, so that no use of it counts a reference.
  let matcher: Matcher
  /// Writes with unread bytes, and those that go on.
  var queue = WriteQueue()
  /// Reads without known writers, in the order of arrival.
  var reads = UniqueDeque<StreamRead>()
  var writers = WriterHistory()
  var readers = ReaderHistory()
  /// What others wrote before it was of interest, until its first record tells how much of that is unread.
  var past = PastWrites()
  /// What is known of it if it is spliced from.
  var splicing: Splicing?
  /// What lay in it when nobody was left to read it, if that was recorded.
  var unread: UnreadContents?
  /// Its name, or those of its two sockets.
  var ends = StreamEnds()
  /// Who held it when the trace began; nil if it was not there.
  var initialHolders: InitialHolders?
  /// Whether a transfer has named it; its name may come first.
  var isMet = false
  /// When a record was last about it.
  var lastTouched: UInt64 = 0

  init(key: ChannelKey, matcher: Matcher, initialHolders: InitialHolders?) {
    self.key = key
    self.matcher = matcher
    self.initialHolders = initialHolders
  }

  /// Whether nothing is unread, going on or waited for.
  var isIdle: Bool { queue.isEmpty && reads.isEmpty }

  /// Whether a divided read still has to wait for the contents of its writes.
  func mustWait(_ read: StreamRead, for shares: borrowing Shares) -> Bool {
    for share in shares.indices {
      guard let index = shares[share].write, shares[share].offset + shares[share].count > read.filled else {
        continue
      }
      if queue.writes[index].isInFlight || queue.writes[index].content.isAwaited { return true }
    }
    return false
  }

  /// Gives the bytes of a division back that cannot be finished.
  func giveBack(_ shares: borrowing Shares) {
    for index in shares.indices {
      if let write = shares[index].write { queue.giveBack(shares[index].count, to: write) }
    }
  }

  /// Whether it is known that reads have taken the first bytes of a write; an urgent one is taken before its turn.
  func isPlaceKnown(of index: Int) -> Bool {
    queue.writes[index].inference.isEmpty && !queue.writes[index].isUrgent && matcher.doubt.isEmpty
  }

  /// Contents of what nobody has read of a write, as far as they are known.
  ///
  /// - Parameter index: Index of the write in the queue.
  func unreadContent(of index: Int) -> ContentArena.Piece {
    let consumed = queue.writes[index].consumed
    let isCertain = consumed == 0 || isPlaceKnown(of: index)
    guard isCertain, !queue.writes[index].content.piece.isNone else { return .none }
    return queue.writes[index].content.piece.slice(from: consumed, count: queue.writes[index].remaining)
  }

  /// What contradicts the invariants of its state, a line each.
  var violations: [String] {
    let order: WriteQueue.Order =
      switch matcher {
      case .order: .serials
      case .position: .positions
      }
    return queue.violations(areInOrderOf: order).map { "stream \(key): \($0)" }
  }
}

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
  private(set) var sourceContext = ipc_vsock_end()
  private(set) var destinationContext = ipc_vsock_end()
  /// Unix: what the sockets are called.
  var names = SocketEndNames()

  /// Learns what a record says.
  mutating func note(_ socket: ipc_socket) {
    // Both members of the union are one number, which is compared and never shown.
    if socket.end.destination != 0 { other = socket.end.destination }
    if socket.destination_inode != 0 { destinationInode = socket.destination_inode }
    sourcePort = socket.source_port
    destinationPort = socket.destination_port
    if UInt32(socket.transfer.header.kind) == IPC_KIND_VSOCK.rawValue {
      sourceContext = ipc_vsock_end(socket.source_address)
      destinationContext = ipc_vsock_end(socket.destination_address)
    } else {
      sourceAddress = InternetAddress(socket.source_address)
      destinationAddress = InternetAddress(socket.destination_address)
    }
  }

  /// Whether a record is of other sockets than those that are known: another connection has taken their addresses.
  func isContradicted(by socket: ipc_socket) -> Bool {
    (socket.end.destination != 0 && other != 0 && socket.end.destination != other)
      || (socket.destination_inode != 0 && destinationInode != 0
        && socket.destination_inode != destinationInode)
  }
}

extension ipc_vsock_end {
  /// Reads what a record has in place of an address.
  init(_ address: RecordedAddress) {
    self = withUnsafeBytes(of: address) { $0.loadUnaligned(as: ipc_vsock_end.self) }
  }
}
