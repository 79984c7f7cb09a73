/// Reads values from JSON texts, as Foundation's `JSONDecoder` does.
package enum PlainJSONDecoder {
  /// The value that a text is.
  ///
  /// - Throws: What is wrong with the text, or a `DecodingError` if it is another type's.
  package static func value<Value: Decodable>(_ type: Value.Type, from text: String) throws -> Value {
    try JSONTreeDecoder(value: JSONParser.value(of: text)).decode(type)
  }
}

private struct JSONTreeDecoder: Decoder, SingleValueDecodingContainer {
  let value: JSONValue
  /// The type that asked for this one; what asks for itself is not what the text holds.
  var decoding: Any.Type?
  let codingPath: [any CodingKey] = []
  let userInfo: [CodingUserInfoKey: Any] = [:]

  func decodeNil() -> Bool { value == .null }

  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    switch value {
    case .bool(let bool): if let result = bool as? Value { return result }
    case .string(let string): if let result = string as? Value { return result }
    case .number(let number):
      let parsed: Any? =
        if let integer = type as? any FixedWidthInteger.Type {
          integer.init(number, radix: 10)
        } else {
          Double(number)
        }
      if let result = parsed.flatMap({ $0 as? Value }) { return result }
    case .null, .array, .object: break
    }
    guard decoding != type else { throw mismatch(type) }
    return try Value(from: JSONTreeDecoder(value: value, decoding: type))
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard case .object(let members) = value else { throw mismatch([String: Any].self) }
    return KeyedDecodingContainer(JSONObjectDecoder(members: members))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard case .array(let values) = value else { throw mismatch([Any].self) }
    return JSONArrayDecoder(values: values)
  }

  func singleValueContainer() -> any SingleValueDecodingContainer { self }

  private func mismatch(_ type: Any.Type) -> DecodingError {
    .typeMismatch(type, DecodingError.Context(codingPath: [], debugDescription: "there is \(value)"))
  }
}

private struct JSONObjectDecoder<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let members: [String: JSONValue]
  let codingPath: [any CodingKey] = []
  var allKeys: [Key] { members.keys.compactMap { Key(stringValue: $0) } }

  func contains(_ key: Key) -> Bool { members[key.stringValue] != nil }
  func decodeNil(forKey key: Key) throws -> Bool { try member(key).decodeNil() }

  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
    try member(key).decode(type)
  }

  func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) throws
    -> KeyedDecodingContainer<Nested>
  {
    try member(key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try member(key).unkeyedContainer()
  }

  func superDecoder() throws -> any Decoder { JSONTreeDecoder(value: members["super"] ?? .null) }
  func superDecoder(forKey key: Key) throws -> any Decoder { try member(key) }

  private func member(_ key: Key) throws -> JSONTreeDecoder {
    guard let value = members[key.stringValue] else {
      throw DecodingError.keyNotFound(
        key, DecodingError.Context(codingPath: [], debugDescription: "there is no \(key.stringValue)"))
    }
    return JSONTreeDecoder(value: value)
  }
}

private struct JSONArrayDecoder: UnkeyedDecodingContainer {
  let values: [JSONValue]
  let codingPath: [any CodingKey] = []
  private(set) var currentIndex = 0

  init(values: [JSONValue]) { self.values = values }

  var count: Int? { values.count }
  var isAtEnd: Bool { currentIndex == values.count }

  mutating func decodeNil() throws -> Bool {
    guard currentIndex < values.count, values[currentIndex] == .null else { return false }
    currentIndex += 1
    return true
  }

  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try next().decode(type) }

  mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) throws
    -> KeyedDecodingContainer<Nested>
  {
    try next().container(keyedBy: type)
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try next().unkeyedContainer()
  }

  mutating func superDecoder() throws -> any Decoder { try next() }

  private mutating func next() throws -> JSONTreeDecoder {
    guard currentIndex < values.count else {
      throw DecodingError.valueNotFound(
        JSONValue.self, DecodingError.Context(codingPath: [], debugDescription: "there are no more elements"))
    }
    defer { currentIndex += 1 }
    return JSONTreeDecoder(value: values[currentIndex])
  }
}
