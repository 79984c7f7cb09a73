import ByteOutput
import IPCFormats
import IPCModel
import IPCProtocols
import IPCTraffic

/// What two processes say to each other through a channel, both ways.
///
/// It keeps the last of it. What a protocol's messages are is found out as for `--messages`; what belongs to none is kept
/// as transfers.
public final class Dialogue {
  /// Something that was said.
  public struct Entry: Sendable {
    /// What it is.
    public enum Form: Sendable {
      /// A transfer, before a protocol was found or without any.
      case transfer
      /// A transfer whose bytes are part of a message.
      case part
      /// A message.
      case message
      /// A request with its answer.
      case call
    }

    /// See ``Form``.
    public let form: Form
    /// When, in nanoseconds of `CLOCK_MONOTONIC`.
    public let time: UInt64
    /// Whether the one who sends in the edge's line has said it.
    public let isForward: Bool
    /// What it says, in a line; harmless for a terminal.
    public let text: String
    /// Whether something has gone wrong.
    public let isFailure: Bool
    /// Its first bytes; nil if there are none.
    public let content: [UInt8]?
    /// The answer's first bytes, of a call.
    public let answer: [UInt8]?
  }

  /// Which entries are wanted.
  public enum Choice: CaseIterable, Sendable {
    /// Messages, and transfers where there are none.
    case messages
    /// Calls.
    case calls
    /// Transfers.
    case transfers
  }

  private let key: IPCTraffic.Conversation.Key
  private let kind: Kind
  /// Who sends in the edge's line.
  public let source: Endpoint
  /// Who receives there.
  public let destination: Endpoint
  /// What was said last.
  public private(set) var entries: [Entry] = []
  /// Entries that were forgotten.
  public private(set) var forgotten: UInt64 = 0
  /// Name of the protocol; nil if none is known.
  public private(set) var protocolName: StaticString?
  /// Whether contents have come at all.
  public private(set) var hasContents = false
  private var reader: MessageReader?
  private let format = MessageTextFormat(FormatOptions(clock: WallClock(offset: 0, start: 0)))
  private var size = 0
  private var messages: [Message] = []
  private var calls: [Call] = []

  /// Entries that are kept, and bytes of them.
  private static let limit = 4096
  private static let sizeLimit = 4 << 20
  /// Bytes that are kept of one.
  private static let contentLimit = 4096

  /// Begins to listen.
  ///
  /// - Parameters:
  ///   - key: The conversation.
  ///   - kind: Kind of its channel.
  ///   - source: Who sends there.
  ///   - destination: Who receives.
  init(of key: IPCTraffic.Conversation.Key, kind: Kind, between source: Endpoint, and destination: Endpoint) {
    self.key = key
    self.kind = kind
    self.source = source
    self.destination = destination
    var settings = MessageSettings()
    settings.keepsContents = true
    settings.memoryLimit = 8 << 20
    reader = MessageReader(
      settings, message: { [unowned self] in messages.append($0) },
      call: { [unowned self] in calls.append($0) })
  }

  /// The same, with nothing said yet.
  func emptied() -> Dialogue { Dialogue(of: key, kind: kind, between: source, and: destination) }

  /// Whether an event is of this dialogue: of the conversation, or the other way. Of a pipe the other way is another
  /// pipe, whichever there is.
  private func includes(_ event: borrowing Event, _ other: IPCTraffic.Conversation.Key) -> Bool {
    if other == key { return true }
    guard event.kind == kind else { return false }
    let (sender, receiver) = (event.source.pid, event.destination.pid)
    if sender == source.pid, receiver == destination.pid { return other.channel == key.channel }
    let isReceived = event.destination.isKnown
    guard destination.isKnown, sender == destination.pid, receiver == source.pid || !isReceived else {
      return false
    }
    return isOneWay(event) ? true : other.channel == key.channel
  }

  private func isOneWay(_ event: borrowing Event) -> Bool {
    switch event.kind.row.channel.name {
    case .textOrInodes(_, let source, let destination): source.field.position == destination.field.position
    case .text, .number, .processes: true
    case .ports, .contexts: false
    }
  }

  /// Takes an event, if it is of this dialogue.
  func take(
    _ event: borrowing Event, _ key: IPCTraffic.Conversation.Key, content: UnsafeRawBufferPointer?,
    texts: borrowing TextTable
  ) {
    guard includes(event, key) else { return }
    if content != nil { hasContents = true }
    reader?.take(event, content: content, texts: texts)
    let name = reader?.protocolName(of: event, texts: texts)
    if let name { protocolName = name }
    add(
      Entry(
        form: name == nil ? .transfer : .part, time: event.time, isForward: isForward(event.source),
        text: Self.text(of: event, texts), isFailure: event.traits.contains(.undelivered),
        content: content.map { Array($0.prefix(Self.contentLimit)) }, answer: nil))
    flush()
  }

  /// Takes a loss: messages may lack bytes.
  func take(_ loss: Loss) { reader?.take(loss) }

  private func isForward(_ end: Endpoint) -> Bool { end.pid == source.pid }

  /// Adds what has been found out.
  private func flush() {
    for message in messages {
      var buffer = OutputBuffer(capacity: 256)
      format.appendStatement(message, to: &buffer)
      add(
        Entry(
          form: .message, time: message.frame.time, isForward: isForward(message.frame.source),
          text: buffer.text, isFailure: message.status == .error || message.malformed != nil,
          content: message.frame.content.map { Array($0.prefix(Self.contentLimit)) }, answer: nil))
    }
    messages.removeAll()
    for call in calls {
      var buffer = OutputBuffer(capacity: 256)
      format.appendStatement(call, to: &buffer)
      let (request, response) = (call.request.frame, call.response?.frame)
      add(
        Entry(
          form: .call, time: call.time, isForward: isForward(request.source), text: buffer.text,
          isFailure: call.status != .ok,
          content: request.content.map { Array($0.prefix(Self.contentLimit)) },
          answer: response?.content.map { Array($0.prefix(Self.contentLimit)) }))
    }
    calls.removeAll()
  }

  private func add(_ entry: Entry) {
    entries.append(entry)
    size += entry.size
    guard entries.count > Self.limit || size > Self.sizeLimit else { return }
    // A quarter at once, so that what is left is not moved for each one.
    let count = entries.count / 4
    size -= entries[..<count].reduce(0) { $0 + $1.size }
    forgotten += UInt64(count)
    entries.removeFirst(count)
  }

  /// What was said last, of what is wanted.
  public func entries(_ choice: Choice) -> [Entry] {
    entries.filter { entry in
      switch choice {
      case .messages: entry.form == .message || entry.form == .transfer
      case .calls: entry.form == .call
      case .transfers: entry.form == .transfer || entry.form == .part
      }
    }
  }

  /// A transfer in a line: its fields but those that all have alike.
  private static func text(of event: borrowing Event, _ texts: borrowing TextTable) -> String {
    var buffer = OutputBuffer(capacity: 128)
    let common = event.kind.row.channel.all.map(\.position)
    if event.kind.row.carriesBytes {
      buffer.append(text: "\(Figure.count(event.count)) byte\(event.count == 1 ? "" : "s")")
    }
    for field in event.kind.row.fields where !common.contains(field.position) {
      guard let bits = event.bits(at: field.position) else { continue }
      if field.name.description == "count", event.kind.row.carriesBytes { continue }
      if !buffer.isEmpty { buffer.append(", ") }
      buffer.append(field.name)
      buffer.append(" ")
      buffer.append(bits, field.form, texts: texts, .terminal)
    }
    if event.delay != Event.unknownDelay { buffer.append(text: ", after \(Figure.time(event.delay))") }
    if event.traits.contains(.undelivered) { buffer.append(", undelivered") }
    if event.traits.hasInferred {
      buffer.append(", inferred ")
      buffer.appendInferred(event.traits)
    }
    return buffer.text
  }
}

extension Dialogue.Entry {
  /// Bytes in memory, about.
  fileprivate var size: Int { 128 + text.utf8.count + (content?.count ?? 0) + (answer?.count ?? 0) }
}

extension OutputBuffer {
  /// Its bytes as text.
  var text: String { withBytes { String(decoding: $0, as: UTF8.self) } }
}
