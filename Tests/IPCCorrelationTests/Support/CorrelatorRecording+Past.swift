import RecordLayout

@testable import IPCCorrelation

/// What is told of a channel before its first record: who wrote to it when it was of no interest.
extension CorrelatorRecording {
  /// One thread's writes that have ended.
  ///
  /// - Parameters:
  ///   - key: The channel.
  ///   - birth: When the thread was born; nil for just before.
  ///   - position: TCP: where the bytes begin.
  ///   - unread: Of messages: how many lie in the channel.
  func past(
    _ count: Int, by party: Party, in key: ChannelKey, _ kind: ipc_kind = IPC_KIND_PIPE,
    birth: UInt64? = nil, position: UInt32 = 0, unread: UInt32 = 0
  ) {
    var record = ipc_past()
    record.transfer.header = header(IPC_RECORD_PAST, kind, by: party)
    record.transfer.channel = key.address
    record.transfer.identity = key.identity
    record.transfer.count = UInt64(count)
    record.transfer.unread = unread
    if kind == IPC_KIND_LOOPBACK_TCP {
      record.transfer.state.tcp = ipc_tcp_positions(after: position &+ UInt32(count), before: position)
    }
    record.birth = birth ?? record.transfer.header.time - 500
    arrive(RecordBytes.bytes(record))
  }

  /// A write that goes on.
  func pastBeginning(_ count: Int, by party: Party, in key: ChannelKey, _ kind: ipc_kind = IPC_KIND_PIPE) {
    var record = ipc_past()
    record.transfer.header = header(IPC_RECORD_PAST, kind, by: party)
    record.transfer.channel = key.address
    record.transfer.identity = key.identity
    record.transfer.count = UInt64(count)
    record.goes_on = 1
    arrive(RecordBytes.bytes(record))
  }
}
