import Glibc

/// The values of a JSON message that are looked at.
enum JSONField: UInt8, CaseIterable {
  case jsonrpc, id, method, params, result, error
  case seq, type, command, requestSequence, success, topMessage, event, arguments
  case execute, executeOutOfBand, returned, greeting
  case parameters, continues, more, oneway, timestamp
  case parameterName, parameterURI, cancelledID
  case isError, firstText
  case errorCode, errorMessage, errorClass, errorDescription
}

/// Places in a JSON message from which a looked-at value can be reached.
enum JSONNode: UInt8 {
  case other, root, params, result, error, arguments, content, contentItem
  // A value that is looked at, or passed over but noted.
  case value

  /// The field and the node of a key's value.
  static func step(_ node: JSONNode, _ key: UnsafeRawBufferPointer) -> (JSONField?, JSONNode) {
    // Keys are told apart by length first: nearly all are of no interest.
    switch node {
    case .root: rootStep(key)
    case .params:
      switch key.count {
      case 2 where key.isWord("id"): (.cancelledID, .value)
      case 3 where key.isWord("uri"): (.parameterURI, .value)
      case 4 where key.isWord("name"): (.parameterName, .value)
      case 9 where key.isWord("requestId"): (.cancelledID, .value)
      default: (nil, .other)
      }
    case .arguments: key.isWord("requestId") ? (.cancelledID, .value) : (nil, .other)
    case .result:
      key.isWord("isError") ? (.isError, .value) : key.isWord("content") ? (nil, .content) : (nil, .other)
    case .contentItem: key.isWord("text") ? (.firstText, .value) : (nil, .other)
    case .error:
      switch key.count {
      case 4 where key.isWord("code"): (.errorCode, .value)
      case 4 where key.isWord("desc"): (.errorDescription, .value)
      case 5 where key.isWord("class"): (.errorClass, .value)
      case 7 where key.isWord("message"): (.errorMessage, .value)
      default: (nil, .other)
      }
    case .other, .content, .value: (nil, .other)
    }
  }

  private static func rootStep(_ key: UnsafeRawBufferPointer) -> (JSONField?, JSONNode) {
    switch key.count {
    case 2 where key.isWord("id"): (.id, .value)
    case 3 where key.isWord("seq"): (.seq, .value)
    case 3 where key.isWord("QMP"): (.greeting, .other)
    case 4 where key.isWord("type"): (.type, .value)
    case 4 where key.isWord("more"): (.more, .value)
    case 5 where key.isWord("error"): (.error, .error)
    case 5 where key.isWord("event"): (.event, .value)
    case 6 where key.isWord("method"): (.method, .value)
    case 6 where key.isWord("params"): (.params, .params)
    case 6 where key.isWord("result"): (.result, .result)
    case 6 where key.isWord("return"): (.returned, .other)
    case 6 where key.isWord("oneway"): (.oneway, .value)
    case 7 where key.isWord("jsonrpc"): (.jsonrpc, .value)
    case 7 where key.isWord("command"): (.command, .value)
    case 7 where key.isWord("success"): (.success, .value)
    case 7 where key.isWord("message"): (.topMessage, .value)
    case 7 where key.isWord("execute"): (.execute, .value)
    case 8 where key.isWord("exec-oob"): (.executeOutOfBand, .value)
    case 9 where key.isWord("arguments"): (.arguments, .arguments)
    case 9 where key.isWord("continues"): (.continues, .value)
    case 9 where key.isWord("timestamp"): (.timestamp, .other)
    case 10 where key.isWord("parameters"): (.parameters, .other)
    case 11 where key.isWord("request_seq"): (.requestSequence, .value)
    default: (nil, .other)
    }
  }
}

extension UnsafeRawBufferPointer {
  /// Whether these bytes are a word.
  @inline(__always)
  func isWord(_ word: StaticString) -> Bool {
    guard word.utf8CodeUnitCount == count, let base = baseAddress else { return false }
    // Of a length that is known when this is compiled: no function is called for that.
    return memcmp(base, word.utf8Start, word.utf8CodeUnitCount) == 0
  }

  /// Whether they begin with a word.
  func hasPrefix(_ word: StaticString) -> Bool { word.withUTF8Buffer { starts(with: $0) } }
}
