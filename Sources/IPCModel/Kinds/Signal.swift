extension Kind {
  /// Signals that a process generated, or the kernel.
  public static let signal = Kind(rawValue: 1)

  /// Meta fields of signals (signal(7), sigqueue(3)).
  public enum Signal {
    /// Number of the signal.
    public static let number = MetaKey<UInt64>("num", at: 0)
    /// Its name: `SIGTERM`, `SIGRTMIN+3`.
    public static let name = MetaKey<TextID>("name", at: 1)
    /// How it was sent: `SI_USER`, `SI_QUEUE` (`si_code`, sigaction(2)).
    public static let code = MetaKey<TextID>("code", at: 2)
    /// The value that was sent with it (`sival_int`).
    public static let value = MetaKey<Int64>("value", at: 3)
    /// The same as a pointer, if it does not fit an `int` (`sival_ptr`).
    public static let pointer = MetaKey<UInt64>("value_ptr", at: 4)
    /// Whether it was sent to a process or to one of its threads.
    public static let target = MetaKey<TextID>("target", at: 5)
    /// What became of it: delivered, ignored and so on; none if it was refused.
    public static let result = MetaKey<TextID>("result", at: 6)
    /// Name of the error by which it was refused.
    public static let error = MetaKey<TextID>.error(at: 7)

    static let row = KindRow(
      .signal,
      name: "signal",
      aliases: ["k", "kill"],
      summary: "signals sent by processes, with result and value",
      color: .vermilion,
      fields: [number, name, code, value, pointer, target, result, error],
      channel: ChannelFields(.text(name)),
      carriesBytes: false)
  }
}
