import IPCModel
import RecordLayout

/// A thread that is asleep in a transfer over a channel.
public struct WaitingThread: Sendable {
  /// Who sleeps; the name is the thread's own.
  public let thread: Endpoint
  /// The channel at which it does, held by the thread's process.
  public let channel: HeldChannel
  /// Whether it waits for room to write, and not for something to read.
  public let isWriting: Bool
  /// How long it has had no CPU, in nanoseconds; nil if the kernel does not tell.
  public let duration: UInt64?

  init(_ raw: ipc_waiting) {
    channel = HeldChannel(raw.held)
    let tid = raw.tid == 0 ? -1 : Int32(bitPattern: raw.tid)
    thread = Endpoint(pid: channel.holder.pid, tid: tid, comm: channel.holder.comm)
    isWriting = raw.is_write != 0
    duration = raw.since == .max ? nil : raw.since
  }

  /// Direction whose bytes it waits for, or for whose room.
  public var direction: HeldChannel.Direction {
    isWriting ? channel.sends : channel.receives ?? channel.sends
  }
}
