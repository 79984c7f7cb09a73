extension Kind {
  /// Pipes and FIFOs.
  public static let pipe = Kind(rawValue: 0)

  /// Meta fields of pipes and FIFOs (pipe(7), fifo(7)).
  public enum Pipe {
    /// Path of a FIFO; `<anonymous>` for a pipe.
    public static let name = MetaKey<TextID>("pipe_name", at: 0)
    /// Inode, as stat(2) gives it; the same at both ends.
    public static let inode = MetaKey<UInt64>("pipe_inode", at: 1)
    /// Bytes transferred.
    public static let count = MetaKey<UInt64>.count(at: 2)
    /// Why contents that were asked for are missing.
    public static let bytesMissing = MetaKey<TextID>.bytesMissing(at: 3)

    static let row = KindRow(
      .pipe,
      name: "pipe",
      aliases: ["p"],
      summary: "pipes and FIFOs, reported when read",
      color: .blue,
      fields: [name, inode, count, bytesMissing],
      channel: ChannelFields(.textOrInodes(name, source: inode, destination: inode), receiver: inode),
      carriesBytes: true)
  }
}
