import IPCModel
import RecordLayout

/// Memory of another process: one record is one event, whose contents may come in further records.
final class ProcessVMCorrelator: KindCorrelator {
  private let captureLimit: UInt64
  private var arriving = ArrivingContents<Event>()
  private var words = MissingBytes.Words()
  private var vocabulary: (read: TextID, write: TextID)?

  init(_ settings: CorrelatorSettings) { captureLimit = settings.captureLimit }

  func take(_ record: UnsafeRawBufferPointer, header: ipc_header, into buffer: inout ReorderBuffer) {
    switch UInt32(header.type) {
    case IPC_RECORD_ACCESS.rawValue:
      guard let (access, rest) = record.record(ipc_access.self), access.transfer.count > 0 else { return }
      arriving.append(
        event(access, &buffer), header, access.transfer.captured(of: rest),
        wanted: min(access.transfer.moved, Int(clamping: captureLimit)), into: &buffer, tell)
    case IPC_RECORD_CONTENT.rawValue: arriving.take(record, header, into: &buffer, tell)
    default: return
    }
  }

  private func tell(_ arrived: ArrivingContents<Event>.Arrived, _ buffer: inout ReorderBuffer) {
    var event = arrived.operation
    let piece = words.finish(
      arrived.piece, wanted: arrived.wanted, isShort: arrived.isShort, of: &event,
      Kind.ProcessVM.bytesMissing,
      &buffer)
    buffer.append(event, content: piece)
  }

  /// The event without what its contents say.
  private func event(_ access: ipc_access, _ buffer: inout ReorderBuffer) -> Event {
    let vocabulary = self.vocabulary ?? (buffer.texts.add("read"), buffer.texts.add("write"))
    self.vocabulary = vocabulary
    let isWrite = access.is_write != 0
    let caller = Endpoint(access.transfer), target = access.target.endpoint
    var event = Event(
      time: access.transfer.header.time, kind: .processVM, source: isWrite ? caller : target,
      destination: isWrite ? target : caller, count: access.transfer.count)
    if access.transfer.header.has(IPC_FLAG_IN_SCOPE) || access.target.in_scope != 0 {
      event.traits.insert(.inScope)
    }
    event.set(Kind.ProcessVM.count, to: event.count)
    event.set(Kind.ProcessVM.direction, to: isWrite ? vocabulary.write : vocabulary.read)
    event.set(Kind.ProcessVM.address, to: access.address)
    return event
  }

  var earliestPending: UInt64? { arriving.earliest }
  func recordsWereLost() { arriving.close() }

  func settle(before time: UInt64, into buffer: inout ReorderBuffer) {
    arriving.settle(before: time, into: &buffer, tell)
  }
}
