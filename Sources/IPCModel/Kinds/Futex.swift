extension Kind {
  /// Futexes between processes.
  public static let futex = Kind(rawValue: 16)

  /// Meta fields of futexes (futex(2)).
  public enum Futex {
    /// What the memory is called that the woken word lies in, as of ``SharedMemory/object``.
    public static let object = MetaKey<TextID>("object", at: 0)
    /// Where in it, in bytes.
    public static let offset = MetaKey<UInt64>("offset", at: 1)
    /// What the waker has done: `wake`, `requeue`, `unlock_pi`…, or `owner_died` if a robust futex's owner has ended.
    public static let operation = MetaKey<TextID>("op", .lifecycle, at: 2)
    /// How long the wait took, from the beginning of its call to when it was woken, in nanoseconds.
    public static let waited = MetaKey<UInt64>("waited_ns", at: 3)

    static let row = KindRow(
      .futex,
      name: "futex",
      aliases: ["fx"],
      summary: "wakes by futexes (mutexes, condition variables, sem_t) that ended another process's wait",
      color: .rust,
      fields: [object, offset, operation, waited],
      channel: ChannelFields(.text(object)),
      carriesBytes: false,
      isUsual: false)
  }
}
