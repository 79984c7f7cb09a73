import IPCModel
import IPCTracing
import IPCTraffic

extension BlockedThread {
  /// Channels of a thread that are told; more are counted.
  private static let waitLimit = 256

  /// A thread, with the channels at which it waits and who holds their other ends; nil if it waits for no channel of
  /// interest.
  init?(_ waiting: WaitingThread, among channels: HeldChannels) {
    var waits: [Wait] = []
    var otherCount = 0
    var isOfInterest = waiting.isInScope
    for wait in Self.deciding(waiting, among: channels) {
      guard let channel = wait.file.flatMap({ channels.channel(of: $0) }), channel.interest != .ownOutput,
        wait.toRead || wait.toWrite, waits.count < Self.waitLimit
      else {
        otherCount += 1
        continue
      }
      isOfInterest = isOfInterest || channel.interest == .wanted
      if wait.toRead { waits.append(Wait(.read, at: channel, among: channels)) }
      if wait.toWrite { waits.append(Wait(.write, at: channel, among: channels)) }
    }
    guard isOfInterest, !waits.isEmpty else { return nil }
    self.init(
      thread: waiting.thread, isPolling: waiting.call == .poll, duration: waiting.duration, waits: waits,
      otherCount: otherCount)
  }

  /// What of a thread's waits can hold it up now: of a splice, the side that is not ready, if that can be told.
  private static func deciding(
    _ waiting: WaitingThread, among channels: HeldChannels
  ) -> [WaitingThread.Wait] {
    guard waiting.call == .splice else { return waiting.waits }
    let sides = waiting.waits.filter { $0.file.flatMap { channels.channel(of: $0) } != nil }
    let ends = sides.compactMap { $0.file.flatMap { channels.channel(of: $0) } }
    guard ends.count == 2, let unread = ends[0].countedUnread else { return sides }
    if unread > 0 { return [sides[1]] }
    // A pipe is looked into first. Of a socket, the kernel first sees to the room in the pipe that it goes to.
    return ends[0].kind == .pipe || ends[1].countedUnread == 0 ? [sides[0]] : sides
  }
}

extension BlockedThread.Wait {
  fileprivate init(
    _ operation: BlockedThread.Operation, at channel: HeldChannel, among channels: HeldChannels
  ) {
    let ends = channels.otherEnds(of: channel, for: operation)
    let reader = operation == .read ? channel : ends?.first
    let holders = ends.map { ends in
      Dictionary(ends.map { ($0.holder.pid, $0.holder) }) { first, _ in first }.values.sorted {
        $0.pid < $1.pid
      }
    }
    self.init(
      operation, kind: channel.kind, inode: channel.inode, receiver: reader?.receivingEnd, others: holders)
  }
}
