import IPCModel
import RecordLayout

/// From where to where a message goes, as one end's record tells it.
struct MessageRoute {
  /// The sending end; its address is 0 if it is not known.
  let key: ChannelKey
  /// The receiving struct sock; 0 if it is not known.
  let target: UInt64
  /// Its inode; 0 if that is not known, or nobody has accepted it yet.
  let targetInode: UInt64
  let sourceAddress: RecordedAddress
  let destinationAddress: RecordedAddress
  let sourcePort: UInt16
  let destinationPort: UInt16
  /// Network namespace of the end that the record is of.
  let netns: UInt32
  private let traits: UInt16

  init(_ raw: ipc_socket) {
    key = raw.transfer.key
    target = raw.end.destination
    targetInode = raw.destination_inode
    sourceAddress = raw.source_address
    destinationAddress = raw.destination_address
    sourcePort = raw.source_port
    destinationPort = raw.destination_port
    netns = raw.netns
    traits = raw.traits
  }

  func has(_ trait: ipc_socket_traits) -> Bool { traits & UInt16(trait.rawValue) != 0 }

  /// Whether a message on its way to here can have been received there.
  func canEnd(at other: MessageRoute) -> Bool {
    if target != 0, other.target != 0 {
      return target == other.target
        && (targetInode == 0 || other.targetInode == 0 || targetInode == other.targetInode)
    }
    return true
  }

  /// Whether both go to the same address and port; a socket that listens on every address says none.
  func hasDestination(of other: MessageRoute) -> Bool {
    if destinationPort != other.destinationPort { return false }
    let here = InternetAddress(destinationAddress), there = InternetAddress(other.destinationAddress)
    return here == there || Self.unspecified.contains(there)
  }

  /// `::` and `0.0.0.0`.
  private static let unspecified = [
    InternetAddress((0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)),
    InternetAddress((0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0)),
  ]

  /// How a look at the channels that exist names the UDP sockets of a local port.
  private func portKey(_ port: UInt16) -> ChannelKey {
    ChannelKey(address: UInt64(netns) << 32 | UInt64(port), identity: 0)
  }

  /// How such a look names the sockets that sent a message; of a kind that is named by ports.
  func senders(_ kind: Kind) -> ChannelKey {
    kind == .netlink ? netlinkKey(NetlinkEnd(sourceAddress).port) : portKey(sourcePort)
  }

  /// The same of those that receive it.
  func receivers(_ kind: Kind) -> ChannelKey {
    kind == .netlink ? netlinkKey(netlinkDestination.port) : portKey(destinationPort)
  }

  // MARK: - Netlink

  /// Where a netlink message goes.
  var netlinkDestination: NetlinkEnd { NetlinkEnd(destinationAddress) }

  private func netlinkKey(_ port: UInt32) -> ChannelKey {
    // IPC_NETLINK_NAME, records.h.
    let name = (UInt64(netns) << 32 | UInt64(port)) ^ 0x6e6c_0000_0000_0000
    return ChannelKey(address: name, identity: UInt64(netlinkDestination.family))
  }
}

/// One end of a netlink message.
typealias NetlinkEnd = ipc_netlink_end

extension NetlinkEnd {
  /// Reads what a record has in place of an address.
  init(_ address: RecordedAddress) {
    self = withUnsafeBytes(of: address) { $0.loadUnaligned(as: ipc_netlink_end.self) }
  }
}

/// A thread in sendmmsg(2): its messages can be received long before they are reported as sent.
struct MessageBatch {
  let source: Endpoint
  let isInScope: Bool
  let route: MessageRoute
  /// When the call began.
  let time: UInt64
  /// When the first of its messages was reported as sent: the call has ended; 0 while it goes on.
  var ended: UInt64 = 0
}
