import RecordLayout

/// What lies in a channel that nobody can receive any more.
extension Recording {
  /// Records what lies unread in a pipe.
  ///
  /// - Parameters:
  ///   - chunk: Most content bytes in one record.
  ///   - count: Bytes that could be recorded, if not all.
  ///   - isShort: Whether the others could not be read.
  func leave(
    _ bytes: [UInt8], by party: Party, in pipe: TracedPipe? = nil, chunk: Int = Int(IPC_CHUNK_LIMIT),
    keeping count: Int = .max, isShort: Bool = false
  ) {
    let pipe = pipe ?? self.pipe
    var unread = ipc_unread()
    unread.header = header(IPC_RECORD_UNREAD, by: party)
    unread.channel = pipe.address
    unread.identity = pipe.inode
    unread.count = UInt32(bytes.count)
    let kept = bytes.prefix(count)
    for offset in stride(from: 0, to: kept.count, by: chunk) {
      let part = Array(kept[offset...].prefix(chunk))
      let isLast = offset + chunk >= kept.count
      unread.header.flags = UInt8(isLast ? (isShort ? IPC_FLAG_PARTIAL.rawValue : 0) : IPC_FLAG_MORE.rawValue)
      unread.offset = UInt32(offset)
      unread.captured = UInt32(part.count)
      arrive(RecordBytes.bytes(unread, then: part))
    }
  }
}

extension MessageRecording {
  /// Records a message that lies unread in a socket's queue.
  func leave(_ text: String, from source: MessageSocket, in target: MessageSocket, by party: Party) {
    var unread = ipc_unread()
    unread.header = header(IPC_RECORD_UNREAD, IPC_KIND_UNIX_DGRAM, by: party)
    (unread.channel, unread.identity) = (source.address, source.inode)
    unread.target = target.address
    unread.count = UInt32(text.utf8.count)
    unread.captured = unread.count
    arrive(RecordBytes.bytes(unread, then: Array(text.utf8)))
  }
}
