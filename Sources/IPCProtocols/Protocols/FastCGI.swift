import IPCModel

/// FastCGI (fastcgi-archives.github.io/FastCGI_Specification.html): records of 8 bytes of head, contents and padding.
extension ProtocolDefinition {
  static let fastCGI = ProtocolDefinition(
    name: "fastcgi", words: ["fastcgi", "fcgi"],
    recognise: { bytes, hints in FastCGIRecord.recognise(bytes, hints) },
    makeDecoder: { FastCGIDecoder(showsQuery: $0.showsQuery) })
}

private struct FastCGIRecord {
  enum Kind: UInt8 {
    case begin = 1
    case abort, end, parameters, input, output, errors, data, getValues, values, unknown
  }

  static let headCount = 8

  let kind: Kind
  let request: UInt16
  let length: Int
  let padding: Int

  init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes[0] == 1, let kind = Kind(rawValue: bytes[1]) else { return nil }
    self.kind = kind
    request = bytes.uint16(at: 2, .big)
    length = Int(bytes.uint16(at: 4, .big))
    padding = Int(bytes[6])
    // Records about the connection have no request, all others have one.
    guard (request == 0) == (kind.rawValue >= Kind.getValues.rawValue) else { return nil }
    if kind == .begin || kind == .end, length != 8 { return nil }
  }

  /// Says whether bytes begin a request: its role and flags have few values. Behind damage, records that follow each other.
  static func recognise(_ bytes: UnsafeRawBufferPointer, _ hints: ChannelHints) -> Recognition {
    guard bytes[0] == 1, bytes.count < 2 || (1...11).contains(bytes[1]) else { return .no }
    guard bytes.count >= headCount else {
      return bytes.count > 1 && bytes[1] != 1 && !hints.isNext ? .no : .undecided
    }
    guard let record = FastCGIRecord(bytes) else { return .no }
    if record.kind == .begin {
      guard bytes.count >= 16 else { return .undecided }
      return bytes[8] == 0 && (1...3).contains(bytes[9]) && bytes[10] <= 1
        && bytes[11...15].allSatisfy { $0 == 0 }
        ? .certain : .no
    }
    guard hints.isNext else { return .no }
    let end = headCount + record.length + record.padding
    guard bytes.count >= end + headCount else { return bytes.count == end ? .certain : .no }
    return FastCGIRecord(bytes.from(end)) == nil ? .no : .certain
  }
}

private final class FastCGIDecoder: MessageDecoder {
  /// A request and its answer, whose records may stand between those of others.
  private final class Exchange {
    let request: PartedFrame
    let answer: PartedFrame
    var parameters: [UInt8] = []
    /// What the answer begins with, up to the end of its header.
    var head: [UInt8] = []
    var isAsked = false
    var isAborted = false
    init(_ flow: ByteFlow) {
      request = PartedFrame(of: flow)
      answer = PartedFrame(of: flow)
    }
  }

  private let showsQuery: Bool
  private var records: [FastCGIRecord?] = [nil, nil]
  private var exchanges: [UInt16: Exchange] = [:]
  private var protocolStatus: UInt8 = 0
  private var applicationStatus: UInt32 = 0

  /// Bytes of parameters that are looked at.
  private static let parametersLimit = 16 << 10
  /// Requests that may be open at a time; above, they are given up.
  private static let exchangeLimit = 1024
  /// Bytes of an answer's header that are looked at.
  private static let headLimit = 4096

  init(showsQuery: Bool) { self.showsQuery = showsQuery }

  func reset(_ side: Side) { records[side.rawValue] = nil }

  func decode(_ flow: ByteFlow, in conversation: Conversation) {
    let bytes = flow.unread
    guard bytes.count >= FastCGIRecord.headCount else { return flow.wait(for: FastCGIRecord.headCount) }
    guard let record = FastCGIRecord(bytes) else { return conversation.reject(flow, "no FastCGI record") }
    let wanted =
      switch record.kind {
      case .parameters: record.length
      case .output: min(record.length, Self.headLimit)
      case .end: 8
      default: 0
      }
    let shown = FastCGIRecord.headCount + wanted
    guard bytes.count >= shown else { return flow.wait(for: shown) }
    look(record, UnsafeRawBufferPointer(rebasing: bytes[FastCGIRecord.headCount..<shown]), flow)
    records[flow.side.rawValue] = record
    flow.take(shown)
    flow.pass(UInt64(record.length - wanted + record.padding))
    if flow.isPassed { complete(flow, in: conversation) }
  }

  private func look(_ record: FastCGIRecord, _ content: UnsafeRawBufferPointer, _ flow: ByteFlow) {
    guard record.request != 0 else { return }
    if record.kind == .begin || (exchanges[record.request] == nil && !Self.isRest(record)) {
      if exchanges.count >= Self.exchangeLimit { exchanges.removeAll() }
      exchanges[record.request] = Exchange(flow)
    }
    guard let exchange = exchanges[record.request] else { return }
    switch record.kind {
    case .parameters where exchange.parameters.count < Self.parametersLimit:
      exchange.parameters += content.prefix(Self.parametersLimit)
    case .output where exchange.head.count < Self.headLimit: exchange.head += content
    case .abort: exchange.isAborted = true
    case .end:
      applicationStatus = content.uint32(at: 0, .big)
      protocolStatus = content[4]
    default: break
    }
  }

  func complete(_ flow: ByteFlow, in conversation: Conversation) {
    let side = flow.side.rawValue
    guard let record = records[side] else { return conversation.emitMalformed(flow, "no FastCGI record") }
    records[side] = nil
    guard record.request != 0 else { return tellValues(record, flow, in: conversation) }
    guard let exchange = exchanges[record.request] else { return tellRest(record, flow, in: conversation) }
    switch record.kind {
    case .begin, .abort, .parameters, .input, .data:
      exchange.request.add(flow)
      if record.kind == .input, record.length == 0 { ask(record.request, exchange, flow, in: conversation) }
    case .output, .errors: exchange.answer.add(flow)
    case .end:
      exchange.answer.add(flow)
      // An application need not read all before it answers.
      if let clients = conversation.flows[flow.side.other.rawValue] {
        ask(record.request, exchange, clients, in: conversation)
      }
      answer(record.request, exchange, flow, in: conversation)
      exchanges[record.request] = nil
    case .getValues, .values, .unknown: break
    }
  }

  private func ask(
    _ number: UInt16, _ exchange: Exchange, _ flow: ByteFlow, in conversation: Conversation
  ) {
    guard !exchange.isAsked, let frame = exchange.request.finish() else { return }
    exchange.isAsked = true
    var message = Message("fastcgi", .request, frame, link: .opens(Self.key(number)))
    message.id = digits(number)
    (message.method, message.target) = FastCGIParameters.title(exchange.parameters, showsQuery: showsQuery)
    exchange.parameters = []
    conversation.emit(message, from: flow)
  }

  private func answer(
    _ number: UInt16, _ exchange: Exchange, _ flow: ByteFlow, in conversation: Conversation
  ) {
    guard let frame = exchange.answer.finish() else { return }
    var message = Message("fastcgi", .response, frame, link: .completes(Self.key(number)))
    message.id = digits(number)
    message.error = error(exchange)
    message.status = exchange.isAborted ? .cancelled : message.error == nil ? .ok : .error
    conversation.emit(message, from: flow)
  }

  private func error(_ exchange: Exchange) -> [UInt8]? {
    switch protocolStatus {
    case 0: break
    case 1: return Array("CANT_MPX_CONN".utf8)
    case 2: return Array("OVERLOADED".utf8)
    case 3: return Array("UNKNOWN_ROLE".utf8)
    default: return digits(protocolStatus)
    }
    if let status = FastCGIParameters.status(exchange.head), status.code >= 400 { return status.text }
    return applicationStatus == 0 ? nil : digits(applicationStatus)
  }

  private func tellValues(_ record: FastCGIRecord, _ flow: ByteFlow, in conversation: Conversation) {
    var message = Message("fastcgi", .data, flow.finishFrame())
    switch record.kind {
    case .getValues: message.method = Array("GET_VALUES".utf8)
    case .values: message.method = Array("GET_VALUES_RESULT".utf8)
    default: message.method = Array("UNKNOWN_TYPE".utf8)
    }
    conversation.emit(message, from: flow)
  }

  /// Whether a record only goes on with a request: where none is open, that has been answered before it was complete.
  private static func isRest(_ record: FastCGIRecord) -> Bool {
    [.input, .data, .abort].contains(record.kind)
  }

  /// Tells what comes of a request behind its answer.
  private func tellRest(_ record: FastCGIRecord, _ flow: ByteFlow, in conversation: Conversation) {
    var message = Message("fastcgi", .data, flow.finishFrame())
    message.id = digits(record.request)
    conversation.emit(message, from: flow)
  }

  private static func key(_ number: UInt16) -> CallKey { .number(UInt64(number)) }
}
