extension Kind {
  /// POSIX message queues.
  public static let mqueue = Kind(rawValue: 12)
  /// SysV message queues.
  public static let sysvMessage = Kind(rawValue: 13)

  /// Meta fields of POSIX message queues (mq_overview(7)).
  public enum MQueue {
    /// Name of the queue: `/jobs`.
    public static let name = MetaKey<TextID>("name", at: 0)
    /// Bytes of the message.
    public static let count = MetaKey<UInt64>.count(at: 1)
    /// The message's priority, as it was sent.
    public static let priority = MetaKey<UInt64>("priority", at: 2)
    /// Inode of the queue, as stat(2) gives it for a file of `/dev/mqueue`.
    public static let inode = MetaKey<UInt64>("queue_inode", at: 3)
    /// Why contents that were asked for are missing.
    public static let bytesMissing = MetaKey<TextID>.bytesMissing(at: 4)

    static let row = KindRow(
      .mqueue,
      name: "mqueue",
      aliases: ["mq"],
      summary: "messages of POSIX queues, reported when received",
      color: .brown,
      fields: [name, count, priority, inode, bytesMissing],
      channel: ChannelFields(.textOrInodes(name, source: inode, destination: inode), receiver: inode),
      carriesBytes: true)
  }

  /// Meta fields of SysV message queues (sysvipc(7)).
  public enum SysVMessage {
    /// Key of the queue: `0x4d2`; `private` if it has none.
    public static let key = MetaKey<TextID>("key", at: 0)
    /// Its id, as ipcs(1) shows it.
    public static let id = MetaKey<UInt64>("id", at: 1)
    /// Type of the message.
    public static let type = MetaKey<Int64>("mtype", at: 2)
    /// Bytes of the message.
    public static let count = MetaKey<UInt64>.count(at: 3)
    /// Bytes that found room in the receiver's buffer, if these are fewer than were sent.
    public static let received = MetaKey<UInt64>("received", at: 4)
    /// Why contents that were asked for are missing.
    public static let bytesMissing = MetaKey<TextID>.bytesMissing(at: 5)

    static let row = KindRow(
      .sysvMessage,
      name: "sysv-msg",
      aliases: ["sm"],
      summary: "messages of SysV queues, reported when received",
      color: .lime,
      fields: [key, id, type, count, received, bytesMissing],
      channel: ChannelFields(.number(id)),
      carriesBytes: true)
  }
}
