import IPCModel

/// JSON-RPC with a newline behind each message: the Model Context Protocol on standard input and output
/// (modelcontextprotocol.io, "Transports"), QEMU's QMP (docs/interop/qmp-spec.rst), and many others.
extension ProtocolDefinition {
  static let jsonLines = ProtocolDefinition(
    name: JSONRPC.name, words: ["json-rpc", "jsonrpc", "mcp", "qmp"], tellsNoise: true,
    recognise: { bytes, hints in JSONTexts.recognise(bytes, proves: JSONRPC.proves) },
    makeDecoder: { _ in JSONTextDecoder(JSONRPC.name, terminator: 0x0A, JSONRPC.message(of:)) })
}

/// How texts of JSON are recognised.
enum JSONTexts {
  /// Says whether bytes begin with an object, or an array of them, whose values prove a protocol.
  ///
  /// - Parameter terminator: Byte that must stand behind it to prove it; nil if its values do.
  static func recognise(
    _ bytes: UnsafeRawBufferPointer, terminator: UInt8? = nil, proves: (JSONValues) -> Bool
  ) -> Recognition {
    guard let first = bytes.firstIndex(where: { $0 != 0x20 && !(0x09...0x0D).contains($0) }) else {
      return .undecided
    }
    guard bytes[first] == UInt8(ascii: "{") || bytes[first] == UInt8(ascii: "[") else { return .no }
    var scanner = JSONScanner()
    var offset = first
    switch scanner.scan(bytes, from: &offset) {
    case .malformed: return .no
    case .needsMore: return terminator == nil && proves(scanner.values) ? .certain : .undecided
    case .element, .complete:
      guard proves(scanner.values) else { return .no }
      guard let terminator else { return .certain }
      return offset == bytes.count ? .undecided : bytes[offset] == terminator ? .certain : .no
    }
  }
}
