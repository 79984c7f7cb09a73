extension Kind {
  /// Memory that processes share.
  public static let sharedMemory = Kind(rawValue: 15)

  /// Meta fields of shared memory (mmap(2), shmat(2)).
  public enum SharedMemory {
    /// What the memory is called: `/dev/shm/x`, `memfd:x`, `[anon]`, `sysv 0x000004d2`, `sysv private`, or a file's path.
    public static let object = MetaKey<TextID>("object", at: 0)
    /// Bytes that the later process has mapped, or has let go.
    public static let size = MetaKey<UInt64>("size", at: 1)
    /// What that process may do there: `rw`, `r`.
    public static let access = MetaKey<TextID>("access", at: 2)
    /// `map`, `unmap`.
    public static let operation = MetaKey<TextID>("op", .lifecycle, at: 3)

    static let row = KindRow(
      .sharedMemory,
      name: "shared-memory",
      aliases: ["sh"],
      summary:
        "memory that two processes have mapped, reported when the later one maps it and when one lets go",
      color: .steel,
      fields: [object, size, access, operation],
      channel: ChannelFields(.text(object)),
      carriesBytes: false,
      isUsual: false)
  }
}
