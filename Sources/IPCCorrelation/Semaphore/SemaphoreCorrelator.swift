import IPCModel
import RecordLayout

/// SysV semaphores: a wait that has succeeded is told with whose operation let it go on.
final class SemaphoreCorrelator: KindCorrelator {
  /// The call in which a thread was woken.
  private struct CallKey: Hashable {
    let set: ChannelKey
    let thread: Int32
    let began: UInt64
  }

  /// Keys whose texts are kept.
  private static let keyLimit = 4096

  private let settings: CorrelatorSettings
  private var calls: [CallKey: ReleasingCall] = [:]
  private var keys: [Int32: TextID] = [:]

  init(_ settings: CorrelatorSettings) { self.settings = settings }

  func take(_ record: UnsafeRawBufferPointer, header: ipc_header, into buffer: inout ReorderBuffer) {
    guard UInt32(header.type) == IPC_RECORD_RELEASED.rawValue, let (raw, _) = record.record(ipc_released.self)
    else { return }
    let release = SemaphoreRelease(raw)
    let call = ReleasingCall(on: (raw.transfer.identity, raw.key))
    guard let caller = release.caller else {
      tell(release, by: nil, of: call, &buffer)
      return
    }
    let key = CallKey(set: raw.transfer.key, thread: caller.tid, began: raw.call)
    calls[key, default: call].append(release)
  }

  // MARK: - Deciding

  func settle(before time: UInt64, into buffer: inout ReorderBuffer) {
    if calls.isEmpty { return }
    let (sum, isOver) = time.addingReportingOverflow(settings.matchTimeout)
    let now = isOver ? .max : sum
    // Records of other CPUs may come until then.
    let known = now == .max ? .max : now > settings.reorderWindow ? now - settings.reorderWindow : 0
    for key in Array(calls.keys) {
      guard var call = calls[key] else { continue }
      for release in call.untold {
        let isOverdue = release.time < time || time == .max
        let cause = call.cause(of: release.order)
        let isReady = release.time <= known && cause != nil && call.isComplete(before: release.order)
        guard isReady || isOverdue else { continue }
        tell(release, by: cause, of: call, &buffer)
        call.tell(release.order)
      }
      // Others that were woken in the same call may end theirs later.
      calls[key] = call.isDone && (call.lastTime < time || time == .max) ? nil : call
    }
  }

  private func tell(
    _ release: SemaphoreRelease, by cause: ReleasingCall.Cause?, of call: ReleasingCall,
    _ buffer: inout ReorderBuffer
  ) {
    let other = cause?.thread.flatMap { call.releases[$0] }
    let source = other?.destination ?? release.caller
    var event = Event(
      time: release.time, kind: .sysvSemaphore, source: source ?? .unknown, destination: release.destination,
      count: 0)
    if release.isInScope || other?.isInScope ?? release.isCallerInScope { event.traits.insert(.inScope) }
    if source != nil {
      event.setDelay(written: release.woken, read: release.time)
      let isCertain = cause.map { !$0.isInferred } ?? (release.order == 0 && !release.hasAllChanges)
      if !isCertain || !call.isComplete(before: release.order) { event.traits.insert(.inferredSource) }
    }
    var own = MetaFieldSet()
    event.set(Kind.SysVSemaphore.key, to: text(of: call.set.key, &own, &buffer))
    event.set(Kind.SysVSemaphore.id, to: call.set.id)
    if let number = cause?.number ?? release.onlyNumber {
      event.set(Kind.SysVSemaphore.number, to: UInt64(number))
    }
    if let delta = cause?.delta { event.set(Kind.SysVSemaphore.delta, to: Int64(delta)) }
    if let waited = release.waited { event.set(Kind.SysVSemaphore.waited, to: waited) }
    buffer.append(event, content: .none, ownTexts: own)
  }

  private func text(of key: Int32, _ own: inout MetaFieldSet, _ buffer: inout ReorderBuffer) -> TextID {
    if let known = keys[key] { return known }
    let text = buffer.texts.add(SysVKey.text(key))
    if keys.count < Self.keyLimit { keys[key] = text } else { own.insert(Kind.SysVSemaphore.key) }
    return text
  }

  var earliestPending: UInt64? {
    var earliest: UInt64?
    for call in calls.values where !call.isDone {
      for release in call.untold { earliest = min(earliest ?? release.time, release.time) }
    }
    return earliest
  }
}
