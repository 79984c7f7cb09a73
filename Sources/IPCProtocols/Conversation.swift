import IPCModel

/// What two ends say to each other in one protocol, through one channel or through a pair of pipes.
public final class Conversation {
  /// The protocol.
  let definition: ProtocolDefinition
  private var decoder: any MessageDecoder
  private let outlet: MessageOutlet
  /// The directions, as far as they are known.
  var flows: [ByteFlow?] = [nil, nil]
  /// Directions in which the next frame is looked for, by ``Side``.
  private var isLost = [false, false]
  /// Why what comes before that frame is none.
  private var rejection: [StaticString] = ["", ""]
  private var pairing: CallPairing
  /// Whether both directions speak something else from now on, and which frames these may be is to be found anew.
  private(set) var isLeft = false

  /// Most bytes of a frame that are kept for a decoder to see.
  static let headLimit = 1 << 20

  init(_ definition: ProtocolDefinition, _ outlet: MessageOutlet) {
    self.definition = definition
    self.outlet = outlet
    decoder = definition.makeDecoder(outlet.settings)
    pairing = CallPairing(tellsCalls: outlet.settings.tellsCalls)
  }

  // MARK: - For decoders

  /// Tells a message.
  public func emit(_ message: consuming Message, from flow: ByteFlow) {
    message.channel = flow.channel
    guard outlet.settings.pairsCalls else { return outlet.message(message) }
    // The answer is told before its call, which the pairing has found meanwhile.
    var ended: Call?
    pairing.take(&message, from: flow.side) { call in
      if let earlier = ended { outlet.call(earlier) }
      ended = call
    }
    outlet.message(message)
    if let ended { outlet.call(ended) }
  }

  /// Says that a request has begun which may be answered before it is complete. Of protocols that go by order only.
  public func announceRequest(from flow: ByteFlow) {
    if outlet.settings.pairsCalls { pairing.announce(from: flow.side) }
  }

  /// Tells the bytes that have been taken, and those that are unread up to the next frame, as no message.
  public func reject(_ flow: ByteFlow, _ reason: StaticString) {
    isLost[flow.side.rawValue] = true
    flow.stopPassing()
    flow.searched = 0
    rejection[flow.side.rawValue] = reason
    decoder.reset(flow.side)
  }

  /// Tells the bytes that have been taken as no message, and decodes those behind.
  public func emitMalformed(_ flow: ByteFlow, _ reason: StaticString) {
    var message = Message(definition.name, .data, flow.finishFrame())
    message.malformed = reason
    emit(message, from: flow)
  }

  /// Says that both directions speak something else from here on: what has not been taken is looked at as if the channel
  /// had just begun.
  public func leave() { isLeft = true }

  // MARK: - What comes

  /// Decodes a piece of a direction.
  ///
  /// - Parameter bytes: What was captured of it.
  func take(_ piece: Piece, _ bytes: UnsafeRawBufferPointer, _ flow: ByteFlow) {
    if let other = flows[flow.side.other.rawValue] { decoder.settle(other, isLast: false, in: self) }
    let wasPassing = flow.passing > 0
    if !bytes.isEmpty || piece.count == 0 {
      flow.begin(piece, bytes)
      if wasPassing, flow.passing == 0 { decoder.complete(flow, in: self) }
      decodeUnread(flow)
    }
    if piece.count > bytes.count, !isLeft { takeGap(piece, piece.count - bytes.count, flow) }
    if flow.keepsBounds, !isLeft { endBounds(flow) }
    flow.end()
  }

  /// Begins with what a direction has brought before its protocol was known.
  ///
  /// - Parameter offset: Where in the unread bytes the first frame was found.
  func start(_ flow: ByteFlow, at offset: Int) {
    if offset > 0, !definition.tellsNoise { reject(flow, "before the first frame") }
  }

  /// Decodes what is unread, as far as it goes.
  func decodeUnread(_ flow: ByteFlow) {
    while !flow.unread.isEmpty, flow.passing == 0, !isLeft {
      if isLost[flow.side.rawValue] {
        guard findFrame(flow) else { return }
        continue
      }
      guard flow.unread.count >= flow.wanted else { return }
      let (unread, taken) = (flow.unread.count, flow.frameCount)
      decoder.decode(flow, in: self)
      if isLost[flow.side.rawValue] { continue }
      if flow.unread.count == unread, flow.frameCount == taken {
        if unread <= Self.headLimit { return }
        reject(flow, "no frame within 1 MiB")
      }
    }
  }

  /// Looks for the next frame that is certain, behind bytes that are none.
  ///
  /// - Returns: Whether one was found.
  private func findFrame(_ flow: ByteFlow) -> Bool {
    // What was rejected begins like a frame, so that at least one byte is passed over.
    var offset = max(flow.searched, flow.frameCount == 0 ? 1 : 0)
    var hints = ChannelHints(kind: flow.channel.kind)
    hints.isNext = true
    while offset < flow.unread.count {
      let rest = UnsafeRawBufferPointer(rebasing: flow.unread[offset...])
      switch definition.recognise(rest, hints) {
      case .certain:
        flow.take(offset)
        tellRejected(flow)
        return true
      case .undecided where rest.count < 4096:
        flow.take(offset)
        flow.searched = 0
        if flow.frameCount == 0 { flow.searched = 1 }
        return false
      case .undecided, .no: offset += 1
      }
    }
    flow.take(flow.unread.count)
    return false
  }

  private func tellRejected(_ flow: ByteFlow) {
    isLost[flow.side.rawValue] = false
    flow.searched = 0
    if flow.frameCount > 0 { emitMalformed(flow, rejection[flow.side.rawValue]) }
  }

  private func takeGap(_ piece: Piece, _ count: Int, _ flow: ByteFlow) {
    let left = count - flow.passGap(piece, count)
    if flow.passing == 0, left < count { decoder.complete(flow, in: self) }
    guard left > 0, flow.passing == 0 else { return }
    flow.lose(piece, left)
    let isFollowed = !isLost[flow.side.rawValue] && decoder.skipGap(left, flow, in: self)
    if !isFollowed, !isLost[flow.side.rawValue] { reject(flow, "bytes are missing") }
    flow.take(flow.unread.count)
    flow.takeLost()
    if !isFollowed { pairing.doubtOrder() }
  }

  /// Ends the message whose bounds are those of its transfer.
  func endBounds(_ flow: ByteFlow) {
    decoder.settle(flow, isLast: true, in: self)
    guard flow.isInFrame else { return }
    flow.stopPassing()
    flow.take(flow.unread.count)
    decoder.reset(flow.side)
    isLost[flow.side.rawValue] = false
    emitMalformed(flow, "the message ends in the middle of a frame")
  }

  /// Learns that records of this kind were lost, which may have been of this channel.
  func noteLoss() {
    for flow in flows {
      if let flow, flow.isInFrame { flow.markTruncated() }
    }
    pairing.doubtOrder()
  }

  /// Ends it: nothing will come any more.
  func close(at time: UInt64) {
    for case let flow? in flows {
      if isLost[flow.side.rawValue] {
        flow.take(flow.unread.count)
        tellRejected(flow)
        continue
      }
      decoder.settle(flow, isLast: true, in: self)
      flow.stopPassing()
      // What was to go on without an end has been settled with what there was of it.
      guard flow.isInFrame else { continue }
      flow.take(flow.unread.count)
      flow.markTruncated()
      emitMalformed(flow, "the channel or the trace ended here")
    }
    pairing.giveUpAll(at: time) { outlet.call($0) }
  }
}

/// Where messages and calls go, and what is asked of them.
final class MessageOutlet {
  let settings: MessageSettings
  let memory: MessageMemory
  let message: (Message) -> Void
  let call: (Call) -> Void

  init(
    _ settings: MessageSettings, message: @escaping (Message) -> Void, call: @escaping (Call) -> Void
  ) {
    self.settings = settings
    memory = MessageMemory(keepsContents: settings.keepsContents, limit: settings.memoryLimit)
    self.message = message
    self.call = call
  }
}
