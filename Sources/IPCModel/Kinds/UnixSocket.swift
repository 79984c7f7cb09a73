extension Kind {
  /// Unix stream sockets.
  public static let unixStream = Kind(rawValue: 2)
  /// Unix datagram sockets.
  public static let unixDatagram = Kind(rawValue: 3)
  /// Unix sequenced-packet sockets.
  public static let unixSeqpacket = Kind(rawValue: 4)

  /// Kinds of unix sockets.
  public static let unix: Set<Kind> = [.unixStream, .unixDatagram, .unixSeqpacket]

  /// Whether this is one of ``unix``, without looking into a set.
  package var isUnix: Bool { self == .unixStream || self == .unixDatagram || self == .unixSeqpacket }

  /// Meta fields of unix sockets (unix(7)), the same for all three types of them.
  public enum UnixSocket {
    /// Path or abstract name of either end, the listening one if there is one; `<anonymous>` if neither has any.
    public static let path = MetaKey<TextID>("path", at: 0)
    /// Bytes transferred.
    public static let count = MetaKey<UInt64>.count(at: 1)
    /// Inode of the sender's socket, as `/proc/PID/fd` shows it.
    public static let sourceInode = MetaKey<UInt64>("src_inode", at: 2)
    /// Inode of the receiver's socket.
    public static let destinationInode = MetaKey<UInt64>("dst_inode", at: 3)
    /// Descriptors that were passed (`SCM_RIGHTS`), with their numbers at both ends and what they are.
    public static let descriptors = MetaKey<TextID>("fds", at: 4)
    /// Credentials that were passed (`SCM_CREDENTIALS`, `SCM_PIDFD`).
    public static let credentials = MetaKey<TextID>("creds", at: 5)
    /// Bytes of a message that found room in the receiver's buffer, if these are fewer than were sent.
    public static let received = MetaKey<UInt64>("received", at: 6)
    /// Why contents that were asked for are missing.
    public static let bytesMissing = MetaKey<TextID>.bytesMissing(at: 7)

    static let rows = [
      row(
        .unixStream, name: "unix-stream", alias: "us",
        summary: "unix stream sockets, reported when received", color: .green),
      row(
        .unixDatagram, name: "unix-dgram", alias: "ud",
        summary: "unix datagram sockets, reported when received", color: .sky),
      row(
        .unixSeqpacket, name: "unix-seqpacket", alias: "uq",
        summary: "unix sequenced-packet sockets, reported when received", color: .olive),
    ]

    private static func row(
      _ kind: Kind, name: StaticString, alias: String, summary: String, color: KindColor
    ) -> KindRow {
      KindRow(
        kind,
        name: name,
        aliases: [alias, "u", "unix"],
        summary: summary,
        color: color,
        fields: [
          path, count, sourceInode, destinationInode, descriptors, credentials, received, bytesMissing,
        ],
        channel: ChannelFields(
          .textOrInodes(path, source: sourceInode, destination: destinationInode), receiver: destinationInode),
        carriesBytes: true)
    }
  }
}
