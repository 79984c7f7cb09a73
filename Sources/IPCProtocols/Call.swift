import IPCModel

/// What a message does to a call.
public enum CallLink: Sendable {
  /// Nothing.
  case none
  /// It is the request of one.
  case opens(CallKey)
  /// It is a part of the answer to the other side's, and more will follow.
  case adds(CallKey)
  /// It ends the answer to the other side's.
  case completes(CallKey)
  /// It withdraws one of the sender's own, to which no answer will come any more.
  case abandons(CallKey)
}

/// By what an answer is known to be of a request.
public enum CallKey: Sendable, Hashable {
  /// By the order of the channel.
  case next
  /// By an id, which tells apart what differs: JSON's `1` and `"1"`.
  case id([UInt8])
  /// By an id that is a number.
  case number(UInt64)
}

/// A request with its answer, if there is one.
public struct Call: Sendable {
  /// The request.
  public var request: Message
  /// The end of the answer; nil if there is none, or if it cannot be told which one it is.
  public var response: Message?
  /// How it went.
  public var status: CallStatus
  /// Bytes of the whole answer.
  public var responseBytes: UInt64 = 0
  /// When the first write of the answer began, as far as that is known.
  public var responseBegun: UInt64?
  /// Numbers of the transfers of the whole answer, as ``Frame/transfers`` has them.
  public var responseTransfers: Range<UInt64> = 0..<0
  /// When it was answered or given up.
  public var time: UInt64

  /// Code and text of an error.
  public var error: [UInt8]? { response?.error }

  /// End of the request's last write to the end of the read that completed the response; nil if one of them is not known.
  public var duration: UInt64? {
    guard let response, let written = request.frame.written else { return nil }
    return response.frame.time - min(written, response.frame.time)
  }

  /// End of the read that completed the request to the beginning of the response's first write, if they are known.
  public var serverTime: UInt64? {
    guard response != nil, request.frame.destination.isKnown, let responseBegun else { return nil }
    return responseBegun - min(request.frame.time, responseBegun)
  }
}
