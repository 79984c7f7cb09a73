import IPCModel

/// JSON-RPC behind a header: the Language Server Protocol ("Base Protocol" of its specification) and the Debug Adapter
/// Protocol.
extension ProtocolDefinition {
  static let contentLength = ProtocolDefinition(
    name: JSONRPC.name, words: ["lsp", "dap", "content-length"], tellsNoise: true,
    recognise: { bytes, _ in
      for header: StaticString in ["Content-Length:", "Content-Type:"] {
        let isPrefix = header.withUTF8Buffer { word in
          zip(bytes, word).allSatisfy { $0 | 0x20 == $1 | 0x20 }
        }
        if isPrefix { return bytes.count < header.utf8CodeUnitCount ? .undecided : .certain }
      }
      return .no
    },
    makeDecoder: { _ in ContentLengthDecoder() })
}

private final class ContentLengthDecoder: MessageDecoder {
  private struct Direction {
    /// Bytes of the body that have not come; nil in the head.
    var left: Int?
    var scanner = JSONScanner()
    var isBroken = false
    var isComplete = false
    var drafts: [Message?] = []

    /// Begins another message in the memory of the one before.
    ///
    /// - Parameter length: Bytes of its body; nil before its header.
    mutating func restart(_ length: Int? = nil) {
      left = length
      (isBroken, isComplete) = (false, false)
      scanner.reset()
      drafts.removeAll(keepingCapacity: true)
    }
  }

  private var directions = [Direction(), Direction()]

  /// Longest header; what is longer is none.
  private static let headLimit = 4096
  /// Longest body: nobody sends more, and a length beyond it is a damaged one.
  private static let bodyLimit = 1 << 31

  func reset(_ side: Side) { directions[side.rawValue].restart() }

  func decode(_ flow: ByteFlow, in conversation: Conversation) {
    let side = flow.side.rawValue
    while !flow.unread.isEmpty {
      if directions[side].left != nil {
        takeBody(flow, &directions[side], in: conversation)
      } else if !takeHead(flow, &directions[side], in: conversation) {
        return
      }
    }
  }

  func settle(_ flow: ByteFlow, isLast: Bool, in conversation: Conversation) {
    let side = flow.side.rawValue
    guard isLast, directions[side].left == nil, !flow.unread.isEmpty else { return }
    tellNoise(flow, flow.unread.count, in: conversation)
  }

  func skipGap(_ count: Int, _ flow: ByteFlow, in conversation: Conversation) -> Bool {
    let side = flow.side.rawValue
    guard let left = directions[side].left, count <= left else { return false }
    flow.takeLost()
    directions[side].left = left - count
    keepValues(&directions[side])
    if count == left { emit(flow, &directions[side], in: conversation) }
    return true
  }

  /// Keeps what is known of a body whose other values cannot be read.
  private func keepValues(_ direction: inout Direction) {
    if !direction.isBroken, !direction.isComplete, let message = JSONRPC.message(of: direction.scanner.values)
    {
      direction.drafts.append(message)
      direction.isComplete = true
    }
    direction.isBroken = true
  }

  // MARK: - The header

  /// Takes a header, or a line that is none.
  ///
  /// - Returns: Whether anything was taken.
  private func takeHead(
    _ flow: ByteFlow, _ direction: inout Direction, in conversation: Conversation
  ) -> Bool {
    let bytes = flow.unread
    guard ProtocolDefinition.contentLength.recognise(bytes, ChannelHints(kind: .pipe)) != .no else {
      return takeNoise(flow, in: conversation)
    }
    guard let end = Self.headEnd(bytes, from: max(0, flow.searched - 3)) else {
      flow.searched = bytes.count
      if bytes.count < Self.headLimit { return false }
      return takeNoise(flow, in: conversation)
    }
    guard let length = Self.length(of: UnsafeRawBufferPointer(rebasing: bytes[..<end])) else {
      tellNoise(flow, end, in: conversation)
      return true
    }
    flow.take(end)
    direction.restart(length)
    if length == 0 { emit(flow, &direction, in: conversation) }
    return true
  }

  /// Where the empty line ends that ends a header.
  private static func headEnd(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
    var index = start
    while index + 3 < bytes.count {
      if bytes[index] == 0x0D, bytes[index + 1] == 0x0A, bytes[index + 2] == 0x0D, bytes[index + 3] == 0x0A {
        return index + 4
      }
      index += 1
    }
    return nil
  }

  private static func length(of head: UnsafeRawBufferPointer) -> Int? {
    for line in head.split(separator: 0x0A) {
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
      let name = line[..<colon].map { $0 | 0x20 }
      guard name.elementsEqual("content-length".utf8) else { continue }
      let digits = line[(colon + 1)...].filter { $0 != 0x20 && $0 != 0x0D && $0 != 0x09 }
      let number = Int(String(decoding: digits, as: UTF8.self))
      return number.flatMap { (0...bodyLimit).contains($0) ? $0 : nil }
    }
    return nil
  }

  /// Takes what comes before the next header, if a whole line or that header is there.
  private func takeNoise(_ flow: ByteFlow, in conversation: Conversation) -> Bool {
    let bytes = flow.unread
    let newline = bytes.firstIndex(of: 0x0A)
    var end = newline.map { $0 + 1 }
    // What prints without a newline has a header behind it in its line.
    let line = bytes[..<(newline ?? bytes.count)]
    var index = 1
    while index < line.count {
      let rest = UnsafeRawBufferPointer(rebasing: line[index...])
      if rest[0] | 0x20 == UInt8(ascii: "c"), rest.count >= 15,
        ProtocolDefinition.contentLength.recognise(rest, ChannelHints(kind: .pipe)) != .no
      {
        end = index
        break
      }
      index += 1
    }
    guard let end = end ?? (bytes.count > Self.headLimit ? bytes.count : nil) else { return false }
    tellNoise(flow, end, in: conversation)
    return true
  }

  private func tellNoise(_ flow: ByteFlow, _ count: Int, in conversation: Conversation) {
    flow.take(count)
    conversation.emitMalformed(flow, "no header")
  }

  // MARK: - The body

  private func takeBody(_ flow: ByteFlow, _ direction: inout Direction, in conversation: Conversation) {
    let count = min(direction.left ?? 0, flow.unread.count)
    let bytes = UnsafeRawBufferPointer(rebasing: flow.unread[..<count])
    scan(bytes, &direction)
    flow.take(count)
    let left = (direction.left ?? 0) - count
    direction.left = left
    if left == 0 { emit(flow, &direction, in: conversation) }
  }

  private func scan(_ bytes: UnsafeRawBufferPointer, _ direction: inout Direction) {
    var offset = 0
    while offset < bytes.count, !direction.isBroken, !direction.isComplete {
      switch direction.scanner.scan(bytes, from: &offset) {
      case .needsMore: break
      case .element:
        direction.drafts.append(JSONRPC.message(of: direction.scanner.values))
        direction.scanner.forgetElement()
      case .complete:
        if !direction.scanner.isBatch {
          direction.drafts.append(JSONRPC.message(of: direction.scanner.values))
        }
        direction.isComplete = true
      case .malformed: direction.isBroken = true
      }
    }
  }

  private func emit(_ flow: ByteFlow, _ direction: inout Direction, in conversation: Conversation) {
    let (count, isComplete) = (direction.drafts.count, direction.isComplete)
    // Nearly always there is one; a copy of the list would be another allocation.
    let alone = count == 1 ? direction.drafts.removeLast() : nil
    let drafts = count > 1 ? direction.drafts : []
    direction.restart()
    guard isComplete, alone != nil || drafts.contains(where: { $0 != nil }) else {
      return conversation.emitMalformed(flow, isComplete ? "JSON of another kind" : "broken JSON")
    }
    let frame = flow.finishFrame()
    if var message = alone {
      message.frame = frame
      return conversation.emit(consume message, from: flow)
    }
    for (index, draft) in drafts.enumerated() {
      guard var message = draft else { continue }
      message.frame = frame
      // The messages of a batch share one frame, whose bytes are the first one's.
      if index > 0 { message.frame.count = 0 }
      conversation.emit(message, from: flow)
    }
  }
}
