import IPCModel

/// What a master sends to a replica: a copy of its data, which has no end of line behind it, then its writes.
final class RedisReplication {
  private(set) var isStreaming = false
  private(set) var isPayloadDue = false
  /// What the data end with, if their length was not known before.
  private var mark: [UInt8]?
  private var hasHead = false

  func begin(sendsPayload: Bool) { (isStreaming, isPayloadDue) = (true, sendsPayload) }

  func reset() { (isPayloadDue, mark, hasHead) = (false, nil, false) }

  func takePayload(_ flow: ByteFlow, in conversation: Conversation) {
    if hasHead {
      guard let mark else { return finish(flow, in: conversation) }
      return takeUpTo(mark, flow, in: conversation)
    }
    let bytes = flow.unread
    // Empty lines keep the connection alive meanwhile.
    if bytes[0] == 0x0A {
      flow.take(1)
      return
    }
    guard let newline = bytes.prefix(128).firstIndex(of: 0x0A) else {
      if bytes.count >= 128 { conversation.reject(flow, "no RESP") }
      return
    }
    let line = UnsafeRawBufferPointer(rebasing: bytes[..<newline]).first(newline - 1)
    if line.hasPrefix("$EOF:"), line.count == 45 {
      mark = Array(line.from(5))
      hasHead = true
      flow.take(newline + 1)
    } else if line.hasPrefix("$"), let length = UInt64(String(decoding: line.from(1), as: UTF8.self)),
      length < 1 << 62
    {
      hasHead = true
      flow.take(newline + 1)
      flow.pass(length)
      if flow.isPassed { finish(flow, in: conversation) }
    } else {
      reset()
      conversation.reject(flow, "no RESP")
    }
  }

  private func takeUpTo(_ mark: [UInt8], _ flow: ByteFlow, in conversation: Conversation) {
    let bytes = flow.unread
    var offset = 0
    while let found = bytes[offset...].firstIndex(of: mark[0]) {
      let rest = bytes.from(found)
      if rest.starts(with: mark) {
        flow.take(found + mark.count)
        return finish(flow, in: conversation)
      }
      if rest.count < mark.count, mark.starts(with: rest) {
        offset = found
        if found > 0 { flow.take(found) }
        return
      }
      offset = found + 1
    }
    flow.take(bytes.count)
  }

  private func finish(_ flow: ByteFlow, in conversation: Conversation) {
    reset()
    conversation.emit(Message("redis", .stream, flow.finishFrame(), link: CallLink.none), from: flow)
  }
}
