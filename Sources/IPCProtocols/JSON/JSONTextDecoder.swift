import IPCModel

/// Decodes JSON texts with a byte behind each of them: a newline, or NUL.
///
/// What is no such text is told in whole lines. A text is complete at its last bracket already if the other side answers,
/// because some programs send nothing behind it.
final class JSONTextDecoder: MessageDecoder {
  /// Makes a message, without its frame, of the values of an object; nil if it is none.
  typealias Interpreter = (JSONValues) -> Message?

  /// Where a direction stands.
  private enum State {
    /// In a text, or before it.
    case text
    /// Behind a text, before what separates it from the next one.
    case complete
    /// In a line that is no text.
    case noise
    /// Behind bytes that are missing, in a text whose values are as far known as they will be.
    case afterGap
  }

  /// One direction.
  private final class Direction {
    var state = State.text
    var scanner = JSONScanner()
    /// Messages of a batch, with where each of them ends in the frame; the one of a text that is cut.
    var drafts: [(message: Message?, end: UInt64)] = []
    /// Whether nothing but spaces has come since the last newline.
    var isAtLineStart = true
    /// Whether what separates the last text from the next one is still to come: it was answered before.
    var owesSeparator = false
  }

  private let name: StaticString
  private let terminator: UInt8
  private let interpret: Interpreter
  private var directions = [Direction(), Direction()]

  /// Messages that a batch may have; what is behind them is told with the last one.
  private static let batchLimit = 65_536

  init(_ name: StaticString, terminator: UInt8, _ interpret: @escaping Interpreter) {
    self.name = name
    self.terminator = terminator
    self.interpret = interpret
  }

  func decode(_ flow: ByteFlow, in conversation: Conversation) {
    let side = flow.side.rawValue
    while !flow.unread.isEmpty {
      switch directions[side].state {
      case .text: scan(flow, directions[side], in: conversation)
      case .complete: finish(flow, directions[side], in: conversation)
      case .noise: passNoise(flow, directions[side], in: conversation)
      case .afterGap: followGap(flow, directions[side], in: conversation)
      }
    }
  }

  func reset(_ side: Side) { directions[side.rawValue] = Direction() }

  func settle(_ flow: ByteFlow, isLast: Bool, in conversation: Conversation) {
    let side = flow.side.rawValue
    switch directions[side].state {
    case .complete:
      emit(flow, directions[side], in: conversation)
      directions[side].owesSeparator = true
    case .afterGap where isLast || !directions[side].drafts.isEmpty:
      emitCut(flow, directions[side], in: conversation)
    case .noise where isLast: endNoise(flow, directions[side], in: conversation)
    case .text where isLast && directions[side].scanner.isBlank: _ = flow.finishFrame()
    default: break
    }
  }

  func skipGap(_ count: Int, _ flow: ByteFlow, in conversation: Conversation) -> Bool {
    let side = flow.side.rawValue
    // No text is as short as what separates two of them.
    let isSeparator =
      count <= 2 && (directions[side].state == .complete || directions[side].owesSeparator)
    if directions[side].state == .complete { emit(flow, directions[side], in: conversation) }
    flow.takeLost()
    directions[side].owesSeparator = false
    if isSeparator {
      _ = flow.finishFrame()
      return true
    }
    switch directions[side].state {
    case .text:
      let values = directions[side].scanner.values
      if !directions[side].scanner.isBlank, let message = interpret(values) {
        directions[side].drafts.append((message, 0))
      }
      directions[side].state = .afterGap
    case .noise: endNoise(flow, directions[side], in: conversation)
    case .complete, .afterGap: break
    }
    return true
  }

  // MARK: - Texts

  private func scan(_ flow: ByteFlow, _ direction: Direction, in conversation: Conversation) {
    if direction.owesSeparator {
      passSeparator(flow, direction)
      if flow.unread.isEmpty { return }
    }
    var offset = 0
    let outcome = direction.scanner.scan(flow.unread, from: &offset)
    if outcome == .complete, offset < flow.unread.count, flow.unread[offset] == terminator {
      // Nearly always it has come with what separates it from the next one.
      flow.take(offset + 1)
      return emit(flow, direction, in: conversation)
    }
    if offset > 0 {
      direction.isAtLineStart = Self.endsInLineStart(flow.unread, offset, direction.isAtLineStart)
      flow.take(offset)
    }
    switch outcome {
    case .needsMore: break
    case .element:
      if direction.drafts.count < Self.batchLimit {
        direction.drafts.append((interpret(direction.scanner.values), flow.frameCount))
      }
      direction.scanner.forgetElement()
    case .complete: direction.state = .complete
    case .malformed: takeMalformed(flow, direction, in: conversation)
    }
  }

  private func takeMalformed(
    _ flow: ByteFlow, _ direction: Direction, in conversation: Conversation
  ) {
    let next = flow.unread[0]
    // A line that was cut off before; this one is whole.
    if !direction.scanner.isBlank, direction.isAtLineStart, Self.isBracket(next) {
      return endNoise(flow, direction, in: conversation)
    }
    direction.state = .noise
  }

  private static func isBracket(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[")
  }

  private static func endsInLineStart(_ bytes: UnsafeRawBufferPointer, _ count: Int, _ before: Bool) -> Bool {
    var index = count
    while index > 0 {
      index -= 1
      if bytes[index] == UInt8(ascii: "\n") { return true }
      if bytes[index] != 0x20, bytes[index] != 0x09 { return false }
    }
    return before
  }

  /// Takes what separates a text that was told already from the next one, to which it does not belong.
  private func passSeparator(_ flow: ByteFlow, _ direction: Direction) {
    var count = 0
    while count < flow.unread.count, direction.owesSeparator {
      let byte = flow.unread[count]
      if byte == terminator || !Self.isSpace(byte) { direction.owesSeparator = false }
      if byte == terminator || Self.isSpace(byte) { count += 1 }
    }
    flow.take(count)
    _ = flow.finishFrame()
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }

  /// Takes what separates a text from the next one.
  private func finish(_ flow: ByteFlow, _ direction: Direction, in conversation: Conversation) {
    var count = 0
    while count < flow.unread.count {
      let byte = flow.unread[count]
      let isSeparator = byte == terminator
      guard isSeparator || Self.isSpace(byte) else { break }
      count += 1
      if isSeparator {
        flow.take(count)
        return emit(flow, direction, in: conversation)
      }
    }
    let isOver = count < flow.unread.count
    flow.take(count)
    if isOver { emit(flow, direction, in: conversation) }
  }

  private func emit(_ flow: ByteFlow, _ direction: Direction, in conversation: Conversation) {
    if !direction.scanner.isBatch {
      guard var message = interpret(direction.scanner.values) else {
        begin(direction)
        return conversation.emitMalformed(flow, "JSON of another kind")
      }
      begin(direction)
      message.frame = flow.finishFrame()
      return conversation.emit(consume message, from: flow)
    }
    let drafts = direction.drafts
    begin(direction)
    guard drafts.contains(where: { $0.message != nil }) else {
      return conversation.emitMalformed(flow, "JSON of another kind")
    }
    let frame = flow.finishFrame()
    var start: UInt64 = 0
    for (index, draft) in drafts.enumerated() {
      let end = index == drafts.count - 1 ? frame.count : draft.end
      let part = frame.part(start..<end)
      start = end
      var message = draft.message ?? Message(name, .data, part)
      if draft.message == nil { message.malformed = "JSON of another kind" }
      message.frame = part
      conversation.emit(message, from: flow)
    }
  }

  private func begin(_ direction: Direction) {
    direction.scanner.reset()
    direction.drafts.removeAll(keepingCapacity: true)
    direction.isAtLineStart = true
    direction.state = .text
  }

  // MARK: - What is no text

  private func passNoise(_ flow: ByteFlow, _ direction: Direction, in conversation: Conversation) {
    guard let newline = flow.unread.firstIndex(where: { $0 == terminator || $0 == 0x0A }) else {
      return flow.take(flow.unread.count)
    }
    flow.take(newline + 1)
    endNoise(flow, direction, in: conversation)
  }

  private func endNoise(_ flow: ByteFlow, _ direction: Direction, in conversation: Conversation) {
    let isBroken = !direction.scanner.isBlank
    begin(direction)
    conversation.emitMalformed(flow, isBroken ? "broken JSON" : "no JSON")
  }

  /// What comes behind missing bytes is the rest of their line, unless it begins as a text does.
  private func followGap(_ flow: ByteFlow, _ direction: Direction, in conversation: Conversation) {
    if !Self.isBracket(flow.unread[0]) {
      guard let end = flow.unread.firstIndex(of: terminator) else { return flow.take(flow.unread.count) }
      flow.take(end + 1)
    }
    emitCut(flow, direction, in: conversation)
  }

  private func emitCut(_ flow: ByteFlow, _ direction: Direction, in conversation: Conversation) {
    let draft = direction.drafts.first?.message
    begin(direction)
    guard var message = draft else { return conversation.emitMalformed(flow, "bytes are missing") }
    message.frame = flow.finishFrame()
    conversation.emit(message, from: flow)
  }
}

extension Frame {
  /// A part of it, which is a message of its own.
  func part(_ range: Range<UInt64>) -> Frame {
    var part = self
    part.count = UInt64(range.count)
    part.content = content.map { Array($0.prefix(Int(range.upperBound)).dropFirst(Int(range.lowerBound))) }
    return part
  }

  /// The frame of a message that is not complete.
  static let pending = Frame(
    source: .unknown, destination: .unknown, time: 0, count: 0, isTruncated: false, traits: [])
}
