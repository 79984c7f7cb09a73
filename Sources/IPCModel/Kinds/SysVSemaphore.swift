extension Kind {
  /// SysV semaphores.
  public static let sysvSemaphore = Kind(rawValue: 14)

  /// The kinds that ipc(2) is a way to.
  public static let sysv: Set<Kind> = [.sysvSemaphore, .sharedMemory]

  /// Meta fields of SysV semaphores (sysvipc(7)).
  public enum SysVSemaphore {
    /// Key of the set: `0x000004d2`; `private` if it has none.
    public static let key = MetaKey<TextID>("key", at: 0)
    /// Its id, as ipcs(1) shows it.
    public static let id = MetaKey<UInt64>("id", at: 1)
    /// The semaphore in the set that the thread that went on was blocked on last.
    public static let number = MetaKey<UInt64>("sem", at: 2)
    /// What the source has added to it, in all; negative for a wait for 0.
    public static let delta = MetaKey<Int64>("delta", at: 3)
    /// How long the wait took, from the beginning of its call to when it was woken, in nanoseconds.
    public static let waited = MetaKey<UInt64>("waited_ns", at: 4)

    static let row = KindRow(
      .sysvSemaphore,
      name: "sysv-sem",
      aliases: ["ss"],
      summary: "operations on SysV semaphores that let a waiting process go on, reported when it does",
      color: .pink,
      fields: [key, id, number, delta, waited],
      channel: ChannelFields(.number(id)),
      carriesBytes: false)
  }
}
