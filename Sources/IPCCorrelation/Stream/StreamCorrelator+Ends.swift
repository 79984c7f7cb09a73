import DequeModule
import IPCModel

/// What becomes of channels that rest, go, or outlive the trace.
extension StreamCorrelator {
  /// How long a connection that nobody has accepted is kept, in nanoseconds.
  private static var acceptTime: UInt64 { 60_000_000_000 }
  /// Resting FIFOs above which it is worth looking which of them are gone.
  private static var keptNames: Int { 1024 }

  func finish(at time: UInt64, channels live: LiveChannels, into stage: inout EventStage) {
    for thread in arrivingWrites.keys { finishWriting(by: thread, &stage) }
    for (key, channel) in channels {
      tellEnd(of: channel, live: readable(live[key]), at: time, &stage)
      forgetSplicing(of: channel, &stage)
      releaseDiscarded(of: channel, &stage)
    }
    tidyBacklogs(before: .max, &stage)
    channels = [:]
    recent.removeAll()
  }

  var wantsLiveChannels: Bool { look.isDue }

  func sweep(at time: UInt64, channels live: LiveChannels?, into stage: inout EventStage) {
    retiredNames.tidy(at: time, &stage)
    medium.tidy(at: time, live, &stage)
    tidySplices(at: time, &stage)
    let isCrowded = channels.count > 4096
    let rest: UInt64 = isCrowded ? 100_000_000 : 2_000_000_000
    var unreadCount = 0
    var named = 0
    var gone: [ChannelKey] = []
    for (key, channel) in channels where channel.lastTouched + rest < time && channel.reads.isEmpty {
      if channel.hasPositions { dropPassed(channel, at: time, &stage) }
      if channel.isIdle, channel.name == nil {
        gone.append(key)
      } else if channel.isIdle {
        // The kernel tells a path once, so it is kept as long as the FIFO may live.
        named += 1
        if let live, live[key] == nil { gone.append(key) }
      } else if let live {
        let entry = readable(live[key])
        let isOver = entry == nil && !mayBeAccepted(channel, at: time)
        if isOver { gone.append(key) }
        if isOver || entry != nil { tellEnd(of: channel, live: entry, at: time, &stage, isOver: isOver) }
      } else {
        unreadCount += 1
      }
      releaseDiscarded(of: channel, &stage)
    }
    for key in gone {
      guard let channel = channels.removeValue(forKey: key) else { continue }
      forgetSplicing(of: channel, &stage)
      if let name = channel.name { retiredNames.append(name) }
    }
    recent.removeAll()
    if named > Self.keptNames { unreadCount += named }
    if medium.isCrowded { unreadCount += 1 }
    look.note(unread: unreadCount, hasLooked: live != nil, found: live != nil && !gone.isEmpty)
  }

  /// A channel, unless it is a socket's direction that nobody can read from any more.
  private func readable(_ live: LiveChannels.Channel?) -> LiveChannels.Channel? {
    guard let live, isSocket, !live.isReadable else { return live }
    return nil
  }

  /// Whether the receiving socket may be one that waits to be accepted: nobody holds it then.
  private func mayBeAccepted(_ channel: StreamChannel, at time: UInt64) -> Bool {
    isSocket && channel.ends.destinationInode == 0 && channel.lastTouched + Self.acceptTime >= time
  }

  /// Tells what nobody will read any more, or what somebody has read unseen.
  private func tellEnd(
    of channel: StreamChannel, live: LiveChannels.Channel?, at time: UInt64, _ stage: inout EventStage,
    isOver: Bool = true
  ) {
    if channel.hasPositions {
      guard isOver else { return }
      return teller.tellUnreadPositions(of: channel, at: time, lossGeneration: lossGeneration, &stage)
    }
    let isInStep = channel.lossGeneration == lossGeneration
    let unread = live.map { $0.unread.map { Int(clamping: $0) } ?? channel.available }
    if let unread, unread < channel.available {
      teller.tellUnseen(channel.available - unread, of: channel, at: time, isTold: isInStep, &stage)
    }
    if isOver { teller.tellUnread(of: channel, at: time, unread: unread, isInStep: isInStep, &stage) }
  }
}
