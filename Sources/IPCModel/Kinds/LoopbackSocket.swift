extension Kind {
  /// TCP connections within this host.
  public static let loopbackTCP = Kind(rawValue: 5)
  /// UDP datagrams within this host.
  public static let loopbackUDP = Kind(rawValue: 6)

  /// Kinds of sockets.
  public static let sockets: Set<Kind> = unix.union([.loopbackTCP, .loopbackUDP, .netlink, .vsock])

  /// Meta fields of internet sockets within this host (tcp(7), udp(7)), the same for both protocols.
  public enum LoopbackSocket {
    /// The sender's port.
    public static let sourcePort = MetaKey<UInt64>("src_port", at: 0)
    /// Name of its service (services(5)), if it has one.
    public static let sourceService = MetaKey<TextID>("src_serv", at: 1)
    /// The receiver's port.
    public static let destinationPort = MetaKey<UInt64>("dst_port", at: 2)
    /// Name of its service, if it has one.
    public static let destinationService = MetaKey<TextID>("dst_serv", at: 3)
    /// Inode of the receiver's socket, as `/proc/PID/fd` shows it.
    public static let destinationInode = MetaKey<UInt64>("dst_inode", at: 4)
    /// Bytes transferred.
    public static let count = MetaKey<UInt64>.count(at: 5)
    /// The sender's address: `127.0.0.1`, `::1`.
    public static let sourceAddress = MetaKey<TextID>("src_addr", at: 6)
    /// The receiver's address.
    public static let destinationAddress = MetaKey<TextID>("dst_addr", at: 7)
    /// Bytes of a datagram that found room in the receiver's buffer, if these are fewer than were sent.
    public static let received = MetaKey<UInt64>("received", at: 8)
    /// Why contents that were asked for are missing.
    public static let bytesMissing = MetaKey<TextID>.bytesMissing(at: 9)

    static let rows = [
      row(
        .loopbackTCP, name: "loopback-tcp", alias: "lt",
        summary: "TCP connections within this host, reported when received", color: .orange),
      row(
        .loopbackUDP, name: "loopback-udp", alias: "lu",
        summary: "UDP datagrams within this host, reported when received", color: .mauve),
    ]

    private static func row(
      _ kind: Kind, name: StaticString, alias: String, summary: String, color: KindColor
    ) -> KindRow {
      KindRow(
        kind,
        name: name,
        aliases: [alias, "lo", "loopback"],
        summary: summary,
        color: color,
        fields: [
          sourcePort, sourceService, destinationPort, destinationService, destinationInode, count,
          sourceAddress, destinationAddress, received, bytesMissing,
        ],
        channel: ChannelFields(
          .ports(
            source: ChannelFields.Port(number: sourcePort, address: sourceAddress),
            destination: ChannelFields.Port(number: destinationPort, address: destinationAddress)),
          receiver: destinationInode),
        carriesBytes: true)
    }
  }
}
