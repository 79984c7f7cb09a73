extension Kind {
  /// Vsock connections within this host.
  public static let vsock = Kind(rawValue: 18)

  /// Meta fields of vsock connections (vsock(7)).
  public enum Vsock {
    /// Number of the context that the sender's end is in.
    public static let sourceContext = MetaKey<UInt64>("src_cid", at: 0)
    /// The sender's port.
    public static let sourcePort = MetaKey<UInt64>("src_port", at: 1)
    /// Number of the context that the receiver's end is in.
    public static let destinationContext = MetaKey<UInt64>("dst_cid", at: 2)
    /// The receiver's port.
    public static let destinationPort = MetaKey<UInt64>("dst_port", at: 3)
    /// Bytes transferred.
    public static let count = MetaKey<UInt64>.count(at: 4)
    /// Why contents that were asked for are missing.
    public static let bytesMissing = MetaKey<TextID>.bytesMissing(at: 5)

    static let row = KindRow(
      .vsock,
      name: "vsock",
      aliases: ["vs"],
      summary: "vsock connections within this host, reported when received",
      color: .plum,
      fields: [sourceContext, sourcePort, destinationContext, destinationPort, count, bytesMissing],
      channel: ChannelFields(
        .contexts(
          source: ChannelFields.Context(number: sourceContext, port: sourcePort),
          destination: ChannelFields.Context(number: destinationContext, port: destinationPort))),
      carriesBytes: true)
  }
}
