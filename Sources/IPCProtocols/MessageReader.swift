import IPCModel

/// Puts the transfers of all channels together to messages and calls.
///
/// Events come in the order in which they are told, which is that of the bytes of each channel. Everything is bounded:
/// what a message keeps, what all keep, the channels that are remembered.
public final class MessageReader {
  private let settings: MessageSettings
  private let outlet: MessageOutlet
  /// Who leaves out what is passed over; nil if nobody can.
  private let omissions: (any BodyOmissions)?
  private var channels: [ChannelID: MessageChannel] = [:]
  /// Channels that were used of late, each in its place: those of one client come in crowds.
  private var recent = InlineArray<16, MessageChannel?>(repeating: nil)
  /// Conversations over one-way channels that lack a direction.
  private var halves: [Lane] = []
  private var lastTime: UInt64 = 0

  /// Channels above which those that are silent are forgotten.
  private static let channelLimit = 16_384
  /// Lanes above which no more wait for their other direction.
  private static let halfLimit = 1024

  /// Reads nothing yet.
  ///
  /// - Parameters:
  ///   - omissions: Who can leave out contents that are passed over; nil if others want them, or they are there already.
  ///   - message: Is given each message, behind all bytes before it.
  ///   - call: Is given each call when it is over, behind its answer.
  public init(
    _ settings: MessageSettings, omissions: (any BodyOmissions)? = nil,
    message: @escaping (Message) -> Void, call: @escaping (Call) -> Void
  ) {
    self.settings = settings
    self.omissions = omissions
    outlet = MessageOutlet(settings, message: message, call: call)
  }

  /// Bytes that messages and unfinished frames have in memory.
  var memoryUsed: Int { outlet.memory.used }

  /// Takes an event.
  ///
  /// - Parameters:
  ///   - content: Bytes that were captured of it, the first ones; nil if there are none.
  ///   - texts: Table that its texts are in.
  ///   - transfers: The number by which the caller knows it, to find the transfers of messages (``Frame/transfers``); an
  ///     empty range for none.
  public func take(
    _ event: borrowing Event, content: UnsafeRawBufferPointer?, texts: borrowing TextTable,
    numbered transfers: Range<UInt64> = 0..<0
  ) {
    guard event.kind.row.carriesBytes, event.kind != .pty, !event.isLifecycle,
      let place = ChannelPlace(of: event, texts: texts)
    else { return }
    lastTime = event.time
    let channel = channel(at: place, of: event, texts: texts)
    let lane = channel.lane(place.side)
    if lane.flow.channel.facts.isEmpty { lane.flow.channel.facts = ChannelFact.all(of: event, texts: texts) }
    lane.note(event)
    if lane.conversation == nil, !channel.isOneWay, let other = channel.lanes[place.side.other.rawValue] {
      lane.conversation = other.conversation
      other.conversation?.flows[place.side.rawValue] = lane.flow
    }
    let bytes = content ?? UnsafeRawBufferPointer(start: nil, count: 0)
    var piece = Piece(of: event)
    piece.transfers = transfers
    let captured = UnsafeRawBufferPointer(rebasing: bytes.prefix(piece.count))
    if let lost = lane.flow.omission?.follow(event), lost > 0, let conversation = lane.conversation {
      var gap = piece
      (gap.count, gap.isOmitted) = (lost, false)
      conversation.take(gap, UnsafeRawBufferPointer(start: nil, count: 0), lane.flow)
    }
    if let conversation = lane.conversation {
      conversation.take(piece, captured, lane.flow)
      if conversation.isLeft { leave(conversation, channel) }
    } else {
      search(piece, captured, lane, of: channel)
    }
    if let omissions { omit(lane.flow, event, omissions) }
  }

  /// Lets be left out what is passed over from here on.
  private func omit(_ flow: ByteFlow, _ event: borrowing Event, _ omissions: any BodyOmissions) {
    if flow.passing == 0 { return }
    if flow.omission == nil { flow.omission = ReadingEnd(of: event).map { BodyOmission(at: $0) } }
    flow.omission?.pass(flow.passing, omissions)
  }

  /// Name of the protocol that an event's channel speaks, after the event has been taken; nil if that is not known.
  public func protocolName(of event: borrowing Event, texts: borrowing TextTable) -> StaticString? {
    guard let place = ChannelPlace(of: event, texts: texts) else { return nil }
    return channels[place.id]?.lane(place.side).conversation?.definition.name
  }

  /// Takes a loss: messages of its kind may lack bytes.
  public func take(_ loss: Loss) {
    for (id, channel) in channels where loss.kind == nil || loss.kind?.rawValue == id.kind {
      for lane in channel.lanes { lane?.conversation?.noteLoss() }
    }
  }

  /// Ends all conversations.
  public func finish() {
    close(channels.values.sorted { $0.number < $1.number })
    channels.removeAll()
    recent = .init(repeating: nil)
    halves.removeAll()
  }

  // MARK: - Channels

  private var created: UInt64 = 0

  private func channel(
    at place: ChannelPlace, of event: borrowing Event, texts: borrowing TextTable
  ) -> MessageChannel {
    let slot = Int(Hashing.spread(place.id.first ^ place.id.second) >> 60)
    if let known = recent[slot].flatMap({ $0.id == place.id ? $0 : nil }) ?? channels[place.id] {
      recent[slot] = known
      known.lastTime = event.time
      if known.isSame(as: event, place.side) { return known }
      // The ports are a new connection's.
      close([known])
    } else if channels.count >= Self.channelLimit {
      forgetSilent()
    }
    created += 1
    let name = ChannelName(of: event, texts: texts)
    let label = ChannelLabel(kind: event.kind, name: name.words(texts))
    let channel = MessageChannel(created, label, ChannelHints(of: event, label), place, outlet.memory)
    _ = channel.isSame(as: event, place.side)
    channel.lastTime = event.time
    channels[place.id] = channel
    recent[slot] = channel
    return channel
  }

  /// Forgets the half of the channels that has been silent for the longest time.
  private func forgetSilent() {
    let silent = channels.sorted { $0.value.lastTime < $1.value.lastTime }.prefix(channels.count / 2)
    for (id, _) in silent { channels.removeValue(forKey: id) }
    recent = .init(repeating: nil)
    close(silent.map(\.value))
  }

  private func close(_ closing: [MessageChannel]) {
    for channel in closing {
      for case let lane? in channel.lanes {
        halves.removeAll { $0 === lane }
        guard let conversation = lane.conversation else { continue }
        lane.conversation = nil
        if let omissions { lane.flow.omission?.stop(omissions) }
        // The other one of a pair of pipes may go on, but nothing can be answered any more.
        conversation.close(at: lastTime)
        for case let flow? in conversation.flows { flow.lane?.conversation = nil }
      }
    }
  }

  /// Looks for what a conversation's channel speaks from now on.
  private func leave(_ conversation: Conversation, _ channel: MessageChannel) {
    conversation.close(at: lastTime)
    for case let lane? in channel.lanes where lane.conversation === conversation {
      lane.conversation = nil
      lane.isRuled = false
      if let omissions { lane.flow.omission?.stop(omissions) }
      lane.restart()
      if let found = lane.recognise(ProtocolDefinition.registry, answering: nil) {
        begin(found, lane, of: channel)
      }
    }
  }

  // MARK: - Protocols

  /// Looks for a protocol in what a lane has brought up to now.
  private func search(
    _ piece: Piece, _ bytes: UnsafeRawBufferPointer, _ lane: Lane, of channel: MessageChannel
  ) {
    if bytes.count < piece.count, bytes.isEmpty { return lane.forget() }
    lane.flow.begin(piece, bytes)
    let rule = lane.isRuled ? settings.rules.first { $0.applies(channel.hints) } : nil
    let half = channel.isOneWay ? half(for: lane) : nil
    if let found = rule?.definition ?? lane.recognise(ProtocolDefinition.registry, answering: half) {
      begin(found, lane, of: channel)
    }
    if bytes.count < piece.count {
      if let conversation = lane.conversation {
        lane.flow.end()
        return conversation.take(piece.rest(behind: bytes.count), .init(start: nil, count: 0), lane.flow)
      }
      lane.forget()
    }
    lane.flow.end()
    if let conversation = lane.conversation, lane.flow.keepsBounds { conversation.endBounds(lane.flow) }
  }

  /// Begins, or joins, the conversation of a lane.
  private func begin(_ definition: ProtocolDefinition, _ lane: Lane, of channel: MessageChannel) {
    let other = channel.isOneWay ? half(for: lane) : channel.lanes[lane.flow.side.other.rawValue]
    if channel.isOneWay, let other, other.conversation?.definition == definition {
      halves.removeAll { $0 === other }
      lane.flow.side = other.flow.side.other
      lane.conversation = other.conversation
    } else {
      lane.conversation = Conversation(definition, outlet)
      if channel.isOneWay {
        if halves.count >= Self.halfLimit { halves.removeFirst() }
        halves.append(lane)
      }
    }
    guard let conversation = lane.conversation else { return }
    conversation.flows[lane.flow.side.rawValue] = lane.flow
    var lanes = [lane]
    if !channel.isOneWay, let other, other.conversation == nil {
      other.conversation = conversation
      conversation.flows[other.flow.side.rawValue] = other.flow
      let isEarlier = (other.flow.firstTime ?? .max) < lane.flow.firstTime ?? .max
      lanes.insert(other, at: isEarlier ? 0 : 1)
    }
    for lane in lanes {
      conversation.start(lane.flow, at: lane.isRuled ? lane.found : 0)
      conversation.decodeUnread(lane.flow)
    }
    if conversation.isLeft { leave(conversation, channel) }
  }

  /// The one-way channel that a lane may be the answers of.
  private func half(for lane: Lane) -> Lane? {
    halves.first { $0 !== lane && $0.isOpposite(of: lane) && $0.flow.channel.kind == lane.flow.channel.kind }
  }
}
