extension Kind {
  /// What a tracer does to another process.
  public static let ptrace = Kind(rawValue: 9)

  /// Meta fields of ptrace(2).
  public enum Ptrace {
    /// `attach`, `seize`, `poketext`, `pokedata` or `pokeuser`.
    public static let request = MetaKey<TextID>("request", at: 0)
    /// Address that was written to; of `pokeuser`, the offset in the registers (`struct user`).
    public static let address = MetaKey<UInt64>("address", at: 1)

    static let row = KindRow(
      .ptrace,
      name: "ptrace",
      aliases: ["pt"],
      summary: "tracers that attach to a process, or change its memory or registers",
      color: .crimson,
      fields: [request, address],
      channel: ChannelFields(.processes),
      carriesBytes: false)
  }
}
