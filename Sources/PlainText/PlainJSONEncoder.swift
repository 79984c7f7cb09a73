/// Writes values as JSON texts, as Foundation's `JSONEncoder` does with `.prettyPrinted` and `.sortedKeys`.
package enum PlainJSONEncoder {
  /// The text of a value, without a newline at its end.
  ///
  /// - Throws: What the value's own `encode(to:)` throws.
  package static func text(of value: some Encodable, escapesSlashes: Bool = false) throws -> String {
    let node = JSONNode()
    try node.fill(value)
    var text = ""
    node.value.write(to: &text, escapesSlashes: escapesSlashes)
    return text
  }
}

/// A value that is being written: containers are filled after they have been asked for.
private final class JSONNode {
  private enum Content {
    case value(JSONValue)
    case array([JSONNode])
    case object([String: JSONNode])
  }

  private var content = Content.value(.null)

  var value: JSONValue {
    switch content {
    case .value(let value): value
    case .array(let nodes): .array(nodes.map(\.value))
    case .object(let nodes): .object(nodes.mapValues(\.value))
    }
  }

  var count: Int { if case .array(let nodes) = content { nodes.count } else { 0 } }

  func fill(_ value: some Encodable) throws {
    switch value {
    case let value as Bool: content = .value(.bool(value))
    case let value as String: content = .value(.string(value))
    case let value as any BinaryInteger: content = .value(.number("\(value)"))
    case let value as Double:
      let digits = "\(value)"
      content = .value(.number(digits.hasSuffix(".0") ? String(digits.dropLast(2)) : digits))
    default: try value.encode(to: JSONNodeEncoder(node: self))
    }
  }

  func becomeArray() { if case .array = content {} else { content = .array([]) } }
  func becomeObject() { if case .object = content {} else { content = .object([:]) } }

  func append() -> JSONNode {
    let node = JSONNode()
    if case .array(let nodes) = content { content = .array(nodes + [node]) }
    return node
  }

  func member(_ key: String) -> JSONNode {
    let node = JSONNode()
    if case .object(var nodes) = content {
      nodes[key] = node
      content = .object(nodes)
    }
    return node
  }
}

private struct JSONNodeEncoder: Encoder, SingleValueEncodingContainer {
  let node: JSONNode
  let codingPath: [any CodingKey] = []
  let userInfo: [CodingUserInfoKey: Any] = [:]

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    node.becomeObject()
    return KeyedEncodingContainer(JSONObjectEncoder(node: node))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    node.becomeArray()
    return JSONArrayEncoder(node: node)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { self }
  func encodeNil() {}
  func encode(_ value: some Encodable) throws { try node.fill(value) }
}

private struct JSONObjectEncoder<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let node: JSONNode
  let codingPath: [any CodingKey] = []

  func encodeNil(forKey key: Key) { _ = node.member(key.stringValue) }
  func encode(_ value: some Encodable, forKey key: Key) throws {
    try node.member(key.stringValue).fill(value)
  }

  func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key)
    -> KeyedEncodingContainer<Nested>
  {
    JSONNodeEncoder(node: node.member(key.stringValue)).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    JSONNodeEncoder(node: node.member(key.stringValue)).unkeyedContainer()
  }

  func superEncoder() -> any Encoder { JSONNodeEncoder(node: node.member("super")) }
  func superEncoder(forKey key: Key) -> any Encoder { JSONNodeEncoder(node: node.member(key.stringValue)) }
}

private struct JSONArrayEncoder: UnkeyedEncodingContainer {
  let node: JSONNode
  let codingPath: [any CodingKey] = []
  var count: Int { node.count }

  func encodeNil() { _ = node.append() }
  func encode(_ value: some Encodable) throws { try node.append().fill(value) }

  func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
    JSONNodeEncoder(node: node.append()).container(keyedBy: type)
  }

  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
    JSONNodeEncoder(node: node.append()).unkeyedContainer()
  }

  func superEncoder() -> any Encoder { JSONNodeEncoder(node: node.append()) }
}
