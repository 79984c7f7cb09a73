import IPCModel

/// What becomes of channels that rest, go, or outlive the trace.
extension PipeCorrelator {
  func finish(at time: UInt64, channels live: LiveChannels, into stage: inout EventStage) {
    for (key, channel) in channels { tellEnd(of: channel, live: live[key], at: time, &stage) }
    channels = [:]
    recent = nil
  }

  var wantsLiveChannels: Bool { look.isDue }

  func sweep(
    at time: UInt64, channels live: LiveChannels?, into stage: inout EventStage, forgotten: (UInt64) -> Void
  ) {
    if stage.count == 0 {
      for name in retiredNames { stage.texts.release(name) }
      retiredNames.removeAll()
    }
    let isCrowded = channels.count > 4096
    let rest: UInt64 = isCrowded ? 100_000_000 : 2_000_000_000
    var unreadCount = 0
    var named = 0
    var gone: [ChannelKey] = []
    for (key, channel) in channels where channel.lastTouched + rest < time && channel.reads.isEmpty {
      if channel.isIdle, channel.name == nil {
        gone.append(key)
      } else if channel.isIdle {
        // The kernel tells a path once, so it is kept as long as the FIFO may live.
        named += 1
        if let live, live[key] == nil { gone.append(key) }
      } else if let live {
        if live[key] == nil { gone.append(key) }
        tellEnd(of: channel, live: live[key], at: time, &stage, isOver: live[key] == nil)
      } else {
        unreadCount += 1
      }
    }
    for key in gone {
      if let name = channels.removeValue(forKey: key)?.name { retiredNames.append(name) }
      forgotten(key.address)
    }
    recent = nil
    if named > Self.keptNames { unreadCount += named }
    look.note(unread: unreadCount, hasLooked: live != nil, found: live != nil && !gone.isEmpty)
  }

  /// Resting FIFOs above which it is worth looking which of them are gone.
  private static var keptNames: Int { 1024 }

  /// Tells what nobody will read any more, or what somebody has read unseen.
  private func tellEnd(
    of channel: PipeChannel, live: LiveChannels.Channel?, at time: UInt64, _ stage: inout EventStage,
    isOver: Bool = true
  ) {
    let isInStep = channel.lossGeneration == lossGeneration
    let unread = live.map { $0.unread.map { Int(clamping: $0) } ?? channel.available }
    if let unread, unread < channel.available {
      teller.tellUnseen(channel.available - unread, of: channel, at: time, isTold: isInStep, &stage)
    }
    if isOver { teller.tellUnread(of: channel, at: time, unread: unread, isInStep: isInStep, &stage) }
  }
}
