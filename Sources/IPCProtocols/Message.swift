import IPCModel

/// One message of a protocol: what a frame says, put together from as many transfers as it took.
public struct Message: Sendable {
  /// What a message is to those that follow.
  public enum Role: Sendable {
    /// An answer is due.
    case request
    /// The answer, or the last part of it.
    case response
    /// No answer is due.
    case notification
    /// Part of a longer answer.
    case stream
    /// Anything else: a handshake, and what is no message at all.
    case data

    /// The word in output.
    public var word: StaticString {
      switch self {
      case .request: "request"
      case .response: "response"
      case .notification: "notification"
      case .stream: "stream"
      case .data: "data"
      }
    }
  }

  /// Name of the protocol in output: `json-rpc`, `http1`.
  public var `protocol`: StaticString {
    get { parts.protocol }
    set { own.protocol = newValue }
  }
  /// See ``Role``.
  public var role: Role {
    get { parts.role }
    set { own.role = newValue }
  }
  /// What is asked for; of an answer, what it answers.
  public var method: [UInt8]? {
    get { parts.method }
    set { own.method = newValue }
  }
  /// Whom or what it is about.
  public var target: [UInt8]? {
    get { parts.target }
    set { own.target = newValue }
  }
  /// What tells requests apart, as text.
  public var id: [UInt8]? {
    get { parts.id }
    set { own.id = newValue }
  }
  /// How it went; of answers only.
  public var status: CallStatus? {
    get { parts.status }
    set { own.status = newValue }
  }
  /// Code and text of an error.
  public var error: [UInt8]? {
    get { parts.error }
    set { own.error = newValue }
  }
  /// The protocol's number of the outcome, if it has one also where all went well: HTTP's and gRPC's status.
  public var code: UInt32? {
    get { parts.code }
    set { own.code = newValue }
  }
  /// Why these bytes are no message; nil if they are one.
  public var malformed: StaticString? {
    get { parts.malformed }
    set { own.malformed = newValue }
  }
  /// File descriptors that come with it, as it says itself.
  public var descriptors: UInt32 {
    get { parts.descriptors }
    set { own.descriptors = newValue }
  }
  /// The bytes that it consists of.
  public var frame: Frame {
    _read { yield parts.frame }
    _modify { yield &own.frame }
  }
  /// The channel that carried it.
  public var channel: ChannelLabel {
    _read { yield parts.channel }
    _modify { yield &own.channel }
  }
  /// What it does to a call; by default what its role says, in the channel's order.
  public var link: CallLink {
    get { parts.link }
    set { own.link = newValue }
  }
  /// A call of the sender's own that it withdraws.
  public var withdraws: CallKey? {
    get { parts.withdraws }
    set { own.withdraws = newValue }
  }

  /// What it consists of, which copies share: a message is handed on many times, and seldom changed then.
  private var parts: Parts

  /// The same, shared with nobody.
  private var own: Parts {
    mutating get {
      if !isKnownUniquelyReferenced(&parts) { parts = Parts(copying: parts) }
      return parts
    }
  }

  /// Makes a message of a frame, without method and id.
  public init(_ protocol: StaticString, _ role: Role, _ frame: Frame, link: CallLink? = nil) {
    parts = Parts(`protocol`, role, frame, link ?? role.link)
  }
}

extension Message.Role {
  /// What a message does to a call, in the channel's order.
  fileprivate var link: CallLink {
    switch self {
    case .request: .opens(.next)
    case .response: .completes(.next)
    case .stream: .adds(.next)
    case .notification, .data: .none
    }
  }
}

/// What messages consist of. Changed only by the one message that has it.
private final class Parts: @unchecked Sendable {
  var `protocol`: StaticString
  var role: Message.Role
  var status: CallStatus?
  var code: UInt32?
  var descriptors: UInt32 = 0
  var malformed: StaticString?
  var method: [UInt8]?
  var target: [UInt8]?
  var id: [UInt8]?
  var error: [UInt8]?
  var frame: Frame
  var channel = ChannelLabel.unknown
  var link: CallLink
  var withdraws: CallKey?

  init(_ protocol: StaticString, _ role: Message.Role, _ frame: consuming Frame, _ link: consuming CallLink) {
    self.protocol = `protocol`
    self.role = role
    self.frame = frame
    self.link = link
  }

  init(copying other: Parts) {
    self.protocol = other.protocol
    role = other.role
    status = other.status
    code = other.code
    descriptors = other.descriptors
    malformed = other.malformed
    method = other.method
    target = other.target
    id = other.id
    error = other.error
    frame = other.frame
    channel = other.channel
    link = other.link
    withdraws = other.withdraws
  }
}

/// How a call went.
public enum CallStatus: Sendable, Equatable {
  /// It was answered as it should be.
  case ok
  /// It was answered by an error.
  case error
  /// The caller withdrew it.
  case cancelled
  /// The channel or the trace ended first.
  case unanswered
  /// Which answer is its own cannot be told.
  case ambiguous

  /// The word in output.
  public var word: StaticString {
    switch self {
    case .ok: "ok"
    case .error: "error"
    case .cancelled: "cancelled"
    case .unanswered: "unanswered"
    case .ambiguous: "ambiguous"
    }
  }
}

/// The bytes of a message on the wire, framing included: whose they were, when, how many.
public struct Frame: Sendable {
  /// Who wrote the last byte.
  public var source: Endpoint
  /// Who read it.
  public var destination: Endpoint
  /// End of the read that completed it.
  public var time: UInt64
  /// When its first write was going on, as far as that is known: at its end.
  public var begun: UInt64?
  /// End of its last write; nil if that was not seen.
  public var written: UInt64?
  /// Number of bytes.
  public var count: UInt64
  /// Whether bytes of it are missing: lost, cut or beyond a limit.
  public var isTruncated: Bool
  /// What is inferred of its transfers, and whether one of them was in the scope of the trace.
  public var traits: Event.Traits
  /// The bytes, if contents are kept.
  public var content: [UInt8]?
  /// Numbers of the transfers that it was in, as ``MessageReader/take(_:content:texts:numbered:)`` was told them: from the
  /// first one to behind the last one. Between them may be those of other channels.
  public var transfers: Range<UInt64> = 0..<0
}

extension Range<UInt64> {
  /// Takes in what comes behind it.
  mutating func extend(by next: Range<UInt64>) {
    if next.isEmpty { return }
    self = isEmpty ? next : lowerBound..<Swift.max(upperBound, next.upperBound)
  }
}

/// What a channel is called in output.
public struct ChannelLabel: Sendable {
  /// The type of its transfers.
  public var kind: Kind
  /// Its name, as a summary has it.
  public var name: [UInt8]
  /// What else its transfers say of it, in the direction of the message.
  public var facts: [ChannelFact] = []

  /// Names a channel.
  public init(kind: Kind, name: [UInt8]) {
    self.kind = kind
    self.name = name
  }

  /// No channel in particular.
  public static let unknown = ChannelLabel(kind: .pipe, name: [])
}
