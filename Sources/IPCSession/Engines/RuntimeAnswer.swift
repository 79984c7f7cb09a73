/// What a container runtime says of containers to Kubernetes: runtime.v1.RuntimeService/ListContainers of the Container
/// Runtime Interface, over gRPC.
///
/// Nothing of the answer's headers is needed: a call that fails brings no message.
enum RuntimeAnswer {
  private static let method = "/runtime.v1.RuntimeService/ListContainers"

  /// Asks a runtime, and writes the names down.
  static func ask(_ server: Int32, into answer: Int32) {
    EngineSocket.send(request, to: server)
    var (bytes, messages): ([UInt8], [UInt8]) = ([], [])
    while EngineSocket.receive(&bytes, from: server) {
      var isOver = false
      while let frame = Frame(takenFrom: &bytes) {
        if let reply = frame.reply { EngineSocket.send(reply, to: server) }
        messages += frame.data
        if frame.isLast { isOver = true }
      }
      if isOver { break }
    }
    EngineSocket.write(names(in: messages), to: answer)
  }

  // MARK: - HTTP/2 (RFC 9113)

  /// The preface, room for any answer, and a call with an empty message.
  static var request: [UInt8] {
    let room: [UInt8] = [0x7F, 0xFF, 0xFF, 0xFF]
    // SETTINGS_INITIAL_WINDOW_SIZE; what a connection has at first is 65,535.
    let settings = frame(4, 0, 0, [0, 4] + room), window = frame(8, 0, 0, [0x7F, 0xFF, 0x00, 0x00])
    // By numbers of HPACK's static table (RFC 7541): POST, http, then names with values of their own.
    let headers: [UInt8] =
      [0x83, 0x86, 0x04] + counted(method) + [0x01] + counted("localhost") + [0x0F, 0x10]
      + counted("application/grpc") + [0x00] + counted("te") + counted("trailers")
    return Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + settings + window + frame(1, 0x4, 1, headers)
      + frame(0, 0x1, 1, [0, 0, 0, 0, 0])
  }

  private static func counted(_ text: String) -> [UInt8] { [UInt8(text.utf8.count)] + Array(text.utf8) }

  private static func frame(_ type: UInt8, _ flags: UInt8, _ stream: UInt8, _ payload: [UInt8]) -> [UInt8] {
    [0, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF), type, flags, 0, 0, 0, stream] + payload
  }

  private struct Frame {
    let type: UInt8
    let flags: UInt8
    let payload: [UInt8]

    /// Takes the first frame out of bytes; nil as long as it is not whole.
    init?(takenFrom bytes: inout [UInt8]) {
      guard bytes.count >= 9 else { return nil }
      let count = Int(bytes[0]) << 16 | Int(bytes[1]) << 8 | Int(bytes[2])
      guard bytes.count >= 9 + count else { return nil }
      (type, flags, payload) = (bytes[3], bytes[4], Array(bytes[9..<(9 + count)]))
      bytes.removeFirst(9 + count)
    }

    /// What SETTINGS and PING are answered with.
    var reply: [UInt8]? {
      guard flags & 0x1 == 0 else { return nil }
      return type == 4
        ? RuntimeAnswer.frame(4, 0x1, 0, []) : type == 6 ? RuntimeAnswer.frame(6, 0x1, 0, payload) : nil
    }

    /// Of DATA, what is not padding.
    var data: ArraySlice<UInt8> {
      guard type == 0 else { return [] }
      guard flags & 0x8 != 0, let padding = payload.first else { return payload[...] }
      return payload.dropFirst().dropLast(Int(padding))
    }

    /// Whether it ends the stream: by its flag, by RST_STREAM or GOAWAY.
    var isLast: Bool { (type <= 1 && flags & 0x1 != 0) || type == 3 || type == 7 }
  }

  // MARK: - Messages

  /// Names of containers by their ids, of messages with their lengths (gRPC) before them.
  static func names(in messages: [UInt8]) -> [(id: [UInt8], name: [UInt8])] {
    var (left, names) = (messages[...], [(id: [UInt8], name: [UInt8])]())
    while left.count >= 5 {
      let head = Array(left.prefix(5))
      let count = head.dropFirst().reduce(0) { $0 << 8 | Int($1) }
      left = left.dropFirst(5)
      // A compressed message has not been asked for.
      guard head[0] == 0, left.count >= count else { return names }
      for container in ProtobufFields(left.prefix(count)).values(of: 1) {
        let fields = ProtobufFields(container)
        let name = fields.values(of: 3).first.flatMap { ProtobufFields($0).values(of: 1).first }
        if let id = fields.values(of: 1).first, let name { names.append((Array(id), Array(name))) }
      }
      left = left.dropFirst(count)
    }
    return names
  }
}

/// Fields of a protobuf message that have a length; others are passed over.
struct ProtobufFields {
  private var fields: [(number: UInt64, value: ArraySlice<UInt8>)] = []

  /// Reads as far as the message is one.
  init(_ message: ArraySlice<UInt8>) {
    var left = message
    while let key = Self.varint(&left) {
      switch key & 7 {
      case 0: guard Self.varint(&left) != nil else { return }
      case 1: left = left.dropFirst(8)
      case 5: left = left.dropFirst(4)
      case 2:
        guard let count = Self.varint(&left), count <= UInt64(left.count) else { return }
        fields.append((key >> 3, left.prefix(Int(count))))
        left = left.dropFirst(Int(count))
      default: return
      }
    }
  }

  /// Values of a field, in their order.
  func values(of number: UInt64) -> [ArraySlice<UInt8>] { fields.filter { $0.number == number }.map(\.value) }

  private static func varint(_ bytes: inout ArraySlice<UInt8>) -> UInt64? {
    var (value, shift): (UInt64, UInt64) = (0, 0)
    while shift < 64, let byte = bytes.popFirst() {
      value |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return value }
      shift += 7
    }
    return nil
  }
}
