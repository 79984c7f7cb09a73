import IPCModel
import IPCProtocols

/// The calls of a report, a column for each fact; their names are those that `Page/calls.js` asks for.
struct CallColumns {
  /// What is to be said of a call besides.
  struct Traits: OptionSet {
    let rawValue: UInt8

    /// How long it took is known: from its beginning to its end.
    static let timed = Traits(rawValue: 1)
    /// Bytes of it are missing.
    static let truncated = Traits(rawValue: 2)
    /// An end of it was concluded, not observed.
    static let inferred = Traits(rawValue: 4)
    /// Contents of it found no room.
    static let leftOut = Traits(rawValue: 8)
  }

  /// Where a message's contents are: in those of the events, or, if it is negative, `−1 − start` in ``contents``.
  struct Place {
    var start = 0
    var length = ReportColumns.noContent
  }

  /// Nanoseconds since the first event as doubles: when the request had been written, if that is known; when it had been
  /// read; when it was answered or given up.
  var begin = Column()
  var read = Column()
  var end = Column()
  /// Nanoseconds until the answer's first write as doubles, −1 where they are not known.
  var work = Column()
  /// Bytes of both as doubles.
  var requestBytes = Column()
  var responseBytes = Column()
  /// Numbers of processes, and of the names that they had.
  var client = Column()
  var server = Column()
  var clientComm = Column()
  var serverComm = Column()
  /// Number of the request's channel, and its kind.
  var channel = Column()
  var kind = Column()
  /// Numbers of ``texts``.
  var `protocol` = Column()
  var method = Column()
  var target = Column()
  var id = Column()
  var error = Column()
  /// Numbers of the transfers of both, the first one and the one behind the last one.
  var requestFirst = Column()
  var requestBehind = Column()
  var responseFirst = Column()
  var responseBehind = Column()
  /// See ``Place``; the starts as doubles.
  var requestStart = Column()
  var requestLength = Column()
  var responseStart = Column()
  var responseLength = Column()
  /// See ``statuses``.
  var status = Column()
  /// See ``Traits``.
  var traits = Column()
  /// Contents of messages that are not those of events one after the other.
  var contents = Column()

  /// Texts of calls, of which the first is empty.
  private(set) var texts = NameTable()

  init() { _ = number(of: []) }

  /// The words of the numbers in ``status``, in their order.
  static let statuses: [CallStatus] = [.ok, .error, .cancelled, .unanswered, .ambiguous]

  /// All of them, by name.
  var named: [(name: String, column: Column)] {
    [
      ("begin", begin), ("read", read), ("end", end), ("work", work), ("requestBytes", requestBytes),
      ("responseBytes", responseBytes), ("client", client), ("server", server), ("clientComm", clientComm),
      ("serverComm", serverComm), ("channel", channel), ("kind", kind), ("protocol", `protocol`),
      ("method", method), ("target", target), ("id", id), ("error", error), ("requestFirst", requestFirst),
      ("requestBehind", requestBehind), ("responseFirst", responseFirst), ("responseBehind", responseBehind),
      ("requestStart", requestStart), ("requestLength", requestLength), ("responseStart", responseStart),
      ("responseLength", responseLength), ("status", status), ("traits", traits), ("contents", contents),
    ]
  }

  /// Appends what a call says of itself.
  ///
  /// - Parameter since: Nanoseconds from the page's time 0 to a kernel time.
  mutating func append(_ call: Call, _ request: Place, _ response: Place, since: (UInt64) -> Double) {
    let frame = call.request.frame
    begin.append(double: since(min(frame.written ?? frame.time, call.time)))
    read.append(double: since(frame.time))
    end.append(double: since(call.time))
    work.append(double: call.serverTime.map { Double($0) } ?? -1)
    requestBytes.append(double: Double(frame.count))
    responseBytes.append(double: Double(call.responseBytes))
    kind.append(call.request.channel.kind.rawValue)
    `protocol`.append(number(of: Array("\(call.request.protocol)".utf8)))
    method.append(number(of: call.request.method ?? []))
    target.append(number(of: call.request.target ?? []))
    id.append(number(of: call.request.id ?? []))
    error.append(number(of: call.error ?? []))
    append(frame.transfers, to: &requestFirst, &requestBehind)
    append(call.responseTransfers, to: &responseFirst, &responseBehind)
    append(request, to: &requestStart, &requestLength)
    append(response, to: &responseStart, &responseLength)
    status.append(UInt8(Self.statuses.firstIndex(of: call.status) ?? 0))
  }

  private func append(_ transfers: Range<UInt64>, to first: inout Column, _ behind: inout Column) {
    first.append(UInt32(clamping: transfers.lowerBound))
    behind.append(UInt32(clamping: transfers.upperBound))
  }

  private func append(_ place: Place, to start: inout Column, _ length: inout Column) {
    start.append(double: Double(place.start))
    length.append(place.length)
  }

  private mutating func number(of text: [UInt8]) -> UInt32 {
    text.withUnsafeBytes { texts.number(of: $0) }
  }
}
