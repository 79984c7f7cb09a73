import IPCModel

/// What an object says in JSON-RPC (jsonrpc.org/specification), and in what is like it: the Model Context Protocol, the
/// Language Server Protocol, the Debug Adapter Protocol, and QEMU's QMP.
enum JSONRPC {
  static let name: StaticString = "json-rpc"

  /// Whether the values that are known prove that an object is such a message.
  static func proves(_ values: JSONValues) -> Bool {
    if values.has(.jsonrpc) || values.has(.greeting) || values.has(.returned) { return true }
    if values.form(of: .execute) == .string || values.form(of: .executeOutOfBand) == .string { return true }
    if values.has(.seq), values.form(of: .type) == .string { return true }
    if values.form(of: .method) == .string { return values.has(.id) && values.has(.params) }
    return values.has(.id) && (values.has(.result) || values.form(of: .error) == .container)
  }

  /// The message that an object is, without its frame; nil if it is none.
  static func message(of values: JSONValues) -> Message? {
    if values.has(.seq), let type = values.string(.type) { return debugAdapter(values, type) }
    if let method = values.repeatedString(.method) { return request(values, method) }
    if let command = values.repeatedString(.execute) ?? values.repeatedString(.executeOutOfBand) {
      return make(.request, values, method: command, link: .opens(key(values)))
    }
    if values.has(.greeting) { return make(.notification, values, method: Array("QMP".utf8)) }
    if let event = values.repeatedString(.event), !values.has(.jsonrpc) {
      return make(.notification, values, method: event)
    }
    if values.has(.result) || values.has(.error) || values.has(.returned) { return response(values) }
    return nil
  }

  private static func make(
    _ role: Message.Role, _ values: JSONValues, method: [UInt8]? = nil, link: CallLink = .none
  ) -> Message {
    var message = Message(name, role, .pending, link: link)
    message.method = method
    message.id = values.form(of: .id) == .null ? nil : values.text(.id)
    return message
  }

  /// By what an answer is known: its id, or where there is none, as QMP allows, its place.
  private static func key(_ values: JSONValues, _ field: JSONField = .id) -> CallKey {
    if let number = values.ordinal(field) { return .number(number) }
    guard let text = values.text(field), values.form(of: field) != .null else { return .next }
    return .id([values.form(of: field).rawValue] + text)
  }

  // MARK: - Requests

  /// What a method says of itself in its parameters.
  private enum Subject { case name, resource, cancelledCall, other }

  private static func subject(of method: UnsafeRawBufferPointer) -> Subject {
    switch method.count {
    case 10 where method.isWord("tools/call"): .name
    case 11 where method.isWord("prompts/get"): .name
    case 14 where method.isWord("resources/read"): .resource
    case 15 where method.isWord("$/cancelRequest"): .cancelledCall
    case 19 where method.isWord("resources/subscribe"): .resource
    case 21 where method.isWord("resources/unsubscribe"): .resource
    case 23 where method.isWord("notifications/cancelled"): .cancelledCall
    default: .other
    }
  }

  private static func request(_ values: JSONValues, _ method: [UInt8]) -> Message {
    let isNotification = !values.has(.id) || values.form(of: .id) == .null
    var message = make(
      isNotification ? .notification : .request, values, method: method,
      link: isNotification ? .none : .opens(key(values)))
    switch method.withUnsafeBytes(subject) {
    case .name: message.target = values.repeatedString(.parameterName)
    case .resource: message.target = values.string(.parameterURI)
    case .cancelledCall: if values.has(.cancelledID) { message.withdraws = key(values, .cancelledID) }
    case .other: break
    }
    return message
  }

  // MARK: - Answers

  private static func response(_ values: JSONValues) -> Message {
    let hasNoID = !values.has(.id) || values.form(of: .id) == .null
    var message = make(
      .response, values,
      link: hasNoID && values.has(.jsonrpc) ? .none : .completes(key(values)))
    message.status = .ok
    if values.has(.error), values.form(of: .error) != .null {
      let isCancelled = values.isWord(.errorCode, "-32800")
      message.status = isCancelled ? .cancelled : .error
      let text = values.text(.errorMessage) ?? values.text(.errorDescription)
      message.error =
        joined(values.text(.errorCode) ?? values.text(.errorClass), text) ?? values.text(.error)
    } else if values.isTrue(.isError) {
      message.status = .error
      message.error = values.text(.firstText)
    }
    return message
  }

  private static func joined(_ code: [UInt8]?, _ text: [UInt8]?) -> [UInt8]? {
    guard let code, let text, !text.isEmpty else { return code ?? text }
    return code + [UInt8(ascii: " ")] + text
  }

  // MARK: - The Debug Adapter Protocol

  private static func debugAdapter(_ values: JSONValues, _ type: [UInt8]) -> Message? {
    let sequence = CallKey.id(values.text(.seq) ?? [])
    var message: Message
    switch String(decoding: type, as: UTF8.self) {
    case "request":
      message = make(.request, values, method: values.repeatedString(.command), link: .opens(sequence))
      message.id = values.text(.seq)
      if message.method.map({ $0.elementsEqual("cancel".utf8) }) ?? false, let id = values.text(.cancelledID)
      {
        message.withdraws = .id(id)
      }
    case "response":
      let request = values.text(.requestSequence)
      message = make(
        .response, values, method: values.repeatedString(.command), link: .completes(.id(request ?? [])))
      message.id = request
      message.status = .ok
      if !values.isTrue(.success) {
        message.error = values.text(.topMessage)
        let isCancelled = message.error.map { $0.elementsEqual("cancelled".utf8) } ?? false
        message.status = isCancelled ? .cancelled : .error
      }
    case "event":
      message = make(.notification, values, method: values.repeatedString(.event))
      message.id = nil
    default: return nil
    }
    return message
  }
}
