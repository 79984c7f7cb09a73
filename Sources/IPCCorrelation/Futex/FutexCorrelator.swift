import IPCModel
import RecordLayout

/// Futexes: a wait that another process has ended is one record, and one event.
final class FutexCorrelator: KindCorrelator {
  /// Commands that wake (include/uapi/linux/futex.h).
  private static let operations: [(number: UInt32, word: String)] = [
    (1, "wake"), (3, "requeue"), (4, "cmp_requeue"), (5, "wake_op"), (7, "unlock_pi"), (10, "wake_bitset"),
    (12, "cmp_requeue_pi"), (UInt32(IPC_FUTEX_OWNER_DIED), "owner_died"),
  ]
  private var words: [TextID] = []

  func take(_ record: UnsafeRawBufferPointer, header: ipc_header, into buffer: inout ReorderBuffer) {
    guard UInt32(header.type) == IPC_RECORD_WOKEN.rawValue, let (woken, rest) = record.record(ipc_woken.self),
      let place = Self.operations.firstIndex(where: { $0.number == woken.operation })
    else { return }
    if words.isEmpty { words = Self.operations.map { buffer.texts.add($0.word) } }
    var event = Event(
      time: header.time, kind: .futex, source: woken.source.endpoint, destination: Endpoint(header), count: 0)
    if header.has(IPC_FLAG_IN_SCOPE) || woken.source.in_scope != 0 { event.traits.insert(.inScope) }
    event.setDelay(written: woken.woken, read: header.time)
    var own = MetaFieldSet()
    if woken.traits & IPC_WOKEN_FOUND.rawValue != 0 {
      event.set(Kind.Futex.object, to: buffer.texts.add(woken.name(rest.first(woken.name_length))))
      event.set(Kind.Futex.offset, to: woken.offset)
      own.insert(Kind.Futex.object)
    }
    event.set(Kind.Futex.operation, to: words[place])
    if woken.began != 0, woken.began <= woken.woken {
      event.set(Kind.Futex.waited, to: woken.woken - woken.began)
    }
    buffer.append(event, content: .none, ownTexts: own)
  }
}

extension ipc_woken {
  /// What the memory is called.
  fileprivate func name(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    if traits & IPC_WOKEN_PSEUDO.rawValue != 0 {
      return MemoryName.name(ofPseudo: Array(bytes.prefix { $0 != 0 }))
    }
    return bytes.isEmpty ? MemoryName.unnamed : SocketNames.path(fromComponents: bytes[...])
  }
}
