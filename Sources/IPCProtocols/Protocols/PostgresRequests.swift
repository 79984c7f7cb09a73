/// What a client is about to ask, and what it has prepared.
struct PostgresRequests {
  /// Subject of a message that is no part of an answer.
  var asynchronous: [UInt8]?
  var isFatal = false
  private(set) var isBehindCopy = false

  private var method: [UInt8]?
  private var target: [UInt8]?
  private var isExecuted = false
  private var statements: [[UInt8]: SQLStatement] = [:]
  private var portals: [[UInt8]: [UInt8]] = [:]

  /// Statements and portals that are remembered.
  private static let limit = 4096

  mutating func reset() { (method, target, isExecuted, isBehindCopy) = (nil, nil, false, false) }

  mutating func endCopy() {
    reset()
    isBehindCopy = true
  }

  /// What has been asked for up to here.
  mutating func finish() -> (method: [UInt8], target: [UInt8]?) {
    defer { reset() }
    return (method ?? Array("Sync".utf8), target)
  }

  /// Notes a message of a client, of which there are the first bytes.
  mutating func note(_ type: UInt8, _ body: UnsafeRawBufferPointer) {
    var cursor = FrameCursor(body)
    if type != UInt8(ascii: "S") { isBehindCopy = false }
    switch type {
    case UInt8(ascii: "Q"): set(SQLStatement(Self.text(&cursor)), "Query")
    case UInt8(ascii: "F"): (method, target) = (Array("FunctionCall".utf8), nil)
    case UInt8(ascii: "P"):
      guard let name = cursor.cString() else { return }
      let statement = SQLStatement(Self.text(&cursor))
      if statements.count >= Self.limit { statements.removeAll() }
      statements[Array(name)] = statement
      if !isExecuted { (method, target) = (Array("Prepare".utf8), statement.text) }
    case UInt8(ascii: "B"):
      guard let portal = cursor.cString(), let name = cursor.cString() else { return }
      if portals.count >= Self.limit { portals.removeAll() }
      portals[Array(portal)] = Array(name)
    case UInt8(ascii: "E"):
      guard let portal = cursor.cString(), !isExecuted else { return }
      isExecuted = true
      if let name = portals[Array(portal)], let statement = statements[name] {
        set(statement, "Execute")
      } else {
        (method, target) = (Array("Execute".utf8), nil)
      }
    case UInt8(ascii: "D"), UInt8(ascii: "C"):
      guard let kind = cursor.uint8(), let name = cursor.cString() else { return }
      let statement = kind == UInt8(ascii: "S") ? Array(name) : portals[Array(name)] ?? []
      if method == nil {
        method = Array((type == UInt8(ascii: "D") ? "Describe" : "Close").utf8)
        target = statements[statement]?.text
      }
      if type == UInt8(ascii: "C"), kind == UInt8(ascii: "S") { statements[statement] = nil }
    default: break
    }
  }

  private mutating func set(_ statement: SQLStatement, _ name: StaticString) {
    method = statement.method.isEmpty ? Array("\(name)".utf8) : statement.method
    target = statement.text.isEmpty ? nil : statement.text
  }

  /// A text, as much of it as is there.
  private static func text(_ cursor: inout FrameCursor) -> UnsafeRawBufferPointer {
    cursor.cString() ?? cursor.take(cursor.left) ?? UnsafeRawBufferPointer(start: nil, count: 0)
  }
}
