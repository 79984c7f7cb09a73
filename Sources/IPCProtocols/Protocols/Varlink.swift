import IPCModel

/// Varlink: JSON objects with NUL behind each of them (varlink.org/Method-Call).
extension ProtocolDefinition {
  static let varlink = ProtocolDefinition(
    name: "varlink", words: ["varlink"], tellsNoise: true,
    recognise: { bytes, _ in
      JSONTexts.recognise(bytes, terminator: 0) { values in
        values.string(.method).map { $0.contains(UInt8(ascii: ".")) }
          ?? (values.has(.parameters) || values.form(of: .error) == .string)
      }
    },
    makeDecoder: { _ in JSONTextDecoder("varlink", terminator: 0, Varlink.message(of:)) })
}

/// What an object says in Varlink.
private enum Varlink {
  static func message(of values: JSONValues) -> Message? {
    guard let method = values.string(.method) else { return answer(values) }
    // Nobody answers a call that is `oneway`; whether answers to `more` are the last one, they say themselves.
    let isOneWay = values.isTrue(.oneway)
    var message = Message("varlink", isOneWay ? .notification : .request, .pending)
    message.method = method
    return message
  }

  private static func answer(_ values: JSONValues) -> Message? {
    if values.isTrue(.continues) { return Message("varlink", .stream, .pending) }
    var message = Message("varlink", .response, .pending)
    message.status = .ok
    if let error = values.string(.error) {
      message.status = .error
      message.error = error
    }
    return message
  }
}
