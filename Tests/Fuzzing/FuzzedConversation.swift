import IPCModel
import IPCProtocols

/// A conversation that a fuzzer's bytes stand for: which protocol its channel is said to speak, which kind of channel it is,
/// and what either side sends in which pieces, some of which are lost.
///
/// The first byte chooses the protocol; the one that no protocol has lets it be found. The second one chooses the kind. Each
/// piece has a byte with its direction and what is lost of it, and one with its length, before its bytes.
public struct FuzzedConversation {
  private let bytes: UnsafeBufferPointer<UInt8>

  /// Takes a fuzzer's bytes.
  public init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  /// What is wrong with the messages that are told of it; that nothing crashes is for the caller to see.
  public var problems: [String] {
    guard bytes.count > 2 else { return [] }
    var settings = MessageSettings()
    let registry = ProtocolDefinition.registry
    let chosen = Int(bytes[0]) % (registry.count + 1)
    if chosen < registry.count { settings.rules = [ProtocolRule(registry[chosen]) { _ in true }] }
    settings.keepsContents = bytes[1] & 0x80 != 0
    let kind: Kind = [.unixStream, .pipe, .unixDatagram][Int(bytes[1] & 0x7F) % 3]
    var (told, requests, calls): (UInt64, Int, Int) = (0, 0, 0)
    let reader = MessageReader(
      settings,
      message: { message in
        told += message.frame.count
        if case .opens = message.link { requests += 1 }
      },
      call: { _ in calls += 1 })
    let sent = send(to: reader, kind)
    reader.finish()
    var problems: [String] = []
    if told > sent { problems.append("\(told) bytes were told of \(sent)") }
    if calls > requests { problems.append("\(calls) calls were told of \(requests)") }
    return problems
  }

  /// - Returns: Bytes that were sent, lost ones included.
  private func send(to reader: MessageReader, _ kind: Kind) -> UInt64 {
    var texts = TextTable()
    let name = texts.add("/run/fuzzed")
    var (place, time, sent): (Int, UInt64, UInt64) = (2, 0, 0)
    while place + 2 <= bytes.count {
      let isRequest = bytes[place] & 1 == 0
      let lost = bytes[place] & 0xF0 == 0xF0 ? UInt64(bytes[place] >> 1 & 7) * 40 : 0
      let length = min(Int(bytes[place + 1]), bytes.count - place - 2)
      let piece = UnsafeRawBufferPointer(
        rebasing: UnsafeRawBufferPointer(bytes)[(place + 2)..<(place + 2 + length)])
      place += 2 + length
      time += 10
      let (source, destination): (Int32, Int32) = isRequest ? (1, 2) : (2, 1)
      var event = Event(
        time: time, kind: kind, source: Endpoint(pid: source, tid: source, comm: Comm("a")),
        destination: Endpoint(pid: destination, tid: destination, comm: Comm("b")),
        count: UInt64(length) + lost)
      if kind == .pipe {
        event.set(Kind.Pipe.name, to: name)
        event.set(Kind.Pipe.inode, to: isRequest ? 101 : 102)
      } else {
        event.set(Kind.UnixSocket.path, to: name)
        event.set(Kind.UnixSocket.sourceInode, to: isRequest ? 11 : 12)
        event.set(Kind.UnixSocket.destinationInode, to: isRequest ? 12 : 11)
      }
      reader.take(event, content: piece, texts: texts)
      sent += UInt64(length) + lost
    }
    return sent
  }
}
