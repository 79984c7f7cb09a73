/// Which meta fields of a kind say what a transfer went through.
public struct ChannelFields: Sendable {
  /// What a channel is called.
  public enum Name: Sendable {
    /// It has a name for certain.
    case text(MetaKey<TextID>)
    /// It is called `<anonymous>` if it has no name, and then known by the inodes of its ends, which may be one.
    case textOrInodes(MetaKey<TextID>, source: MetaKey<UInt64>, destination: MetaKey<UInt64>)
    /// Ports and addresses of its ends.
    case ports(source: Port, destination: Port)
  }

  /// Where one end of a channel is.
  public struct Port: Sendable {
    /// Number of the port.
    public let number: MetaKey<UInt64>
    /// The address that it is of.
    public let address: MetaKey<TextID>
  }

  /// See ``Name``.
  public let name: Name
  /// Inode of what the receiver reads from, by which its unread bytes are known; nil if nothing tells them.
  public let receiver: MetaKey<UInt64>?

  init(_ name: Name, receiver: MetaKey<UInt64>? = nil) {
    self.name = name
    self.receiver = receiver
  }

  /// The name; nil if a channel is called by its ports.
  public var text: MetaKey<TextID>? {
    switch name {
    case .text(let key), .textOrInodes(let key, _, _): key
    case .ports: nil
    }
  }

  /// The ports of both ends; nil if a channel has none.
  public var ports: (source: Port, destination: Port)? {
    guard case .ports(let source, let destination) = name else { return nil }
    return (source, destination)
  }
}
