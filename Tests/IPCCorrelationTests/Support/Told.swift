import IPCModel

/// An event as it came out, with its texts and its contents.
struct Told {
  let event: Event
  let content: [UInt8]?
  let meta: [String: String]
  /// What is known of the processes at both ends.
  let source: ProcessDescription?
  let destination: ProcessDescription?

  init(_ event: borrowing Event, content: UnsafeRawBufferPointer?, texts: borrowing TextTable) {
    var meta: [String: String] = [:]
    for field in event.kind.row.fields {
      guard let value = event.bits(at: field.position) else { continue }
      meta[field.name.description] =
        switch field.form {
        case .number: "\(value)"
        case .integer: "\(Int64(bitPattern: value))"
        case .text: texts.string(of: TextID(metaBits: value))
        }
    }
    self.event = copy event
    source = texts.processes.description(of: event.source)
    destination = texts.processes.description(of: event.destination)
    self.content = content.map { Array($0) }
    self.meta = meta
  }

  /// `ann > bob 5 "hello"`: a question mark stands behind an end that was inferred, `~` behind one of which only the
  /// thread was, and `order?` at the end.
  ///
  /// `nobody` received what was not delivered; an end that is not exactly one of `parties` is spelled out.
  ///
  /// - Parameter tellsMissing: Whether it ends with the reason if bytes are missing.
  func line(_ parties: [Endpoint: String], tellsMissing: Bool = false) -> String {
    var source = name(of: event.source, parties)
    var destination = name(of: event.destination, parties)
    if event.traits.contains(.inferredSource) { source += "?" }
    if event.traits.contains(.inferredSourceThread) { source += "~" }
    if event.traits.contains(.inferredDestination) { destination += "?" }
    if event.traits.contains(.undelivered), event.destination == .unknown { destination = "nobody" }
    let what = event.kind == .signal ? signalWords : event.isLifecycle ? lifecycleWords : transferWords
    let missing = tellsMissing ? meta["bytes_missing"].map { " " + $0 } ?? "" : ""
    let order = event.traits.contains(.inferredOrder) ? " order?" : ""
    return "\(source) > \(destination) \(what)\(missing)\(order)"
  }

  private var transferWords: String {
    content.map { "\(event.count) \"\(String(decoding: $0, as: UTF8.self))\"" } ?? "\(event.count)"
  }

  private var lifecycleWords: String {
    ["op", "how", "error"].compactMap { meta[$0] }.joined(separator: " ")
  }

  private var signalWords: String {
    ["name", "code", "value", "value_ptr", "target", "result", "error"].compactMap { meta[$0] }.joined(
      separator: " ")
  }

  private func name(of end: Endpoint, _ parties: [Endpoint: String]) -> String {
    parties[end] ?? (end == .unknown ? "<unknown>" : "\(end.comm)(\(end.pid)/\(end.tid))")
  }
}
