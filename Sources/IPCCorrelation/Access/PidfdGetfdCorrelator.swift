import IPCModel
import RecordLayout

/// Descriptors that are taken from another process: one record is one event.
final class PidfdGetfdCorrelator: KindCorrelator {
  func take(_ record: UnsafeRawBufferPointer, header: ipc_header, into buffer: inout ReorderBuffer) {
    guard UInt32(header.type) == IPC_RECORD_TAKEN.rawValue, let (taken, name) = record.record(ipc_taken.self)
    else { return }
    var event = Event(
      time: header.time, kind: .pidfdGetfd, source: taken.target.endpoint, destination: Endpoint(header),
      count: 0)
    if header.has(IPC_FLAG_IN_SCOPE) || taken.target.in_scope != 0 { event.traits.insert(.inScope) }
    let what = taken.descriptor.description(name: name.first(taken.descriptor.length)[...])
    let text = Array("\(taken.fd_there)>\(taken.descriptor.fd) ".utf8) + (what ?? [UInt8(ascii: "?")])
    event.set(Kind.PidfdGetfd.descriptors, to: buffer.texts.add(text))
    var own = MetaFieldSet()
    own.insert(Kind.PidfdGetfd.descriptors)
    buffer.append(event, content: .none, ownTexts: own)
  }
}
