extension Kind {
  /// Pseudoterminals.
  public static let pty = Kind(rawValue: 7)

  /// Meta fields of pseudoterminals (pty(7)).
  public enum Terminal {
    /// The slave's name: `pts/3`.
    public static let name = MetaKey<TextID>("tty_name", at: 0)
    /// Session that the terminal belongs to (setsid(2)).
    public static let session = MetaKey<UInt64>("dst_sid", at: 1)
    /// Bytes written.
    public static let count = MetaKey<UInt64>.count(at: 2)
    /// `input` for what is typed, `output` for what is shown.
    public static let direction = MetaKey<TextID>("direction", at: 3)
    /// Why contents that were asked for are missing.
    public static let bytesMissing = MetaKey<TextID>.bytesMissing(at: 4)

    static let row = KindRow(
      .pty,
      name: "pty",
      aliases: ["t"],
      summary: "pseudoterminals, reported when written: typing and output",
      color: .gray,
      fields: [name, session, count, direction, bytesMissing],
      channel: ChannelFields(.text(name)),
      carriesBytes: true)
  }
}
