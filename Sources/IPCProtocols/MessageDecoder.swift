import IPCModel

/// Decodes one conversation: takes the bytes of both directions, each in the order in which the channel carried them, and
/// tells the messages that they are.
///
/// # How to add a protocol
///
/// A protocol is one file in `Protocols/`, with its specification named at the top, and a line in
/// ``ProtocolDefinition/registry``. The file has
///
/// 1. a ``ProtocolDefinition``: its name, the words that `--dissect` takes for it, and how it is recognised
///    (``Recognition``): by the first bytes that either side sends, and, where these prove little, by the port or the path
///    at which it usually lives (``ChannelHints``);
/// 2. a ``MessageDecoder``, a class, made anew for each conversation.
///
/// `decode` is called whenever bytes have come. It looks at `flow.unread`, and
///
/// - takes a frame's bytes with `flow.take(n)`, or passes over a body, whose bytes may come later and are not copied, with
///   `flow.pass(n)`; it is then called again when the body has been passed over, if there is anything behind it, and at once
///   if the body is complete: what is to happen then is kept in the decoder's state, a state each side;
/// - at the end of a frame, makes a message of it: `Message("name", .request, flow.finishFrame(), link: .opens(.id(id)))`,
///   sets method, target, id, status, error, and gives it to `conversation.emit(_:from:)`. `link` says by what the request
///   and the answer know each other; the pairing of calls, method and target of an answer follow from it;
/// - returns without taking anything if a frame's head is not complete. The bytes are kept and shown again with more;
///   `flow.searched` and `flow.wait(for:)` keep it from looking at the same bytes over and over;
/// - says `conversation.reject(flow, "why")` if the bytes are no frame. They are told once, as `data` that is malformed, up
///   to the next place where `recognise` says ``Recognition/certain``.
///
/// `complete` is called when a pass has ended that was not complete at once. Messages that are longer than what a decoder
/// wants to see of them are passed over behind their first bytes, of which at most 1 MiB is kept.
///
/// Tests give a decoder bytes a direction and compare lines: `Tests/IPCProtocolsTests/Script.swift`.
public protocol MessageDecoder: AnyObject {
  /// Takes what it can of the unread bytes of a direction, of which there is at least one.
  func decode(_ flow: ByteFlow, in conversation: Conversation)

  /// Learns that all bytes have been taken which were to be passed over.
  func complete(_ flow: ByteFlow, in conversation: Conversation)

  /// Learns that the next bytes of a direction are lost, and that they are of no body that is passed over. The unread bytes
  /// before them, if there are any, are all that there is of their frame. `flow.takeLost()`, behind these, takes them into
  /// it.
  ///
  /// - Returns: Whether the decoder knows how to go on; else what is unread is rejected, and decoding goes on at the next
  ///   frame that is certain.
  func skipGap(_ count: Int, _ flow: ByteFlow, in conversation: Conversation) -> Bool

  /// Forgets what it knows of a direction's unfinished frame, because decoding goes on elsewhere.
  func reset(_ side: Side)

  /// Learns that bytes have come in the other direction, or that a direction has ended (`isLast`): what was only waiting for
  /// more bytes that may belong to it is complete.
  func settle(_ flow: ByteFlow, isLast: Bool, in conversation: Conversation)
}

extension MessageDecoder {
  /// Decodes what lies behind.
  public func complete(_ flow: ByteFlow, in conversation: Conversation) { decode(flow, in: conversation) }

  /// Does not know how to go on.
  public func skipGap(_ count: Int, _ flow: ByteFlow, in conversation: Conversation) -> Bool { false }

  /// Does nothing: no frame ends by silence.
  public func settle(_ flow: ByteFlow, isLast: Bool, in conversation: Conversation) {}
}

/// What the first bytes of a direction say about a protocol.
public enum Recognition: Sendable {
  /// They are of another one.
  case no
  /// More bytes would tell.
  case undecided
  /// They are of this one.
  case certain
}

/// Where a channel is, for protocols whose first bytes prove little.
public struct ChannelHints: Sendable {
  /// Kind of the channel.
  public var kind: Kind
  /// Ports of both ends; 0 where there are none.
  public var ports: (UInt16, UInt16) = (0, 0)
  /// Path or name of the channel.
  public var name: [UInt8] = []
  /// Whether the user has said that it is this protocol.
  public var isForced = false
  /// Whether the other direction has turned out to be of this protocol.
  public var isAnswer = false
  /// Whether the channel is known to speak the protocol, and only its next frame is looked for, behind damage.
  public var isNext = false

  /// Whether one of the ends is at a port.
  public func isAt(_ port: UInt16) -> Bool { ports.0 == port || ports.1 == port }

  /// Whether the channel's name ends so.
  public func isAt(_ suffix: StaticString) -> Bool {
    suffix.withUTF8Buffer { name.suffix($0.count).elementsEqual($0) }
  }
}

/// A protocol whose messages are told: its names, how it is recognised, what decodes it.
public struct ProtocolDefinition: Sendable, Equatable {
  /// Its name in output.
  public let name: StaticString
  /// The words that `--dissect` takes for it, Wireshark's among them.
  public let words: [String]
  /// Whether its decoder tells by itself what is no message, line by line, instead of rejecting it.
  var tellsNoise = false
  /// Says whether bytes, of which there is at least one, begin a frame of it. Asked at the beginning of a transfer and
  /// behind a newline.
  let recognise: @Sendable (UnsafeRawBufferPointer, ChannelHints) -> Recognition
  /// Makes the decoder of a conversation.
  let makeDecoder: @Sendable (MessageSettings) -> any MessageDecoder

  /// Whether both are one protocol in one framing, as their words say.
  public static func == (one: ProtocolDefinition, other: ProtocolDefinition) -> Bool {
    one.words == other.words
  }

  /// Whether it is meant by a word of `--dissect`.
  public func isCalled(_ word: some StringProtocol) -> Bool {
    words.contains { $0 == word }
  }

  /// All protocols. Where two recognise the same bytes, the first one has them.
  public static let registry: [ProtocolDefinition] = [
    .http1, .contentLength, .varlink, .jsonLines,
    .dbus, .redis, .postgres, .http2, .ttrpc, .fastCGI, .sdNotify, .syslog, .tls, .mySQL,
    .wayland, .x11, .nativeMessaging, .length32, .erlangPort2, .erlangPort4, .erlangPort1,
  ]
}

/// What is asked of messages and calls.
public struct MessageSettings: Sendable {
  /// Whether their contents are shown.
  public var keepsContents = false
  /// Whether the paths of HTTP are told with their queries; nil if contents are kept.
  public var tellsQueries: Bool?
  /// Most bytes of messages that are in memory at one time.
  public var memoryLimit = 64 << 20
  /// Whether the answers to requests are looked for.
  public var pairsCalls = true
  /// Whether calls are told; else they are looked for only because an answer has its method from its request.
  public var tellsCalls = true
  /// What the user says that channels carry.
  public var rules: [ProtocolRule] = []

  /// Asks for messages without contents.
  public init() {}

  var showsQuery: Bool { tellsQueries ?? keepsContents }
}

/// What the user says that a channel carries.
public struct ProtocolRule: Sendable {
  let applies: @Sendable (ChannelHints) -> Bool
  let definition: ProtocolDefinition

  /// Says that channels carry a protocol.
  public init(_ definition: ProtocolDefinition, where applies: @escaping @Sendable (ChannelHints) -> Bool) {
    self.definition = definition
    self.applies = applies
  }
}
