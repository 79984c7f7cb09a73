import IPCModel

@testable import IPCProtocols

/// Bytes of a conversation in, lines of what was said out.
///
/// The client is process 1, the server process 2; each transfer is read 10 ns after the one before, 4 ns after it was
/// written. A message's line has role, method, target, `#id`, status, error in quotes, bytes, and what is wrong with it; a
/// call's line begins with `call` and ends with both sizes and its duration.
final class Script {
  /// Which channel carries it.
  enum Channel { case socket, pipes, datagrams }

  private(set) var lines: [String] = []
  private let channel: Channel
  private var reader: MessageReader?
  private var time: UInt64 = 0
  private var texts = TextTable()
  private let name: TextID
  private let set: (inout Event) -> Void

  init(
    _ channel: Channel = .socket, contents: Bool = false, rules: [ProtocolRule] = [],
    path: String = "<anonymous>", _ set: @escaping (inout Event) -> Void = { _ in }
  ) {
    self.channel = channel
    self.set = set
    name = texts.add(path)
    var settings = MessageSettings()
    settings.keepsContents = contents
    settings.rules = rules
    reader = MessageReader(
      settings,
      message: { [unowned self] message in
        lines.append(Self.line(message))
        if let content = message.frame.content, contents {
          lines.append("  " + String(decoding: content, as: UTF8.self))
        }
      },
      call: { [unowned self] call in lines.append(Self.line(call)) })
  }

  /// The client writes to the server.
  func ask(_ text: String, by pid: Int32 = 1, lost: Int = 0) { send(Array(text.utf8), by: pid, lost: lost) }
  func ask(_ bytes: [UInt8], by pid: Int32 = 1, lost: Int = 0) { send(bytes, by: pid, lost: lost) }

  /// The server writes to the client.
  func answer(_ text: String, by pid: Int32 = 2, lost: Int = 0) {
    send(Array(text.utf8), by: pid, lost: lost)
  }
  func answer(_ bytes: [UInt8], by pid: Int32 = 2, lost: Int = 0) { send(bytes, by: pid, lost: lost) }

  /// Writes each byte alone.
  func askInBytes(_ text: String) { for byte in text.utf8 { ask([byte]) } }
  func answerInBytes(_ text: String) { for byte in text.utf8 { answer([byte]) } }

  /// What was said up to now, and is not taken again.
  func told() -> [String] {
    defer { lines = [] }
    return lines
  }

  /// Ends the trace.
  ///
  /// - Returns: What was said that has not been taken.
  func end() -> [String] {
    reader?.finish()
    return told()
  }

  /// Bytes that are in memory.
  var memoryUsed: Int { reader?.memoryUsed ?? 0 }

  func lose() { reader?.take(Loss(kind: nil, count: 1, bytes: 0, time: time)) }

  /// - Parameter pid: Who writes; odd ones write to the server, even ones to the client.
  private func send(_ bytes: [UInt8], by pid: Int32, lost: Int) {
    let isRequest = pid % 2 == 1
    time += 10
    let (source, destination) = (pid, isRequest ? 2 : 1 as Int32)
    let kind: Kind =
      switch channel {
      case .socket: .unixStream
      case .pipes: .pipe
      case .datagrams: .unixDatagram
      }
    var event = Event(
      time: time, kind: kind,
      source: Endpoint(pid: source, tid: source, comm: Comm(isRequest ? "client" : "server")),
      destination: Endpoint(pid: destination, tid: destination, comm: Comm(isRequest ? "server" : "client")),
      count: UInt64(bytes.count + lost))
    event.delay = 4
    if kind == .pipe {
      event.set(Kind.Pipe.name, to: name)
      event.set(Kind.Pipe.inode, to: isRequest ? 101 : 102)
    } else {
      event.set(Kind.UnixSocket.path, to: name)
      event.set(Kind.UnixSocket.sourceInode, to: isRequest ? 11 : 12)
      event.set(Kind.UnixSocket.destinationInode, to: isRequest ? 12 : 11)
    }
    set(&event)
    bytes.withUnsafeBytes { reader?.take(event, content: $0, texts: texts) }
  }

  private static func line(_ message: Message) -> String {
    let frame = message.frame
    var words = ["\(message.role.word) \(frame.source.pid)>\(frame.destination.pid) \(message.protocol)"]
    words += self.words(message)
    if message.role == .response, let status = message.status { words.append("\(status.word)") }
    if let error = message.error { words.append("\"\(String(decoding: error, as: UTF8.self))\"") }
    words.append("\(frame.count)")
    if frame.isTruncated { words.append("truncated") }
    if let malformed = message.malformed { words.append("(\(malformed))") }
    return words.joined(separator: " ")
  }

  private static func line(_ call: Call) -> String {
    var words = ["call"] + words(call.request) + ["\(call.status.word)"]
    if let error = call.error { words.append("\"\(String(decoding: error, as: UTF8.self))\"") }
    words.append("\(call.request.frame.count)>\(call.responseBytes)")
    if let duration = call.duration { words.append("\(duration)ns") }
    return words.joined(separator: " ")
  }

  private static func words(_ message: Message) -> [String] {
    let id = message.id.map { Array("#".utf8) + $0 }
    return [message.method, message.target, id].compactMap {
      $0.map { String(decoding: $0, as: UTF8.self) }
    }
  }
}
