import IPCModel

/// Finds the answers to the requests of a conversation: by id where the protocol has one, else by order.
struct CallPairing {
  private struct OpenCall {
    /// Nil as long as the request is announced only.
    var request: Message?
    /// An answer that was complete before its request was.
    var response: Message?
    var responseBytes: UInt64 = 0
    var responseBegun: UInt64?
    var hasResponseBegun = false
    var responseTransfers: Range<UInt64> = 0..<0
    /// When its caller withdrew it.
    var withdrawn: UInt64?
    /// Whether another call of the same id is open, or its place in the order is not known any more.
    var isAmbiguous = false
  }

  /// Calls that may be open at a time; above, the oldest are given up.
  private static let limit = 65_536

  /// By the side that opened them, the oldest first.
  private var open: [[CallKey: [OpenCall]]] = [[:], [:]]
  private var count = 0

  /// Whether no call is open.
  var isEmpty: Bool { count == 0 }

  /// Announces a request that is not complete, but may be answered before it is.
  mutating func announce(from side: Side) {
    open[side.rawValue][.next, default: []].append(OpenCall())
    count += 1
  }

  /// Takes a message; fills in what an answer does not say of itself.
  ///
  /// - Parameter report: Is given the calls that are over.
  mutating func take(_ message: inout Message, from side: Side, _ report: (Call) -> Void) {
    if let key = message.withdraws { withdraw(key, of: side, at: message.frame.time) }
    switch message.link {
    case .none: break
    case .opens(let key): open(message, key, side, report)
    case .adds(let key): add(&message, to: key, of: side.other)
    case .completes(let key): complete(&message, key, of: side.other, report)
    case .abandons(let key): abandon(key, of: side, at: message.frame.time, report)
    }
  }

  private mutating func open(_ message: Message, _ key: CallKey, _ side: Side, _ report: (Call) -> Void) {
    var calls = open[side.rawValue].removeValue(forKey: key) ?? []
    if key == .next, let place = calls.firstIndex(where: { $0.request == nil }) {
      calls[place].request = message
      if place == 0, let response = calls[0].response {
        let call = calls.removeFirst()
        count -= 1
        report(Self.answered(call, message, by: response))
      }
    } else {
      var call = OpenCall(request: message)
      if key != .next, !calls.isEmpty {
        for index in calls.indices { calls[index].isAmbiguous = true }
        call.isAmbiguous = true
      }
      calls.append(call)
      count += 1
    }
    if !calls.isEmpty { open[side.rawValue][key] = calls }
    if count > Self.limit { giveUpAll(at: message.frame.time, report) }
  }

  private mutating func add(_ message: inout Message, to key: CallKey, of side: Side) {
    guard var calls = open[side.rawValue].removeValue(forKey: key), !calls.isEmpty else { return }
    Self.extend(&calls[0], by: message)
    if !calls[0].isAmbiguous, let request = calls[0].request { Self.fill(&message, from: request) }
    open[side.rawValue][key] = calls
  }

  private mutating func complete(
    _ message: inout Message, _ key: CallKey, of side: Side, _ report: (Call) -> Void
  ) {
    guard var calls = open[side.rawValue].removeValue(forKey: key), !calls.isEmpty else { return }
    Self.extend(&calls[0], by: message)
    if let request = calls[0].request {
      if !calls[0].isAmbiguous { Self.fill(&message, from: request) }
      let call = calls.removeFirst()
      count -= 1
      report(
        call.isAmbiguous
          ? Call(request: request, response: nil, status: .ambiguous, time: message.frame.time)
          : Self.answered(call, request, by: message))
    } else if calls[0].response == nil {
      calls[0].response = message
    }
    if !calls.isEmpty { open[side.rawValue][key] = calls }
  }

  private mutating func withdraw(_ key: CallKey, of side: Side, at time: UInt64) {
    guard var calls = open[side.rawValue].removeValue(forKey: key) else { return }
    for index in calls.indices { calls[index].withdrawn = time }
    open[side.rawValue][key] = calls
  }

  private mutating func abandon(_ key: CallKey, of side: Side, at time: UInt64, _ report: (Call) -> Void) {
    guard var calls = open[side.rawValue].removeValue(forKey: key), !calls.isEmpty else { return }
    var call = calls.removeFirst()
    count -= 1
    call.withdrawn = time
    if let request = call.request { report(Self.unanswered(call, request, at: time)) }
    if !calls.isEmpty { open[side.rawValue][key] = calls }
  }

  /// Says that messages may be missing, so that the order proves nothing for calls that are open.
  mutating func doubtOrder() {
    for side in 0...1 {
      guard var calls = open[side].removeValue(forKey: .next) else { continue }
      for index in calls.indices { calls[index].isAmbiguous = true }
      open[side][.next] = calls
    }
  }

  /// Ends all calls that are open: no answer will come.
  mutating func giveUpAll(at time: UInt64, _ report: (Call) -> Void) {
    var ended: [Call] = []
    for side in 0...1 {
      for calls in open[side].values {
        for call in calls {
          guard let request = call.request else { continue }
          if let response = call.response {
            ended.append(Self.answered(call, request, by: response))
            continue
          }
          ended.append(Self.unanswered(call, request, at: time))
        }
      }
      open[side].removeAll()
    }
    count = 0
    ended.sort { ($0.time, $0.request.frame.time) < ($1.time, $1.request.frame.time) }
    for call in ended { report(call) }
  }

  // MARK: - One call

  private static func extend(_ call: inout OpenCall, by message: Message) {
    if !call.hasResponseBegun {
      call.responseBegun = message.frame.begun
      call.hasResponseBegun = true
    }
    call.responseBytes += message.frame.count
    call.responseTransfers.extend(by: message.frame.transfers)
  }

  private static func fill(_ message: inout Message, from request: Message) {
    if message.method == nil { message.method = request.method }
    if message.target == nil { message.target = request.target }
  }

  private static func answered(_ open: OpenCall, _ request: Message, by response: Message) -> Call {
    var call = Call(
      request: request, response: response, status: response.status ?? .ok, time: response.frame.time)
    call.responseBytes = open.responseBytes
    call.responseBegun = open.responseBegun
    call.responseTransfers = open.responseTransfers
    return call
  }

  private static func unanswered(_ open: OpenCall, _ request: Message, at time: UInt64) -> Call {
    let status: CallStatus =
      open.isAmbiguous ? .ambiguous : open.withdrawn == nil ? .unanswered : .cancelled
    var call = Call(request: request, response: nil, status: status, time: open.withdrawn ?? time)
    call.responseBytes = open.responseBytes
    return call
  }
}
