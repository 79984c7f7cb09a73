import IPCModel

/// Erlang's ports (erlang.org/doc/man/erlang.html, `open_port/2`, `{packet, N}`): messages behind a length of one, two or four
/// bytes; and terms in them (erlang.org/doc/apps/erts/erl_ext_dist.html).
extension ProtocolDefinition {
  static let erlangPort2 = ProtocolDefinition(
    name: "erlang-port", words: ["erlang-port", "packet2"],
    recognise: { bytes, _ in ErlangTerm.recognise(bytes, lengthCount: 2) },
    makeDecoder: { _ in ErlangPortDecoder(lengthCount: 2) })

  static let erlangPort4 = ProtocolDefinition(
    name: "erlang-port", words: ["packet4"],
    recognise: { bytes, _ in ErlangTerm.recognise(bytes, lengthCount: 4) },
    makeDecoder: { _ in ErlangPortDecoder(lengthCount: 4) })

  static let erlangPort1 = ProtocolDefinition(
    name: "erlang-port", words: ["packet1"], recognise: { _, _ in .no },
    makeDecoder: { _ in ErlangPortDecoder(lengthCount: 1) })
}

private enum ErlangTerm {
  /// The number that the external format of terms begins with.
  static let version: UInt8 = 131
  private static let lengthLimit: UInt32 = 64 << 20

  static func length(_ bytes: UnsafeRawBufferPointer, _ count: Int) -> Int? {
    switch count {
    case 1: Int(bytes[0])
    case 2: Int(bytes.uint16(at: 0, .big))
    default:
      bytes.uint32(at: 0, .big) <= lengthLimit ? Int(bytes.uint32(at: 0, .big)) : nil
    }
  }

  /// Says whether bytes are a length and a term, to whose end they go.
  static func recognise(_ bytes: UnsafeRawBufferPointer, lengthCount: Int) -> Recognition {
    guard bytes.count >= lengthCount + 2 else { return bytes[0] <= 4 ? .undecided : .no }
    guard let length = length(bytes, lengthCount), length >= 2, bytes[lengthCount] == version else {
      return .no
    }
    let tag = bytes[lengthCount + 1]
    // Tags of terms: numbers, atoms, tuples, lists, maps, binaries, and what is compressed.
    guard tag == 80 || tag == 70 || tag == 77 || (97...120).contains(tag) else { return .no }
    let end = lengthCount + length
    guard bytes.count != end else { return .certain }
    guard bytes.count > end + lengthCount else {
      return bytes.count > end || length > 1 << 16 ? .no : .undecided
    }
    return bytes[end + lengthCount] == version ? .certain : .no
  }

  /// The atom that a term is, or the first one of a tuple: what Erlang's programs call their messages.
  static func name(of bytes: UnsafeRawBufferPointer) -> [UInt8]? {
    var cursor = FrameCursor(bytes)
    guard cursor.uint8() == version, var tag = cursor.uint8() else { return nil }
    if tag == 104 || tag == 105 {
      guard cursor.take(tag == 104 ? 1 : 4) != nil, let first = cursor.uint8() else { return nil }
      tag = first
    }
    let length: Int?
    switch tag {
    case 100, 118: length = cursor.uint16().map { Int($0) }
    case 115, 119: length = cursor.uint8().map { Int($0) }
    default: return nil
    }
    return length.flatMap { cursor.take($0) }.map { Array($0) }
  }
}

private final class ErlangPortDecoder: MessageDecoder {
  private let lengthCount: Int
  private var names: [[UInt8]?] = [nil, nil]

  /// Bytes of a message that are looked at.
  private static let shown = 512

  init(lengthCount: Int) { self.lengthCount = lengthCount }

  func reset(_ side: Side) { names[side.rawValue] = nil }

  func decode(_ flow: ByteFlow, in conversation: Conversation) {
    let bytes = flow.unread
    guard bytes.count >= lengthCount else { return flow.wait(for: lengthCount) }
    guard let length = ErlangTerm.length(bytes, lengthCount) else {
      return conversation.reject(flow, "no length")
    }
    let shown = lengthCount + min(length, Self.shown)
    guard bytes.count >= shown else { return flow.wait(for: shown) }
    names[flow.side.rawValue] = ErlangTerm.name(of: bytes.first(shown).from(lengthCount))
    flow.take(shown)
    flow.pass(UInt64(lengthCount + length - shown))
    if flow.isPassed { complete(flow, in: conversation) }
  }

  func complete(_ flow: ByteFlow, in conversation: Conversation) {
    var message = Message("erlang-port", .data, flow.finishFrame())
    message.method = names[flow.side.rawValue]
    names[flow.side.rawValue] = nil
    conversation.emit(message, from: flow)
  }
}
