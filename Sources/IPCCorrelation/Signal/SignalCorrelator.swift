import IPCModel
import RecordLayout

/// Signals: one record is one event.
final class SignalCorrelator: KindCorrelator {
  private var vocabulary: SignalVocabulary?

  func take(_ record: UnsafeRawBufferPointer, header: ipc_header, into stage: inout EventStage) {
    guard let (signal, _) = record.record(ipc_signal.self) else { return }
    let vocabulary = self.vocabulary ?? SignalVocabulary(in: &stage.texts)
    self.vocabulary = vocabulary
    var event = Event(
      time: header.time, kind: .signal, source: Endpoint(header),
      destination: Endpoint(tgid: signal.target_tgid, tid: signal.target_tid, comm: signal.target_comm),
      count: 0)
    let isInScope = header.has(IPC_FLAG_IN_SCOPE) || signal.target_in_scope != 0
    if isInScope { event.traits.insert(.inScope) }
    event.set(Kind.Signal.number, to: UInt64(UInt32(bitPattern: signal.number)))
    event.set(Kind.Signal.name, to: vocabulary.name(of: signal.number))
    event.set(Kind.Signal.code, to: vocabulary.code(signal.code))
    if signal.has_value != 0 {
      let value = Int64(Int32(truncatingIfNeeded: signal.value))
      event.set(Kind.Signal.value, to: value)
      // A pointer does not fit into sival_int.
      let isPointer = signal.value >> 32 != 0 && Int64(bitPattern: signal.value) != value
      if isPointer { event.set(Kind.Signal.pointer, to: signal.value) }
    }
    event.set(Kind.Signal.target, to: signal.to_thread != 0 ? vocabulary.thread : vocabulary.process)
    event.set(Kind.Signal.result, to: vocabulary.result(signal.result))
    stage.append(event, content: .none)
  }

  func seed(_ channels: LiveChannels) {}
  func noteLoss() {}
  func settle(before time: UInt64, into stage: inout EventStage) {}
  var earliestPending: UInt64? { nil }
  func finish(at time: UInt64, channels: LiveChannels, into stage: inout EventStage) {}
  func sweep(at time: UInt64, channels: LiveChannels?, into stage: inout EventStage) {}
  var wantsLiveChannels: Bool { false }
}
