import IPCModel

/// Messages for the system's log: the form of BSD (RFC 3164), the newer one (RFC 5424), that of `/dev/log` (syslog(3)),
/// which leaves the host out, and both ways to frame them in a stream (RFC 6587).
extension ProtocolDefinition {
  static let syslog = ProtocolDefinition(
    name: "syslog", words: ["syslog"],
    recognise: { bytes, hints in SyslogMessage.recognise(bytes, hints) },
    makeDecoder: { _ in SyslogDecoder() })
}

/// What a message says in its head.
private struct SyslogMessage {
  private(set) var priority: Int
  /// The program.
  private(set) var tag: [UInt8] = []
  /// What kind of message it is, of RFC 5424 only.
  private(set) var id: [UInt8]?

  /// Facility and severity as logger(1) has them: `daemon.info`.
  var method: [UInt8] {
    Array("\(Self.facilities[priority >> 3]).\(Self.severities[priority & 7])".utf8)
  }

  private static let severities: [StaticString] = [
    "emerg", "alert", "crit", "err", "warning", "notice", "info", "debug",
  ]
  private static let facilities: [StaticString] = [
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp",
    "ntp", "audit", "alert", "clock", "local0", "local1", "local2", "local3", "local4", "local5", "local6",
    "local7",
  ]
  private static let months: [StaticString] = [
    "Jan ", "Feb ", "Mar ", "Apr ", "May ", "Jun ", "Jul ", "Aug ", "Sep ", "Oct ", "Nov ", "Dec ",
  ]

  /// The number in angle brackets, and where what follows begins; nil if there is none.
  private static func priority(_ bytes: UnsafeRawBufferPointer) -> (Int, Int)? {
    guard bytes.first == UInt8(ascii: "<") else { return nil }
    let digits = bytes.from(1).prefix { $0.isDigit }
    guard (1...3).contains(digits.count), bytes.count > digits.count + 1,
      bytes[digits.count + 1] == UInt8(ascii: ">"),
      let number = Int(String(decoding: digits, as: UTF8.self)), number < 192
    else { return nil }
    return (number, digits.count + 2)
  }

  static func recognise(_ bytes: UnsafeRawBufferPointer, _ hints: ChannelHints) -> Recognition {
    // Numbers of bytes stand before messages in a stream.
    let count = bytes.prefix { $0.isDigit }
    if !count.isEmpty, count.count <= 6, bytes[0] != UInt8(ascii: "0") {
      guard bytes.count > count.count + 1 else { return bytes.count < 8 ? .undecided : .no }
      guard bytes[count.count] == 0x20, bytes[count.count + 1] == UInt8(ascii: "<") else { return .no }
      return recognise(bytes.from(count.count + 1), hints)
    }
    guard bytes[0] == UInt8(ascii: "<") else { return .no }
    guard let (_, start) = priority(bytes) else {
      let isPart = bytes.count < 5 && bytes.from(1).allSatisfy(\.isDigit)
      return isPart ? .undecided : .no
    }
    let isUsual =
      hints.isAt(514) || hints.isAt("/dev/log") || hints.isAt("/journal/dev-log")
      || hints.isAt("/journal/syslog")
    if isUsual || hints.isNext { return .certain }
    let rest = bytes.from(start)
    if rest.isEmpty { return .undecided }
    let beginnings = months + ["1 "]
    guard let found = beginnings.first(where: { rest.agrees(with: $0) }) else { return .no }
    return rest.recognition(of: found)
  }

  init?(_ bytes: UnsafeRawBufferPointer) {
    guard let (priority, start) = Self.priority(bytes) else { return nil }
    self.priority = priority
    let rest = bytes.from(start)
    if rest.hasPrefix("1 ") {
      let words = rest.first(1024).split(separator: 0x20, maxSplits: 6, omittingEmptySubsequences: true)
      if words.count > 3, !words[3].elementsEqual("-".utf8) { tag = Array(words[3].prefix(48)) }
      if words.count > 5, !words[5].elementsEqual("-".utf8) { id = Array(words[5].prefix(32)) }
    } else {
      tag = Self.tag(rest)
    }
  }

  /// The program, behind the time and, in the network, the host.
  private static func tag(_ rest: UnsafeRawBufferPointer) -> [UInt8] {
    var words = rest.first(256).split(separator: 0x20, omittingEmptySubsequences: true)[...]
    if months.contains(where: rest.hasPrefix), words.count >= 4 { words = words.dropFirst(3) }
    for word in words.prefix(2) {
      let name = word.prefix { $0 != UInt8(ascii: "[") && $0 != UInt8(ascii: ":") }
      if name.count < word.count { return Array(name.prefix(48)) }
    }
    return []
  }
}

private final class SyslogDecoder: MessageDecoder {
  private static let limit = 64 << 10

  func reset(_ side: Side) {}

  func decode(_ flow: ByteFlow, in conversation: Conversation) {
    let bytes = flow.unread
    if flow.keepsBounds { return take(bytes, bytes.count, flow, in: conversation) }
    let digits = bytes.prefix(7).prefix { $0.isDigit }
    if !digits.isEmpty { return takeCounted(digits.count, flow, in: conversation) }
    if bytes[0] == 0x0A || bytes[0] == 0 {
      flow.take(1)
      _ = flow.finishFrame()
      return
    }
    guard bytes[0] == UInt8(ascii: "<") else { return conversation.reject(flow, "no message of syslog") }
    guard let end = bytes[min(flow.searched, bytes.count)...].firstIndex(where: { $0 == 0x0A || $0 == 0 })
    else {
      flow.searched = bytes.count
      if bytes.count > Self.limit { conversation.reject(flow, "no message of syslog") }
      return
    }
    take(bytes.first(end), end + 1, flow, in: conversation)
  }

  private func takeCounted(_ digits: Int, _ flow: ByteFlow, in conversation: Conversation) {
    let bytes = flow.unread
    guard bytes.count > digits else { return }
    guard bytes[digits] == 0x20, digits < 7,
      let count = Int(String(decoding: bytes[..<digits], as: UTF8.self)), count > 2, count <= Self.limit
    else { return conversation.reject(flow, "no message of syslog") }
    let end = digits + 1 + count
    guard bytes.count >= end else { return flow.wait(for: end) }
    take(UnsafeRawBufferPointer(rebasing: bytes[(digits + 1)..<end]), end, flow, in: conversation)
  }

  /// Writers to a stream of `/dev/log` end their messages with zero; the last one may lack it.
  func settle(_ flow: ByteFlow, isLast: Bool, in conversation: Conversation) {
    guard isLast, !flow.keepsBounds, !flow.unread.isEmpty, flow.unread[0] == UInt8(ascii: "<") else { return }
    take(flow.unread, flow.unread.count, flow, in: conversation)
  }

  private func take(
    _ text: UnsafeRawBufferPointer, _ count: Int, _ flow: ByteFlow, in conversation: Conversation
  ) {
    let said = SyslogMessage(text)
    flow.take(count)
    guard let said else { return conversation.emitMalformed(flow, "no message of syslog") }
    var message = Message("syslog", .notification, flow.finishFrame())
    message.method = said.method
    message.target = said.tag.isEmpty ? nil : said.tag
    message.id = said.id
    conversation.emit(message, from: flow)
  }
}
