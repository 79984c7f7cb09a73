extension Kind {
  /// Descriptors that were taken from another process.
  public static let pidfdGetfd = Kind(rawValue: 10)

  /// Meta fields of pidfd_getfd(2).
  public enum PidfdGetfd {
    /// The descriptor's number in the process that it was taken from, the one in the other, and what it is: `3>4 pipe:[1]`.
    public static let descriptors = MetaKey<TextID>("fds", at: 0)

    static let row = KindRow(
      .pidfdGetfd,
      name: "pidfd-getfd",
      aliases: ["pf"],
      summary: "descriptors taken from another process by pidfd_getfd",
      color: .teal,
      fields: [descriptors],
      channel: ChannelFields(.processes),
      carriesBytes: false)
  }
}
