/// Writes JSON at the end of a buffer, and sees to commas, quotes and escapes; allocates nothing.
///
/// It owns the buffer meanwhile:
///
/// ```swift
/// var json = JSONWriter(output)
/// json.beginObject()
/// json.field("events", count)
/// json.endObject()
/// output = json.finish()
/// ```
///
/// What needs a hand of its own, such as the digits of a fraction or pieces of a string, goes to ``output`` between
/// ``beginValue()`` and ``endValue()``, or ``beginString()`` and ``endString()``.
public struct JSONWriter: ~Copyable {
  /// Where it writes.
  public var output: OutputBuffer
  /// Whether something comes before in the same object or array.
  @usableFromInline var needsComma: Bool
  /// How strings are escaped.
  private let escape: TextEscape

  /// Takes a buffer, to write behind what is in it.
  ///
  /// - Parameters:
  ///   - output: The buffer; ``finish()`` gives it back.
  ///   - isContinued: Whether a value of the same object or array is the last thing in it.
  ///   - escape: ``TextEscape/json`` or, within HTML, ``TextEscape/script``.
  @inline(__always)
  public init(_ output: consuming OutputBuffer, isContinued: Bool = false, escape: TextEscape = .json) {
    self.output = output
    self.escape = escape
    needsComma = isContinued
  }

  /// Gives the buffer back.
  @inline(__always)
  public consuming func finish() -> OutputBuffer { output }

  /// Empties the buffer, to write something else.
  public mutating func removeAll() {
    output.removeAll()
    needsComma = false
  }

  // MARK: - Structure

  /// Begins an object.
  @inlinable
  public mutating func beginObject() { begin(UInt8(ascii: "{")) }

  /// Ends the innermost object.
  @inlinable
  public mutating func endObject() { end(UInt8(ascii: "}")) }

  /// Begins an array.
  @inlinable
  public mutating func beginArray() { begin(UInt8(ascii: "[")) }

  /// Ends the innermost array.
  @inlinable
  public mutating func endArray() { end(UInt8(ascii: "]")) }

  /// Writes the key of the next value. Nothing in it may need an escape.
  @inlinable
  @inline(__always)
  public mutating func key(_ name: StaticString) {
    beginValue()
    output.append(UInt8(ascii: "\""))
    output.append(name)
    output.append("\":")
    needsComma = false
  }

  /// Lets the next key or value stand at the beginning of a line.
  public mutating func breakLine() {
    beginValue()
    output.append("\n")
    needsComma = false
  }

  /// Writes the comma before a value that is then written to ``output``.
  @inlinable
  @inline(__always)
  public mutating func beginValue() { if needsComma { output.append(UInt8(ascii: ",")) } }

  /// Says that a value has been written to ``output``.
  @inlinable
  @inline(__always)
  public mutating func endValue() { needsComma = true }

  @inlinable
  @inline(__always)
  mutating func begin(_ bracket: UInt8) {
    beginValue()
    output.append(bracket)
    needsComma = false
  }

  @inlinable
  @inline(__always)
  mutating func end(_ bracket: UInt8) {
    output.append(bracket)
    needsComma = true
  }

  // MARK: - Values

  /// Begins a string whose characters are then written to ``output``, none of which may need an escape.
  @inlinable
  @inline(__always)
  public mutating func beginString() { begin(UInt8(ascii: "\"")) }

  /// Ends the string.
  @inlinable
  @inline(__always)
  public mutating func endString() { end(UInt8(ascii: "\"")) }

  /// Writes a string of any bytes, escaped.
  public mutating func value(_ text: UnsafeBufferPointer<UInt8>) {
    beginValue()
    output.append(text, escape)
    endValue()
  }

  /// Writes a literal as a string. Nothing in it may need an escape.
  public mutating func value(_ text: StaticString) {
    beginString()
    output.append(text)
    endString()
  }

  /// Writes a string.
  public mutating func value(text: String) {
    var text = text
    text.withUTF8 { value($0) }
  }

  /// Writes a number; `null` if there is none.
  public mutating func value(_ number: UInt64?) {
    beginValue()
    if let number { output.appendDecimal(number) } else { output.append("null") }
    endValue()
  }

  /// Writes a number.
  public mutating func value(_ number: Int64) {
    beginValue()
    output.appendDecimal(number)
    endValue()
  }

  /// Writes `true` or `false`.
  public mutating func value(_ isTrue: Bool) {
    beginValue()
    output.append(isTrue ? "true" : "false")
    endValue()
  }

  /// Writes `null`.
  public mutating func null() {
    beginValue()
    output.append("null")
    endValue()
  }

  /// Writes bytes as a string in base64.
  public mutating func value(base64 bytes: UnsafeRawBufferPointer) {
    beginString()
    output.appendBase64(bytes)
    endString()
  }

  // MARK: - Keys with values

  /// Writes a key and a string of any bytes, escaped.
  public mutating func field(_ name: StaticString, _ text: UnsafeBufferPointer<UInt8>) {
    key(name)
    value(text)
  }

  /// Writes a key and a literal. Nothing in it may need an escape.
  public mutating func field(_ name: StaticString, _ text: StaticString) {
    key(name)
    value(text)
  }

  /// Writes a key and a number; `null` if there is none.
  public mutating func field(_ name: StaticString, _ number: UInt64?) {
    key(name)
    value(number)
  }

  /// Writes a key and a number.
  public mutating func field(_ name: StaticString, _ number: Int64) {
    key(name)
    value(number)
  }

  /// Writes a key and `true` or `false`.
  public mutating func field(_ name: StaticString, _ isTrue: Bool) {
    key(name)
    value(isTrue)
  }
}
