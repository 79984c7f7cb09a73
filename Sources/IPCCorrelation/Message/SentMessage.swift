import IPCModel
import RecordLayout

/// A message that was sent and not yet received, or several datagrams that one write was cut into.
///
/// Its properties are many because it is one row of a queue: what the kernel reported of one send (who, when, from where to
/// where, with which bytes), and which of its datagrams or copies were received.
struct SentMessage {
  /// Who sent.
  let source: Endpoint
  /// Whether the sender is in the scope of the trace.
  let isInScope: Bool
  /// Whether another source is as possible.
  var isInferred = false
  let route: MessageRoute
  /// Unix: what its sockets are called.
  let names: SocketEndNames
  /// When it can have been queued at its receiver at the earliest, in nanoseconds.
  private(set) var begin: UInt64
  /// When it was queued there at the latest.
  private(set) var settled: UInt64
  /// When the send ended.
  private(set) var time: UInt64
  /// Bytes sent.
  private(set) var count: Int
  /// See ``Fingerprint``.
  private(set) var fingerprint: Fingerprint
  /// What went with it.
  let ancillary: AncillaryData?
  /// Whether the next send goes on with it.
  private(set) var isOpen: Bool
  /// Whether it goes on with the message before it.
  let isJoined: Bool
  /// State of losses when it arrived.
  let lossEpoch: UInt64
  /// When a later message of the same sender was received first; 0 if none was.
  var passedOver: UInt64 = 0
  /// Number, in ``UnreadMessages``, of its contents if nobody was left to receive it; 0 if there are none.
  var unread: UInt64 = 0

  /// Bytes of each datagram; 0 if it is one.
  private var segment: Int
  /// Datagrams of full length, and bytes of the shorter last one, that were not received.
  private var fullLeft = 0
  private var lastLeft = 0
  private var isTaken = false
  /// Sockets that got their copies of a multicast message.
  private var receivers: [UInt64] = []

  init(
    _ transfer: SocketTransfer, names: SocketEndNames, begin: UInt64, ancillary: AncillaryData?,
    lossEpoch: UInt64
  ) {
    source = transfer.actor
    isInScope = transfer.has(IPC_FLAG_IN_SCOPE)
    route = MessageRoute(transfer.raw)
    self.names = names
    self.begin = begin
    settled = transfer.queued ?? transfer.time
    time = transfer.time
    count = transfer.count
    fingerprint = transfer.fingerprint
    self.ancillary = ancillary
    isOpen = transfer.has(IPC_SOCKET_CORKED)
    isJoined = transfer.has(IPC_SOCKET_JOINED)
    self.lossEpoch = lossEpoch
    segment = Int(transfer.raw.segment)
    cut()
  }

  /// Plans the datagrams that it is cut into (udp(7), UDP_SEGMENT).
  private mutating func cut() {
    guard segment > 0, count > segment else { return }
    fullLeft = count / segment
    lastLeft = count % segment
  }

  private var isCut: Bool { segment > 0 && count > segment }
  var isMulticast: Bool { route.has(IPC_SOCKET_MULTICAST) }
  /// Whether at least one receiver of a multicast message is known.
  var hasReceivers: Bool { !receivers.isEmpty }
  /// Whether nothing of it is left to be received.
  var isFinished: Bool { isCut ? fullLeft == 0 && lastLeft == 0 : isTaken }
  /// Bytes not yet received.
  var remaining: Int { isCut ? fullLeft * segment + lastLeft : count }
  /// Whether none of its bytes was received.
  var isWhole: Bool { remaining == count }

  /// Learns that nothing is added any more.
  mutating func close() { isOpen = false }

  /// Goes on with a message that the sender holds back.
  mutating func extend(with part: SentMessage) {
    count += part.count
    time = part.time
    settled = part.settled
    // It is queued by the part that completes it.
    begin = part.begin
    isOpen = part.isOpen
    segment = max(segment, part.segment)
    fingerprint.dropSuffix()
    cut()
  }

  /// Whether it can lie in a socket's queue.
  func canLie(in target: UInt64) -> Bool { route.target == 0 || route.target == target }

  // MARK: - Receiving

  /// Real length of what was received if it is of this message; nil if it cannot be.
  ///
  /// - Parameters:
  ///   - received: Length as it was reported.
  ///   - isFilled: Whether the receiver's room was used up, so that there may have been more.
  func length(ofReceived received: Int, isFilled: Bool) -> Int? {
    guard isCut else {
      return !isTaken && (received == count || isFilled && received < count) ? count : nil
    }
    if isFilled, fullLeft > 0, received < segment { return segment }
    if received > 0, fits(received) { return received }
    return isFilled && received < lastLeft ? lastLeft : nil
  }

  /// Compares it with a received message; nil if that cannot be it.
  ///
  /// - Parameter bytes: What was captured of the received message.
  func compare(
    count received: Int, isFilled: Bool, bytes: UnsafeRawBufferPointer?
  ) -> Fingerprint.Verdict? {
    guard length(ofReceived: received, isFilled: isFilled) != nil else { return nil }
    guard isCut else { return verdict(bytes, at: 0) }
    let next = verdict(bytes, at: count - remaining)
    if next != .different { return next }
    // Another reader's record may have overtaken this one's.
    for offset in stride(from: 0, to: count, by: segment) where verdict(bytes, at: offset) != .different {
      return .unknown
    }
    return .different
  }

  /// Whether so many bytes are whole datagrams of it.
  private func fits(_ received: Int) -> Bool {
    let full = received / segment, rest = received % segment
    return full <= fullLeft && (rest == 0 || rest == lastLeft)
  }

  private func verdict(_ bytes: UnsafeRawBufferPointer?, at offset: Int) -> Fingerprint.Verdict {
    bytes.map { fingerprint.compare(with: $0, consumed: offset, count: count) } ?? .unknown
  }

  /// Whether a socket has got its copy of this multicast message.
  func wasReceived(by target: UInt64) -> Bool { !receivers.isEmpty && receivers.contains(target) }

  /// Takes what was received.
  mutating func take(_ received: Int, by target: UInt64) {
    if isMulticast {
      receivers.append(target)
    } else if isCut {
      fullLeft -= received / segment
      if received % segment != 0 { lastLeft = 0 }
    } else {
      isTaken = true
    }
  }
}
