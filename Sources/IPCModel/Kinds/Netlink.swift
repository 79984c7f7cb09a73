extension Kind {
  /// Netlink sockets.
  public static let netlink = Kind(rawValue: 17)

  /// Meta fields of netlink sockets (netlink(7)).
  public enum Netlink {
    /// What the messages are about: `route`, `kobject-uevent`, `usersock`.
    public static let family = MetaKey<TextID>("family", at: 0)
    /// Number of the group that the message was sent to; none if it was sent to one socket.
    public static let group = MetaKey<UInt64>("group", at: 1)
    /// Bytes of the message.
    public static let count = MetaKey<UInt64>.count(at: 2)
    /// Bytes that found room in the receiver's buffer, if these are fewer than were sent.
    public static let received = MetaKey<UInt64>("received", at: 3)
    /// Why contents that were asked for are missing.
    public static let bytesMissing = MetaKey<TextID>.bytesMissing(at: 4)

    static let row = KindRow(
      .netlink,
      name: "netlink",
      aliases: ["nl"],
      summary: "netlink messages between processes, reported when received",
      color: .moss,
      fields: [family, group, count, received, bytesMissing],
      channel: ChannelFields(.text(family)),
      carriesBytes: true)
  }
}
