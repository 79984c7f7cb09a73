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

  /// Who has opened a call, and by what its answer is known.
  private struct Place: Hashable {
    var side: Side
    var key: CallKey
  }

  /// Calls that may be open at a time; above, the oldest are given up.
  private static let limit = 65_536

  /// The call that was opened last, unless another one is open in its place: it is the next one that is answered, nearly
  /// always, and need not be put anywhere.
  private var latest: (place: Place, call: OpenCall)?
  /// All others, the oldest of a place first.
  private var others: [Place: [OpenCall]] = [:]
  private var count = 0
  /// Whether calls are told; else only what an answer does not say of itself is asked for.
  private let tellsCalls: Bool

  /// Pairs nothing yet.
  init(tellsCalls: Bool) { self.tellsCalls = tellsCalls }

  /// Whether no call is open.
  var isEmpty: Bool { count == 0 }

  /// Announces a request that is not complete, but may be answered before it is.
  mutating func announce(from side: Side) { add(OpenCall(), in: Place(side: side, key: .next)) }

  /// Takes a message; fills in what an answer does not say of itself.
  ///
  /// - Parameter report: Is given the calls that are over.
  mutating func take(_ message: inout Message, from side: Side, _ report: (Call) -> Void) {
    if let key = message.withdraws {
      let time = message.frame.time
      change(Place(side: side, key: key)) { $0.withdrawn = time }
    }
    switch message.link {
    case .none: break
    case .opens(let key): open(message, in: Place(side: side, key: key), report)
    case .adds(let key): add(&message, to: Place(side: side.other, key: key))
    case .completes(let key): complete(&message, Place(side: side.other, key: key), report)
    case .abandons(let key): abandon(Place(side: side, key: key), at: message.frame.time, report)
    }
  }

  private mutating func open(_ message: Message, in place: Place, _ report: (Call) -> Void) {
    if place.key == .next, fillAnnounced(place, by: message, report) { return }
    add(OpenCall(request: message), in: place)
    if count > Self.limit { giveUpAll(at: message.frame.time, report) }
  }

  /// Gives a request to the first call that was announced without one.
  ///
  /// - Returns: Whether there is one.
  private mutating func fillAnnounced(_ place: Place, by message: Message, _ report: (Call) -> Void) -> Bool {
    if others.isEmpty, latest?.call.request != nil { return false }
    putLatestAway()
    guard let index = others[place]?.firstIndex(where: { $0.request == nil }) else { return false }
    others[place]?[index].request = message
    if index == 0, let response = others[place]?[0].response, let call = removeFirst(of: place) {
      if tellsCalls { report(Self.answered(call, message, by: response)) }
    }
    return true
  }

  private mutating func add(_ message: inout Message, to place: Place) {
    guard var call = removeFirst(of: place) else { return }
    Self.extend(&call, by: message)
    if !call.isAmbiguous { Self.fill(&message, from: call) }
    putBack(call, as: place)
  }

  private mutating func complete(_ message: inout Message, _ place: Place, _ report: (Call) -> Void) {
    guard var call = removeFirst(of: place) else { return }
    Self.extend(&call, by: message)
    if call.request == nil {
      if call.response == nil { call.response = message }
      return putBack(call, as: place)
    }
    if !call.isAmbiguous { Self.fill(&message, from: call) }
    guard tellsCalls, let request = call.request else { return }
    report(
      call.isAmbiguous
        ? Call(request: request, response: nil, status: .ambiguous, time: message.frame.time)
        : Self.answered(call, request, by: message))
  }

  private mutating func abandon(_ place: Place, at time: UInt64, _ report: (Call) -> Void) {
    guard var call = removeFirst(of: place) else { return }
    call.withdrawn = time
    if tellsCalls, let request = call.request { report(Self.unanswered(call, request, at: time)) }
  }

  /// Says that messages may be missing, so that the order proves nothing for calls that are open.
  mutating func doubtOrder() {
    for side in [Side.first, .second] {
      change(Place(side: side, key: .next)) { $0.isAmbiguous = true }
    }
  }

  /// Ends all calls that are open: no answer will come.
  mutating func giveUpAll(at time: UInt64, _ report: (Call) -> Void) {
    putLatestAway()
    var ended: [Call] = []
    for call in others.values.joined() where tellsCalls {
      guard let request = call.request else { continue }
      if let response = call.response {
        ended.append(Self.answered(call, request, by: response))
      } else {
        ended.append(Self.unanswered(call, request, at: time))
      }
    }
    others.removeAll()
    count = 0
    ended.sort { ($0.time, $0.request.frame.time) < ($1.time, $1.request.frame.time) }
    for call in ended { report(call) }
  }

  // MARK: - Open calls

  /// Adds a call behind those that are open in a place.
  private mutating func add(_ call: OpenCall, in place: Place) {
    count += 1
    putLatestAway()
    guard !others.isEmpty, var calls = others.removeValue(forKey: place) else {
      return latest = (place, call)
    }
    calls.append(call)
    if place.key != .next {
      for index in calls.indices { calls[index].isAmbiguous = true }
    }
    others[place] = calls
  }

  private mutating func putLatestAway() {
    if let (place, call) = latest.take() { others[place] = [call] }
  }

  /// Removes the oldest call of a place.
  private mutating func removeFirst(of place: Place) -> OpenCall? {
    if latest?.place == place {
      count -= 1
      return latest.take()?.call
    }
    guard !others.isEmpty, let index = others.index(forKey: place) else { return nil }
    count -= 1
    if others.values[index].count == 1 { return others.remove(at: index).value.first }
    return others.values[index].removeFirst()
  }

  /// Puts a call back that was the oldest of its place.
  private mutating func putBack(_ call: OpenCall, as place: Place) {
    count += 1
    if latest == nil, others[place] == nil { return latest = (place, call) }
    others[place, default: []].insert(call, at: 0)
  }

  private mutating func change(_ place: Place, _ body: (inout OpenCall) -> Void) {
    putLatestAway()
    guard let index = others.index(forKey: place) else { return }
    for number in others.values[index].indices { body(&others.values[index][number]) }
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

  private static func fill(_ message: inout Message, from call: OpenCall) {
    if message.method == nil { message.method = call.request?.method }
    if message.target == nil { message.target = call.request?.target }
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
