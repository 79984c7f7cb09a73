extension Kind {
  /// Eventfds.
  public static let eventfd = Kind(rawValue: 11)

  /// Meta fields of eventfds (eventfd(2)).
  public enum Eventfd {
    /// Bytes that were read: 8.
    public static let count = MetaKey<UInt64>.count(at: 0)
    /// What of the count was added by the source, and taken.
    public static let value = MetaKey<UInt64>("value", at: 1)
    /// Number of the eventfd as `/proc/PID/fdinfo` shows it; another one may have it after it.
    public static let id = MetaKey<UInt64>("eventfd_id", at: 2)
    /// 1 if a read takes 1 at a time (`EFD_SEMAPHORE`), else 0.
    public static let semaphore = MetaKey<UInt64>("semaphore", at: 3)

    static let row = KindRow(
      .eventfd,
      name: "eventfd",
      aliases: ["ev"],
      summary: "counts that a read of an eventfd took, by who added them",
      color: .indigo,
      fields: [count, value, id, semaphore],
      channel: ChannelFields(.number(id)),
      carriesBytes: false,
      hasDescriptors: true)
  }
}
