import IPCModel
import RecordLayout

/// What is known of one end of a channel.
struct ChannelEnd {
  /// Tells it from an earlier end of that name; 0 if it is not known.
  var inode: UInt64 = 0
  /// Who has acted there last.
  var user: EndUser?
  /// Who has acted last at the opposite end.
  var opposite: EndUser?
  /// Who has connected or accepted it.
  var opener: EndUser?
  /// Who has ended what is sent from it, by a close or a shutdown.
  var sendingEndedBy: EndUser?
  /// Who has ended what is received at it.
  var receivingEndedBy: EndUser?
  /// Whether that was by the exit of a process.
  var isClosedByExit = false
  /// When anything was last heard of it, in nanoseconds.
  var lastTouched: UInt64 = 0

  var isClosed: Bool { sendingEndedBy != nil && receivingEndedBy != nil }
}

/// The ends of channels, as far as something was heard of them.
struct ChannelEnds {
  /// Ends that are remembered; half of them, those not heard of for longest, go when there are more.
  private static let limit = 65_536
  /// How long a closed end is remembered, for reads and writes that meet it, in nanoseconds.
  private static let rest: UInt64 = 10_000_000_000

  private var ends: [EndKey: ChannelEnd] = [:]

  var count: Int { ends.count }

  subscript(key: EndKey) -> ChannelEnd? { ends[key] }

  /// What is known of the end opposite to that of a record; nil if nothing is, or only of an earlier one of that name.
  func opposite(of record: LifecycleRecord) -> ChannelEnd? {
    guard let key = record.other, let end = ends[key] else { return nil }
    let inode = record.raw.other_inode
    return inode == 0 || end.inode == 0 || end.inode == inode ? end : nil
  }

  /// Changes what is known of an end, forgetting an earlier one of that name.
  ///
  /// - Parameter inode: Its inode; 0 if it is not known.
  mutating func update(_ key: EndKey, inode: UInt64, at time: UInt64, _ change: (inout ChannelEnd) -> Void) {
    func apply(_ end: inout ChannelEnd) {
      if inode != 0, end.inode != 0, end.inode != inode { end = ChannelEnd() }
      if inode != 0 { end.inode = inode }
      end.lastTouched = time
      change(&end)
    }
    apply(&ends[key, default: ChannelEnd()])
  }

  /// Learns from a transfer who is at an end of its direction.
  ///
  /// - Returns: Whether nobody was known to be there before.
  mutating func note(_ transfer: ipc_transfer, _ kind: Kind) -> Bool {
    let header = transfer.header
    let isWriter = UInt32(header.type) != IPC_RECORD_READ.rawValue
    let user = EndUser(endpoint: Endpoint(transfer), isInScope: header.has(IPC_FLAG_IN_SCOPE))
    let key = EndKey(kind: kind, address: transfer.channel)
    // What tells TCP's directions apart is no inode.
    let inode = kind == .loopbackTCP ? 0 : transfer.identity
    var isNew = false
    update(key, inode: inode, at: header.time) { end in
      isNew = (isWriter ? end.user : end.opposite) == nil
      if isWriter { end.user = user } else { end.opposite = user }
    }
    return isNew
  }

  /// Lets go of ends that are closed for long, and of others if there are too many.
  ///
  /// - Returns: Names of those that are forgotten.
  mutating func tidy(at time: UInt64) -> [EndKey] {
    var gone = ends.filter { $0.value.isClosed && $0.value.lastTouched + Self.rest < time }.map(\.key)
    if ends.count - gone.count > Self.limit {
      let times = ends.values.map(\.lastTouched).sorted()
      let bound = times[times.count / 2]
      gone = ends.filter { $0.value.lastTouched <= bound }.map(\.key)
    }
    for key in gone { ends[key] = nil }
    return gone
  }

  mutating func removeAll() { ends.removeAll() }
}
