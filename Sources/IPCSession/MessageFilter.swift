import IPCFiltering
import IPCModel
import IPCProtocols

/// Chooses messages and calls as transfers are chosen: by their ends, by the channel that carried them, and by what they say.
final class MessageFilter {
  private let filter: EventFilter
  /// What the processes are that are at their ends; empty if nobody asks.
  private var processes = KnownProcesses()

  init(_ filter: EventFilter) { self.filter = filter }

  /// Remembers what the processes at the ends of a transfer are, whose messages may be complete later.
  func note(_ event: borrowing Event, texts: borrowing TextTable) {
    guard filter.asksForProcesses else { return }
    for end in [event.source, event.destination] where end.image != 0 {
      let image = KnownProcesses.Image(pid: end.pid, image: end.image)
      if processes[image] == nil, let known = texts.processes[image] { processes.add(known, for: image) }
    }
  }

  /// Whether a message is to be shown.
  func passes(_ message: Message) -> Bool {
    if let isShown = filter.decision(of: message.channel.kind, message.frame.traits) { return isShown }
    let frame = message.frame
    return passes(
      frame, of: message.channel, frame.traits, isTruncated: frame.isTruncated, count: frame.count,
      content: frame.content, MessageProperties(message: message))
  }

  /// Whether a call is to be shown: its source is the client.
  func passes(_ call: Call) -> Bool {
    let traits = call.request.frame.traits.union(call.response?.frame.traits ?? [])
    if let isShown = filter.decision(of: call.request.channel.kind, traits) { return isShown }
    let (request, response) = (call.request.frame, call.response?.frame)
    return passes(
      request, of: call.request.channel, traits,
      isTruncated: request.isTruncated || response?.isTruncated ?? false,
      count: request.count + call.responseBytes,
      content: request.content.map { $0 + (response?.content ?? []) }, CallProperties(call: call))
  }

  private func passes(
    _ frame: Frame, of channel: ChannelLabel, _ traits: Event.Traits, isTruncated: Bool, count: UInt64,
    content: [UInt8]?, _ properties: some WhereProperties
  ) -> Bool {
    var texts = TextTable()
    texts.processes = processes
    var event = Event(
      time: frame.time, kind: channel.kind, source: frame.source, destination: frame.destination,
      count: count, traits: isTruncated ? traits.union(.incomplete) : traits)
    if let written = frame.written { event.setDelay(written: written, read: frame.time) }
    for fact in channel.facts { fact.set(on: &event, texts: &texts) }
    guard let content else { return filter.passes(event, texts: texts, properties: properties) }
    return content.withUnsafeBytes { bytes in
      filter.passes(event, content: bytes, texts: texts, properties: properties)
    }
  }
}

/// What a message has, by its JSON keys.
private struct MessageProperties: WhereProperties {
  let message: Message

  func number(_ key: String) -> Int64? { key == "fd_count" ? Int64(message.descriptors) : nil }

  func text(_ key: String) -> [UInt8]? {
    switch key {
    case "type": Array("message".utf8)
    case "role": message.role.word.bytes
    case "status": message.status?.word.bytes
    case "error": message.error
    case "malformed": message.malformed?.bytes
    default: message.commonText(key)
    }
  }
}

/// What a call has, by its JSON keys.
private struct CallProperties: WhereProperties {
  let call: Call

  func number(_ key: String) -> Int64? {
    switch key {
    case "duration_ns": call.duration.map { Int64(clamping: $0) }
    case "server_ns": call.serverTime.map { Int64(clamping: $0) }
    case "request_bytes": Int64(clamping: call.request.frame.count)
    case "response_bytes": Int64(clamping: call.responseBytes)
    case "request_fd_count": Int64(call.request.descriptors)
    case "response_fd_count": Int64(call.response?.descriptors ?? 0)
    default: nil
    }
  }

  func text(_ key: String) -> [UInt8]? {
    switch key {
    case "type": Array("call".utf8)
    case "status": call.status.word.bytes
    case "error": call.error
    default: call.request.commonText(key)
    }
  }
}

extension Message {
  /// What messages and calls both have.
  fileprivate func commonText(_ key: String) -> [UInt8]? {
    switch key {
    case "protocol": self.protocol.bytes
    case "method": method
    case "target": target
    case "id": id
    case "channel": channel.name
    default: nil
    }
  }
}

extension StaticString {
  fileprivate var bytes: [UInt8] { withUTF8Buffer { Array($0) } }
}
