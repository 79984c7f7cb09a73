import DequeModule
import IPCModel

/// What becomes of streams that rest, go, or outlive the trace.
extension StreamCorrelator {
  /// How long a connection that nobody has accepted is kept, in nanoseconds.
  private static var acceptTime: UInt64 { 60_000_000_000 }
  /// Streams above which resting ones are let go of sooner.
  private static var keptStreams: Int { 4096 }
  /// Resting FIFOs above which it is worth looking which of them are gone.
  private static var keptNames: Int { 1024 }

  func finish(at time: UInt64, channels live: OpenChannels, into buffer: inout ReorderBuffer) {
    for thread in splices.writers() { finishWrite(by: thread, &buffer) }
    for (key, stream) in streams.all {
      reportEnd(of: stream, live: readable(live[key]), at: time, &buffer)
      splices.forget(stream, &buffer.contents)
      forgetUnread(of: stream, &buffer)
      stream.queue.releaseDiscarded(&buffer.contents)
    }
    splices.releaseBacklogs(before: .max, &buffer.contents)
    streams.removeAll()
  }

  var wantsOpenChannels: Bool { look.isDue }

  func sweep(at time: UInt64, channels live: OpenChannels?, into buffer: inout ReorderBuffer) {
    retiredNames.tidy(at: time, &buffer)
    transport.tidy(at: time, live, &buffer)
    splices.tidy(at: time, &buffer.contents)
    for thread in splices.staleWriters(at: time) { finishWrite(by: thread, &buffer) }
    let rest: UInt64 = streams.count > Self.keptStreams ? 100_000_000 : 2_000_000_000
    var unreadCount = 0
    var named = 0
    var gone: [ChannelKey] = []
    for (key, stream) in streams.all where stream.lastTouched + rest < time && stream.reads.isEmpty {
      removeOver(from: stream, at: time, &buffer)
      if stream.isIdle, stream.ends.path == nil {
        gone.append(key)
      } else if stream.isIdle {
        // The kernel reports a path once, so it is kept as long as the FIFO may live.
        named += 1
        if let live, live[key] == nil { gone.append(key) }
      } else if let live {
        let entry = readable(live[key])
        let isOver = entry == nil && !mayBeAccepted(stream, at: time)
        if isOver { gone.append(key) }
        if isOver || entry != nil { reportEnd(of: stream, live: entry, at: time, &buffer, isOver: isOver) }
      } else {
        unreadCount += 1
      }
      stream.queue.releaseDiscarded(&buffer.contents)
    }
    for key in gone {
      guard let stream = streams.remove(key) else { continue }
      splices.forget(stream, &buffer.contents)
      forgetUnread(of: stream, &buffer)
      if let name = stream.ends.path { retiredNames.append(name) }
    }
    if named > Self.keptNames { unreadCount += named }
    if transport.isCrowded { unreadCount += 1 }
    look.note(unread: unreadCount, hasLooked: live != nil, found: live != nil && !gone.isEmpty)
  }

  /// A channel, unless it is a socket's direction that nobody can read from any more.
  private func readable(_ live: OpenChannels.Channel?) -> OpenChannels.Channel? {
    guard let live, isSocket, !live.isReadable else { return live }
    return nil
  }

  /// Whether the receiving socket may be one that waits to be accepted: nobody holds it then.
  private func mayBeAccepted(_ stream: ByteStream, at time: UInt64) -> Bool {
    isSocket && stream.ends.destinationInode == 0 && stream.lastTouched + Self.acceptTime >= time
  }

  /// Reports what nobody will read any more, or what somebody has read unseen.
  func reportEnd(
    of stream: ByteStream, live: OpenChannels.Channel?, at time: UInt64, _ buffer: inout ReorderBuffer,
    isOver: Bool = true
  ) {
    switch stream.matcher {
    case .position(let matcher):
      guard isOver else { return }
      _ = reportContents(of: stream, at: time, &buffer)
      events.reportUnread(behindPositionsOf: matcher, of: stream, at: time, epoch: epoch, &buffer)
    case .order(let matcher):
      let isInStep = matcher.certainty.isInStep(at: epoch)
      let ended = stream.queue.availableEnded
      var unread = live.map { $0.unread.map { Int(clamping: $0) } ?? stream.queue.available }
      if isOver, let recorded = stream.unread, let total = recorded.total {
        // Where more has been written since, somebody may have read, too.
        if total < ended, stream.queue.hasEnded(after: recorded.time) {
          forgetUnread(of: stream, &buffer)
        } else {
          unread = total
        }
      }
      if let unread, unread < ended {
        takeUnseen(ended - unread, of: stream, at: time, isReported: isInStep, &buffer)
        matcher.certainty.lostPlace()
      }
      guard isOver else { return }
      let reported = reportContents(of: stream, at: time, &buffer)
      let rest = unread.map { max(0, $0 - reported) }
      events.reportUnread(of: stream, at: time, unread: rest, isInStep: isInStep, &buffer)
    }
  }

  /// Accounts for bytes that left the stream by a way that is not traced.
  private func takeUnseen(
    _ count: Int, of stream: ByteStream, at time: UInt64, isReported: Bool, _ buffer: inout ReorderBuffer
  ) {
    var left = count
    for index in stream.queue.writes.indices where left > 0 {
      let write = stream.queue.writes[index]
      let taken = min(left, write.remaining)
      if taken == 0 || write.isInFlight { continue }
      left -= taken
      stream.queue.take(taken, from: index)
      if isReported { events.reportUnseen(taken, of: write, at: time, stream, &buffer) }
    }
    stream.queue.removeFinished()
  }
}
