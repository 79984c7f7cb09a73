/// What every room needs to know of a kind of IPC; the formats and filters know nothing else about it.
///
/// A class, because the formats look a row up for every event, and a copy would count the references of its arrays.
public final class KindRow: Sendable {
  /// Name in output and on the command line.
  public let name: StaticString
  /// Other names that `-t` takes; one that several kinds share means all of them.
  public let aliases: [String]
  /// One line for `--list-types`.
  public let summary: String
  /// Keys of `meta`, in the order of output, the original's first.
  public let fields: [MetaField]
  /// What the fields say of the channel.
  public let channel: ChannelFields
  /// Whether its transfers carry bytes.
  public let carriesBytes: Bool

  private init(
    name: StaticString, aliases: [String], summary: String, fields: [MetaField], channel: ChannelFields,
    carriesBytes: Bool
  ) {
    self.name = name
    self.aliases = aliases
    self.summary = summary
    self.fields = fields
    self.channel = channel
    self.carriesBytes = carriesBytes
  }
}

extension Kind {
  /// Pipes and FIFOs.
  public static let pipe = Kind(rawValue: 0)
  /// Signals that a process generated.
  public static let signal = Kind(rawValue: 1)
  /// Unix stream sockets.
  public static let unixStream = Kind(rawValue: 2)
  /// Unix datagram sockets.
  public static let unixDatagram = Kind(rawValue: 3)
  /// Unix sequenced-packet sockets.
  public static let unixSeqpacket = Kind(rawValue: 4)
  /// TCP connections within this host.
  public static let loopbackTCP = Kind(rawValue: 5)
  /// UDP datagrams within this host.
  public static let loopbackUDP = Kind(rawValue: 6)
  /// Pseudoterminals.
  public static let pty = Kind(rawValue: 7)

  /// Kinds of unix sockets.
  public static let unix: Set<Kind> = [.unixStream, .unixDatagram, .unixSeqpacket]
  /// Kinds of sockets.
  public static let sockets: Set<Kind> = unix.union([.loopbackTCP, .loopbackUDP])

  /// Every kind, in the order of the registry.
  public static var all: [Kind] { KindRow.registry.indices.map { Kind(rawValue: UInt8($0)) } }
}

extension KindRow {
  /// The one list of kinds; a kind's position is its ``Kind/rawValue``.
  public static let registry: [KindRow] = [
    KindRow(
      name: "pipe",
      aliases: ["p"],
      summary: "pipes and FIFOs, told at the read",
      fields: [
        MetaField("pipe_name", .text),
        MetaField("pipe_inode", .number),
        MetaField("count", .number),
        .bytesMissing,
      ],
      channel: ChannelFields(.textOrInodes(0, source: 1, destination: 1), receiver: 1),
      carriesBytes: true
    ),
    KindRow(
      name: "signal",
      aliases: ["k", "kill"],
      summary: "signals sent by processes, with result and value",
      fields: [
        MetaField("num", .number),
        MetaField("name", .text),
        MetaField("code", .text),
        MetaField("value", .integer),
        MetaField("value_ptr", .number),
        MetaField("target", .text),
        MetaField("result", .text),
      ],
      channel: ChannelFields(.text(1)),
      carriesBytes: false
    ),
    KindRow(
      name: "unix-stream",
      aliases: ["us", "u", "unix"],
      summary: "unix stream sockets, told at the receive",
      fields: unixFields,
      channel: unixChannel,
      carriesBytes: true
    ),
    KindRow(
      name: "unix-dgram",
      aliases: ["ud", "u", "unix"],
      summary: "unix datagram sockets, told at the receive",
      fields: unixFields,
      channel: unixChannel,
      carriesBytes: true
    ),
    KindRow(
      name: "unix-seqpacket",
      aliases: ["uq", "u", "unix"],
      summary: "unix sequenced-packet sockets, told at the receive",
      fields: unixFields,
      channel: unixChannel,
      carriesBytes: true
    ),
    KindRow(
      name: "loopback-tcp",
      aliases: ["lt", "lo", "loopback"],
      summary: "TCP connections within this host, told at the receive",
      fields: internetFields,
      channel: internetChannel,
      carriesBytes: true
    ),
    KindRow(
      name: "loopback-udp",
      aliases: ["lu", "lo", "loopback"],
      summary: "UDP datagrams within this host, told at the receive",
      fields: internetFields,
      channel: internetChannel,
      carriesBytes: true
    ),
    KindRow(
      name: "pty",
      aliases: ["t"],
      summary: "pseudoterminals, told at the write: typing and output",
      fields: [
        MetaField("tty_name", .text),
        MetaField("dst_sid", .number),
        MetaField("count", .number),
        MetaField("direction", .text),
        .bytesMissing,
      ],
      channel: ChannelFields(.text(0)),
      carriesBytes: true
    ),
  ]

  private static let unixFields = [
    MetaField("path", .text),
    MetaField("count", .number),
    MetaField("src_inode", .number),
    MetaField("dst_inode", .number),
    MetaField("fds", .text),
    MetaField("creds", .text),
    MetaField("received", .number),
    .bytesMissing,
  ]

  private static let unixChannel = ChannelFields(
    .textOrInodes(0, source: 2, destination: 3), receiver: 3)

  private static let internetFields = [
    MetaField("src_port", .number),
    MetaField("src_serv", .text),
    MetaField("dst_port", .number),
    MetaField("dst_serv", .text),
    MetaField("dst_inode", .number),
    MetaField("count", .number),
    MetaField("src_addr", .text),
    MetaField("dst_addr", .text),
    MetaField("received", .number),
    .bytesMissing,
  ]

  private static let internetChannel = ChannelFields(
    .ports(source: 0, sourceAddress: 6, destination: 2, destinationAddress: 7), receiver: 4)
}
