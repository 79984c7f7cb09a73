import IPCModel

/// Decodes MySQL: who is the client, which packets are an answer, and where it ends.
final class MySQLDecoder: MessageDecoder {
  private enum Phase {
    /// The server greets, the client says who it is.
    case greeting, commands
    /// What follows is another protocol.
    case compressed
  }

  private var phase = Phase.commands
  private var client: Side?
  private var isDeprecatingEOF = true
  private var answer: MySQLAnswer?
  /// Commands that are not answered, the oldest first.
  private var asked: [(command: UInt8, sql: SQLStatement?)] = []
  private var statements: [UInt32: SQLStatement] = [:]
  /// What each side is in: the packet before was as long as packets can be, so that the next one goes on with it.
  private var drafts: [Draft?] = [nil, nil]
  private var wantsFile = false
  private var wantsTLS = false

  private struct Draft {
    var content: [UInt8]
    var length: Int
    var isFirst: Bool
    var number: UInt8
  }

  /// Bytes of a packet that are looked at.
  private static let shown = 4096
  private static let shownOfRow = 64
  private static let pipelineLimit = 4096
  private static let statementLimit = 4096
  private static let longest = 0xFF_FFFF

  func reset(_ side: Side) {
    drafts[side.rawValue] = nil
    if side != client { answer = nil }
  }

  func decode(_ flow: ByteFlow, in conversation: Conversation) {
    let side = flow.side.rawValue
    let bytes = flow.unread
    if phase == .compressed {
      flow.take(bytes.count)
      return conversation.emit(Message("mysql", .data, flow.finishFrame()), from: flow)
    }
    guard bytes.count >= MySQLPacket.headCount + 1 || (bytes.count == 4 && MySQLPacket(bytes).length == 0)
    else {
      return flow.wait(for: bytes.count < 4 ? 4 : 5)
    }
    let packet = MySQLPacket(bytes)
    if client == nil { findSides(packet, bytes, flow) }
    guard isInOrder(packet, flow) else { return conversation.reject(flow, "no MySQL packet") }
    // Of a row, or of a definition, the first bytes say that it is one; an error has a text.
    let isLookedAt = flow.side == client || (packet.length > 0 && bytes[4] == 0xFF)
    let shown = MySQLPacket.headCount + min(packet.length, isLookedAt ? Self.shown : Self.shownOfRow)
    guard bytes.count >= shown else { return flow.wait(for: shown) }
    let content = UnsafeRawBufferPointer(rebasing: bytes[MySQLPacket.headCount..<shown])
    let isLater = drafts[side]?.length == Self.longest
    drafts[side] =
      isLater
      ? Draft(
        content: drafts[side]?.content ?? [], length: packet.length, isFirst: false, number: packet.number)
      : Draft(content: Array(content), length: packet.length, isFirst: true, number: packet.number)
    flow.take(shown)
    flow.pass(UInt64(MySQLPacket.headCount + packet.length - shown))
    if flow.isPassed { complete(flow, in: conversation) }
  }

  /// A server greets first, with the version of the protocol; else the first one that begins anew is a client.
  private func findSides(_ packet: MySQLPacket, _ bytes: UnsafeRawBufferPointer, _ flow: ByteFlow) {
    guard packet.number == 0, bytes.count > 4 else {
      client = flow.side.other
      return
    }
    if bytes[4] == 10, packet.length >= 40 {
      client = flow.side.other
      phase = .greeting
    } else {
      client = flow.side
    }
  }

  /// Whether a packet's number is one that can come. A command's is 0.
  private func isInOrder(_ packet: MySQLPacket, _ flow: ByteFlow) -> Bool {
    if let draft = drafts[flow.side.rawValue], draft.length == Self.longest {
      return packet.number == draft.number &+ 1
    }
    if phase == .commands, flow.side == client, !wantsFile { return packet.number == 0 && packet.length > 0 }
    if phase == .commands, flow.side != client, flow.frameCount == 0 {
      return packet.number > 0 || answer != nil
    }
    return true
  }

  func complete(_ flow: ByteFlow, in conversation: Conversation) {
    guard let draft = drafts[flow.side.rawValue] else {
      return conversation.emitMalformed(flow, "no MySQL packet")
    }
    if draft.length == Self.longest { return }
    drafts[flow.side.rawValue] = nil
    draft.content.withUnsafeBytes { content in
      if phase == .greeting {
        takeGreeting(draft, content, flow, in: conversation)
      } else if flow.side == client {
        takeCommand(draft, content, flow, in: conversation)
      } else {
        takeAnswer(draft, content, flow, in: conversation)
      }
    }
  }

  // MARK: - The beginning

  private func takeGreeting(
    _ draft: Draft, _ content: UnsafeRawBufferPointer, _ flow: ByteFlow, in conversation: Conversation
  ) {
    var message = Message("mysql", .data, flow.finishFrame())
    if flow.side == client {
      message.method = Array("Login".utf8)
      if draft.number == 1 { readLogin(content, &message) }
    } else {
      message.method = Array((draft.number == 0 ? "Greeting" : "LoginAnswer").utf8)
      if draft.number > 0, let first = content.first {
        if first == 0 { phase = .commands }
        if first == 0xFF {
          phase = .commands
          var answer = MySQLAnswer()
          _ = answer.take(content, length: draft.length)
          message.error = answer.error
        }
        if phase == .commands, first == 0, isCompressing { phase = .compressed }
      }
    }
    conversation.emit(message, from: flow)
    if wantsTLS { conversation.leave() }
  }

  private var isCompressing = false

  /// Reads what a client is able to: 4 bytes, of which 0x0800 asks for TLS, in a packet that ends there.
  private func readLogin(_ content: UnsafeRawBufferPointer, _ message: inout Message) {
    guard content.count >= 32 else { return }
    let abilities = content.uint32(at: 0, .little)
    isDeprecatingEOF = abilities & 1 << 24 != 0
    isCompressing = abilities & 0x20 != 0 || abilities & 1 << 26 != 0
    if content.count == 32 {
      message.method = Array("SSLRequest".utf8)
      wantsTLS = abilities & 0x0800 != 0
      return
    }
    var cursor = FrameCursor(content, .little, at: 32)
    message.target = cursor.cString().map { Array($0) }
  }

  // MARK: - Commands

  private func takeCommand(
    _ draft: Draft, _ content: UnsafeRawBufferPointer, _ flow: ByteFlow, in conversation: Conversation
  ) {
    if wantsFile {
      // A file that the server has asked for ends with an empty packet.
      guard draft.length == 0 else { return }
      wantsFile = false
      var message = Message("mysql", .stream, flow.finishFrame(), link: CallLink.none)
      message.method = Array("File".utf8)
      return conversation.emit(message, from: flow)
    }
    let command = content[0]
    guard let name = MySQLCommand.name(of: command) else {
      return conversation.emitMalformed(flow, "no command of MySQL")
    }
    let isUnanswered = MySQLCommand.isUnanswered(command)
    var message = Message("mysql", isUnanswered ? .notification : .request, flow.finishFrame())
    message.method = Array("\(name)".utf8)
    var sql: SQLStatement?
    let arguments = content.from(1)
    switch command {
    case 0x02: message.target = Array(arguments.prefix(256))
    case 0x03, 0x16:
      let statement = SQLStatement(arguments)
      sql = statement
      if command == 0x03, !statement.method.isEmpty { message.method = statement.method }
      message.target = statement.text
    case 0x17, 0x18, 0x19, 0x1A, 0x1C:
      guard arguments.count >= 4 else { break }
      let number = arguments.uint32(at: 0, .little)
      if let statement = statements[number] {
        if command == 0x17, !statement.method.isEmpty { message.method = statement.method }
        message.target = statement.text
      }
      if command == 0x19 { statements[number] = nil }
    default: break
    }
    if !isUnanswered, asked.count < Self.pipelineLimit { asked.append((command, sql)) }
    conversation.emit(message, from: flow)
  }

  // MARK: - Answers

  private func takeAnswer(
    _ draft: Draft, _ content: UnsafeRawBufferPointer, _ flow: ByteFlow, in conversation: Conversation
  ) {
    var current = answer ?? MySQLAnswer()
    if answer == nil {
      current.command = asked.first?.command ?? 0x03
      current.isDeprecatingEOF = isDeprecatingEOF
    }
    let isLast = current.take(content, length: draft.length)
    wantsFile = wantsFile || (current.wantsFile && answer == nil)
    answer = current
    guard isLast else { return }
    answer = nil
    let question = asked.isEmpty ? nil : asked.removeFirst()
    if let number = current.statement, let sql = question?.sql {
      if statements.count >= Self.statementLimit { statements.removeAll() }
      statements[number] = sql
    }
    var message = Message("mysql", .response, flow.finishFrame())
    message.error = current.error
    message.status = current.error == nil ? .ok : current.isCancelled ? .cancelled : .error
    conversation.emit(message, from: flow)
  }
}
