import IPCModel

/// Properties that messages and calls have beyond those of an event, by their JSON keys.
public protocol WhereProperties {
  /// A number, times in nanoseconds; nil if there is none of that key.
  func number(_ key: String) -> Int64?
  /// A text; nil if there is none of that key.
  func text(_ key: String) -> [UInt8]?
}

extension WhereExpression {
  /// Whether an event is to be shown.
  ///
  /// - Parameters:
  ///   - content: Bytes that were captured of it.
  ///   - texts: Table that its texts are in.
  ///   - properties: What else it has if it stands for a message or a call.
  /// - Returns: nil if that hangs on what only messages and calls have, and `properties` is nil.
  public func admits(
    _ event: borrowing Event, content: UnsafeRawBufferPointer?, texts: borrowing TextTable,
    properties: (any WhereProperties)? = nil
  ) -> Bool? {
    root.admits(event, content: content, texts: texts, properties: properties)
  }
}

extension WhereExpression.Node {
  /// The logic of three values (Kleene): what is not known decides only where nothing else does.
  fileprivate func admits(
    _ event: borrowing Event, content: UnsafeRawBufferPointer?, texts: borrowing TextTable,
    properties: (any WhereProperties)?
  ) -> Bool? {
    switch self {
    case .not(let node):
      return node.admits(event, content: content, texts: texts, properties: properties).map { !$0 }
    case .comparison(let comparison):
      return comparison.holds(for: event, content: content, texts: texts, properties: properties)
    case .and(let nodes):
      var result: Bool? = true
      for node in nodes {
        let part = node.admits(event, content: content, texts: texts, properties: properties)
        if part == false { return false }
        if part == nil { result = nil }
      }
      return result
    case .or(let nodes):
      var result: Bool? = false
      for node in nodes {
        let part = node.admits(event, content: content, texts: texts, properties: properties)
        if part == true { return true }
        if part == nil { result = nil }
      }
      return result
    }
  }
}

extension WhereComparison {
  /// Whether one of the field's values satisfies it.
  fileprivate func holds(
    for event: borrowing Event, content: UnsafeRawBufferPointer?, texts: borrowing TextTable,
    properties: (any WhereProperties)?
  ) -> Bool? {
    var isUnknown = false
    for source in field.sources {
      let holds: Bool
      switch source {
      case .type: holds = accepts(event.kind)
      case .count: holds = event.kind.row.carriesBytes ? accepts(Int64(clamping: event.count)) : false
      case .delay: holds = event.delay != Event.unknownDelay ? accepts(Int64(clamping: event.delay)) : false
      case .delivered: holds = accepts(!event.traits.contains(.undelivered))
      case .truncated: holds = accepts(event.traits.contains(.incomplete))
      case .selfTalk:
        holds = accepts(event.source.isKnown ? event.source.pid == event.destination.pid : false)
      case .inferred:
        let traits = event.traits
        holds =
          traits.contains(.inferredSource) && accepts("src")
          || traits.contains(.inferredDestination) && accepts("dst")
          || traits.contains(.inferredSourceThread) && accepts("src_tid")
          || traits.contains(.inferredOrder) && accepts("order")
      case .content: holds = content.map { accepts($0) } ?? false
      case .pid(let end): holds = accepts(Int64(Self.end(end, of: event).pid))
      case .tid(let end): holds = accepts(Int64(Self.end(end, of: event).tid))
      case .comm(let end):
        holds = Self.end(end, of: event).comm.withBytes { accepts(UnsafeRawBufferPointer($0)) }
      case .descriptor(let end):
        let descriptor = Self.end(end, of: event).descriptor
        holds = descriptor >= 0 ? accepts(Int64(descriptor)) : false
      case .namespacePid(let end):
        let end = Self.end(end, of: event)
        let number = texts.processes.description(of: end)?.namespacePid
        holds = number.map { $0 != end.pid && accepts(Int64($0)) } ?? false
      case .process(let detail, let end):
        holds =
          texts.processes.description(of: Self.end(end, of: event)).map { accepts(detail, of: $0) } ?? false
      case .meta(let positions): holds = accepts(event, positions[Int(event.kind.rawValue)], texts)
      case .message(let key):
        guard let properties else {
          isUnknown = true
          continue
        }
        holds =
          properties.number(key).map { accepts($0) }
          ?? properties.text(key).map { text in text.withUnsafeBytes { accepts($0) } } ?? false
      }
      if holds { return true }
    }
    // A field that only some things have is absent from others; one of messages alone is not known of an event.
    return isUnknown && field.isOfMessages ? nil : false
  }

  private static func end(_ end: Criterion.End, of event: borrowing Event) -> Endpoint {
    end == .source ? event.source : event.destination
  }

  private func accepts(_ event: borrowing Event, _ position: Int8, _ texts: borrowing TextTable) -> Bool {
    guard position >= 0, let bits = event.bits(at: Int(position)) else { return false }
    switch event.kind.row.fields[Int(position)].form {
    case .number: return accepts(Int64(clamping: bits))
    case .integer: return accepts(Int64(bitPattern: bits))
    case .text: return texts.withBytes(of: TextID(metaBits: bits)) { accepts(UnsafeRawBufferPointer($0)) }
    }
  }

  /// Of a container, its name and its id are both right, whether the id is whole or cut.
  private func accepts(_ detail: WhereField.ProcessDetail, of process: ProcessDescription) -> Bool {
    func accepts(_ text: [UInt8]?) -> Bool { text.map { $0.withUnsafeBytes { self.accepts($0) } } ?? false }
    switch detail {
    case .executable: return accepts(process.executable)
    case .arguments: return accepts(process.arguments)
    case .directory: return accepts(process.directory)
    case .user: return accepts(process.user)
    case .cgroup: return accepts(process.cgroup)
    case .unit: return accepts(process.cgroup.flatMap { CgroupPath($0).unit })
    case .pod: return accepts(process.cgroup.flatMap { CgroupPath($0).pod })
    case .container:
      if accepts(process.container) || accepts(process.containerName) { return true }
      guard operation == .equal, let id = process.container else { return false }
      return literals.contains { $0.text.count > id.count && ProcessGroup.isSame($0.text, id) }
    }
  }

  // MARK: - Values

  private func accepts(_ value: Int64) -> Bool {
    switch operation {
    case .exists: true
    case .equal: literals.contains { $0.number == value }
    case .less: literals[0].number.map { value < $0 } ?? false
    case .lessOrEqual: literals[0].number.map { value <= $0 } ?? false
    case .greater: literals[0].number.map { value > $0 } ?? false
    case .greaterOrEqual: literals[0].number.map { value >= $0 } ?? false
    case .matches, .contains:
      String(value).utf8.withContiguousStorageIfAvailable { accepts(UnsafeRawBufferPointer($0)) } ?? false
    }
  }

  func accepts(_ text: UnsafeRawBufferPointer) -> Bool {
    switch operation {
    case .exists: true
    case .equal: literals.contains { $0.isEqual(to: text) }
    case .matches: pattern?.matches(text) ?? false
    case .contains: literals.contains { text.contains($0.text) }
    case .less, .lessOrEqual, .greater, .greaterOrEqual: false
    }
  }

  private func accepts(_ word: StaticString) -> Bool {
    word.withUTF8Buffer { accepts(UnsafeRawBufferPointer($0)) }
  }

  private func accepts(_ flag: Bool) -> Bool {
    operation == .exists ? flag : accepts(flag ? "true" : "false" as StaticString)
  }

  /// Whether events of a kind satisfy a comparison of types.
  func admits(_ kind: Kind) -> Bool { accepts(kind) }

  /// Whether messages or calls satisfy a comparison of types.
  var admitsMessages: Bool {
    WhereLiteral.MessageWord.allCases.contains { word in
      Array(word.rawValue.utf8).withUnsafeBytes { accepts($0) }
    }
  }

  private func accepts(_ kind: Kind) -> Bool {
    if operation == .equal, literals.contains(where: { $0.kinds.contains(kind) }) { return true }
    return accepts(kind.row.name)
  }
}

extension WhereLiteral {
  fileprivate func isEqual(to other: UnsafeRawBufferPointer) -> Bool {
    isGlob ? Glob.matches(text, other) : other.elementsEqual(text)
  }
}

extension UnsafeRawBufferPointer {
  /// Whether bytes occur in it.
  fileprivate func contains(_ part: [UInt8]) -> Bool {
    guard let first = part.first else { return true }
    guard count >= part.count else { return false }
    for start in 0...(count - part.count) where self[start] == first {
      if UnsafeRawBufferPointer(rebasing: self[start..<(start + part.count)]).elementsEqual(part) {
        return true
      }
    }
    return false
  }
}
