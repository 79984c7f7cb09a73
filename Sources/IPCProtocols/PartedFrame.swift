/// A message that comes in parts, between which other messages come in the same direction: a stream's among those of other
/// streams.
public final class PartedFrame {
  private var frame: Frame?
  private let memory: MessageMemory

  /// Begins without a part.
  public convenience init(of flow: ByteFlow) { self.init(flow.memory) }

  init(_ memory: MessageMemory) { self.memory = memory }

  deinit { release() }

  /// Whether it has no part yet.
  public var isEmpty: Bool { frame == nil }

  /// Bytes of its parts.
  public var count: UInt64 { frame?.count ?? 0 }

  /// Ends the frame that has been taken, as the next part.
  public func add(_ flow: ByteFlow) {
    var part = flow.finishFrame()
    guard var whole = frame else {
      memory.used += part.content?.count ?? 0
      frame = part
      return
    }
    if var content = whole.content {
      whole.content = nil
      let bytes = part.content ?? []
      let room = min(memory.messageLimit - content.count, memory.limit - memory.used)
      if room < bytes.count { part.isTruncated = true }
      let kept = bytes.prefix(max(room, 0))
      content.append(contentsOf: kept)
      memory.used += kept.count
      part.content = content
    }
    part.begun = whole.begun
    part.count += whole.count
    part.isTruncated = part.isTruncated || whole.isTruncated
    part.traits.formUnion(whole.traits)
    whole.transfers.extend(by: part.transfers)
    part.transfers = whole.transfers
    frame = part
  }

  /// Says that bytes of it are missing.
  public func markTruncated() { frame?.isTruncated = true }

  /// Ends the message.
  ///
  /// - Returns: All parts together; nil if there is none.
  public func finish() -> Frame? {
    release()
    defer { frame = nil }
    return frame
  }

  private func release() {
    memory.used -= frame?.content?.count ?? 0
  }
}
