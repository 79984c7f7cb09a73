import RecordLayout

/// Bytes that no buffer holds on one side: splice(2) and the like.
extension Recording {
  /// Sends the contents of a write behind its record.
  func sendContents(_ bytes: [UInt8], behind header: ipc_header) {
    sendContents(Array(bytes.prefix(Int(clamping: limit))), from: 0, by: contentChunk, behind: header)
  }

  /// Begins to splice from a pipe.
  ///
  /// - Parameter backlog: What lies unread in it.
  func beginSplice(_ backlog: [UInt8], by party: Party, from pipe: TracedPipe? = nil) {
    let pipe = pipe ?? self.pipe
    pipe.isSplicedFrom = true
    var record = ipc_backlog()
    record.header = header(IPC_RECORD_BACKLOG, by: party)
    record.channel = pipe.address
    record.identity = pipe.inode
    for offset in stride(from: 0, to: backlog.count, by: contentChunk) {
      let part = Array(backlog[offset...].prefix(contentChunk))
      record.offset = UInt64(offset)
      record.captured = UInt32(part.count)
      arrive(RecordBytes.bytes(record, then: part))
    }
  }

  func beginSplice(_ backlog: String, by party: Party, from pipe: TracedPipe? = nil) {
    beginSplice(Array(backlog.utf8), by: party, from: pipe)
  }

  /// Splices bytes out of a pipe.
  func splice(_ count: Int, by party: Party, from pipe: TracedPipe? = nil, isTaken: Bool = false) {
    let pipe = pipe ?? self.pipe
    if !isTaken { pipe.take(count) }
    let header = header(IPC_RECORD_READ, by: party, flags: [IPC_FLAG_SPLICED])
    arrive(RecordBytes.bytes(transfer(header, pipe, count: count)))
  }

  /// Splices bytes into a pipe.
  ///
  /// - Parameter isKept: Whether they still lay in the pipe when the call ended.
  func spliceIn(_ text: String, by party: Party, to pipe: TracedPipe? = nil, isKept: Bool = true) {
    var writing = begin(text, by: party, to: pipe)
    writing.isSpliced = true
    writing.isKept = isKept
    end(writing)
  }
}
