import IPCModel
import RecordLayout

/// Turns the kernel's records into events: who sent what to whom, each transfer once.
public struct Correlator: ~Copyable {
  let correlators: [any KindCorrelator]
  private let settings: CorrelatorSettings
  private var lost: [UInt32]
  private var processes: ProcessTracker
  /// Nil if nobody wants to know what becomes of the ends of channels.
  private let lifecycle: LifecycleCorrelator?

  /// Finished events in the order of time.
  public private(set) var buffer = ReorderBuffer()

  /// Times that a clock can tell which begins with the machine; sums of them and of waits do not overflow.
  private static let times = 1...UInt64(Int64.max)

  /// Ends of processes that nobody has asked for yet; they are told only to who asks.
  private var exits: [ProcessExit] = []

  /// Creates a correlator that has seen nothing.
  public init(_ settings: CorrelatorSettings) {
    correlators = makeCorrelators(settings)
    self.settings = settings
    lost = Array(repeating: 0, count: correlators.count)
    processes = ProcessTracker(settings.processes)
    lifecycle = settings.tellsLifecycle ? LifecycleCorrelator(settings) : nil
  }

  /// Learns which channels exist when the trace begins, and who holds them.
  public mutating func seed(_ channels: OpenChannels) {
    for correlator in correlators { correlator.seed(channels) }
    lifecycle?.seed(channels)
  }

  /// Learns which processes run when the trace begins.
  public mutating func seed(_ running: [RunningProcess]) { processes.seed(running) }

  /// Learns that the kernel has forgotten channels of interest. What was not seen is not inferred from then on: others
  /// than those who are known may have sent it.
  public mutating func channelsWereForgotten() {
    for correlator in correlators { correlator.channelsWereForgotten() }
  }

  /// Whether an operation waits for its other side.
  public var hasPending: Bool {
    lifecycle?.earliestPending != nil || correlators.contains { $0.earliestPending != nil }
  }

  /// Takes a record from the ring.
  ///
  /// - Parameter record: One record in the layout of records.h; foreign or cut bytes are ignored.
  /// - Returns: The record's time, nil if it is none.
  @discardableResult
  public mutating func take(_ record: UnsafeRawBufferPointer) -> UInt64? {
    guard record.count >= MemoryLayout<ipc_header>.size else { return nil }
    let header = record.loadUnaligned(as: ipc_header.self)
    let kind = Int(header.kind)
    guard Self.times.contains(header.time) else { return nil }
    if UInt32(header.type) == IPC_RECORD_LIFE.rawValue {
      takeLifecycle(record, header)
      return header.time
    }
    if kind == Int(IPC_KIND_COUNT.rawValue) {
      if let exit = ProcessExit(record, header) {
        exits.append(exit)
      } else {
        processes.take(record, header, into: &buffer.texts.processes)
      }
      return header.time
    }
    guard kind < correlators.count else { return nil }
    if header.image != 0 { meet(header, record) }
    if header.lost != lost[kind] { countLost(header.lost, of: kind) }
    correlators[kind].take(record, header: header, into: &buffer)
    lifecycle?.note(record, header, into: &buffer)
    return header.time
  }

  /// The processes that have ended with another status than 0 since the last call, if that is told.
  public mutating func takeExits() -> [ProcessExit] {
    if exits.isEmpty { return [] }
    defer { exits.removeAll() }
    return exits
  }

  private mutating func takeLifecycle(_ record: UnsafeRawBufferPointer, _ header: ipc_header) {
    guard let lifecycle else { return }
    if header.image != 0 { meet(header, record) }
    if Int(header.kind) < lost.count, header.lost != lost[Int(header.kind)] {
      countLost(header.lost, of: Int(header.kind))
    }
    lifecycle.take(record, into: &buffer)
  }

  /// Finds out about the processes that a record names.
  private mutating func meet(_ header: ipc_header, _ record: UnsafeRawBufferPointer) {
    processes.meet(tgid: header.tgid, image: header.image, into: &buffer.texts.processes)
    func meet(_ tgid: UInt32?, _ image: UInt64?) {
      if let tgid, let image { processes.meet(tgid: tgid, image: image, into: &buffer.texts.processes) }
    }
    switch UInt32(header.type) {
    case IPC_RECORD_SIGNAL.rawValue:
      let signal = record.record(ipc_signal.self)?.raw
      meet(signal?.target_tgid, signal?.target_image)
    case IPC_RECORD_ACCESS.rawValue:
      let target = record.record(ipc_access.self)?.raw.target
      meet(target?.tgid, target?.image)
    case IPC_RECORD_TAKEN.rawValue:
      let target = record.record(ipc_taken.self)?.raw.target
      meet(target?.tgid, target?.image)
    case IPC_RECORD_SPACE.rawValue:
      let child = record.record(ipc_space.self)?.raw.child
      meet(child?.tgid, child?.image)
    case IPC_RECORD_WOKEN.rawValue:
      let source = record.record(ipc_woken.self)?.raw.source
      meet(source?.tgid, source?.image)
    case IPC_RECORD_RELEASED.rawValue:
      let source = record.record(ipc_released.self)?.raw.source
      meet(source?.tgid, source?.image)
    default: break
    }
  }

  /// Learns how many records of a kind were lost up to now, as a record would tell; of use when none follows.
  public mutating func countLost(_ records: UInt64, of kind: Kind) {
    countLost(UInt32(truncatingIfNeeded: records), of: Int(kind.rawValue))
  }

  private mutating func countLost(_ records: UInt32, of kind: Int) {
    guard records != lost[kind] else { return }
    lost[kind] = records
    correlators[kind].recordsWereLost()
  }

  /// Hands out the events before which nothing earlier can come any more.
  ///
  /// - Parameters:
  ///   - now: Time up to which all records have been taken.
  ///   - body: Takes an event and its captured bytes, valid during the call; returns whether to go on.
  public mutating func release(
    now: UInt64, _ body: (borrowing Event, UnsafeRawBufferPointer?, borrowing TextTable) -> Bool
  ) {
    let (timeout, window) = (settings.matchTimeout, settings.reorderWindow)
    var horizon = now > window ? now - window : 0
    for correlator in correlators {
      if now > timeout { correlator.settle(before: now - timeout, into: &buffer) }
      if let pending = correlator.earliestPending { horizon = min(horizon, pending - 1) }
    }
    if let lifecycle {
      if now > timeout { lifecycle.settle(before: now - timeout, into: &buffer) }
      if let pending = lifecycle.earliestPending { horizon = min(horizon, pending - 1) }
    }
    buffer.release(through: horizon, body)
  }

  /// Decides everything that is still open: the trace is over, and ``release(now:_:)`` of `UInt64.max` hands out all
  /// that is left.
  ///
  /// - Parameters:
  ///   - now: Time of the end.
  ///   - channels: The channels that exist then.
  public mutating func finish(now: UInt64, channels: OpenChannels) {
    for correlator in correlators {
      correlator.settle(before: .max, into: &buffer)
      correlator.finish(at: now, channels: channels, into: &buffer)
    }
    lifecycle?.settle(before: .max, into: &buffer)
    lifecycle?.finish()
  }

  /// What contradicts the invariants of the correlators' state, a line each; for tests, after every record.
  package var violations: [String] { correlators.flatMap(\.violations) }

  /// Whether a look at the channels that exist would decide anything.
  public var wantsOpenChannels: Bool { correlators.contains { $0.wantsOpenChannels } }

  /// Tells unread bytes of channels that are gone, and lets go of idle ones, so that nothing grows with time.
  ///
  /// - Parameters:
  ///   - now: Time of the call.
  ///   - channels: The channels that exist, if it was worth looking.
  public mutating func sweep(now: UInt64, channels: OpenChannels?) {
    for correlator in correlators { correlator.sweep(at: now, channels: channels, into: &buffer) }
    lifecycle?.sweep(at: now, channels: channels, into: &buffer)
  }
}
