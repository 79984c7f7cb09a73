import IPCModel
import RecordLayout

/// What a tracer does to another process: one record is one event.
final class PtraceCorrelator: KindCorrelator {
  /// The requests that are events (include/uapi/linux/ptrace.h).
  private static let requests: [(number: UInt32, word: String)] = [
    (4, "poketext"), (5, "pokedata"), (6, "pokeuser"), (16, "attach"), (0x4206, "seize"),
  ]
  private var words: [TextID] = []

  func take(_ record: UnsafeRawBufferPointer, header: ipc_header, into buffer: inout ReorderBuffer) {
    guard UInt32(header.type) == IPC_RECORD_ACCESS.rawValue, let (access, _) = record.record(ipc_access.self),
      let place = Self.requests.firstIndex(where: { $0.number == access.request })
    else { return }
    if words.isEmpty { words = Self.requests.map { buffer.texts.add($0.word) } }
    var event = Event(
      time: header.time, kind: .ptrace, source: Endpoint(header), destination: access.target.endpoint,
      count: 0)
    if header.has(IPC_FLAG_IN_SCOPE) || access.target.in_scope != 0 { event.traits.insert(.inScope) }
    event.set(Kind.Ptrace.request, to: words[place])
    let isPoke = access.request <= 6
    if isPoke { event.set(Kind.Ptrace.address, to: access.address) }
    buffer.append(event, content: .none)
  }
}
