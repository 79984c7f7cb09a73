/// Which meta fields of a kind, by position in ``KindRow/fields``, say what a transfer went through.
public struct ChannelFields: Sendable {
  /// What a channel is called.
  public enum Name: Sendable {
    /// It has a name for certain.
    case text(Int)
    /// It is called `<anonymous>` if it has no name, and then known by the inodes of its ends, which may be one.
    case textOrInodes(Int, source: Int, destination: Int)
    /// Ports and addresses of its ends.
    case ports(
      source: Int, sourceAddress: Int, destination: Int, destinationAddress: Int)
  }

  /// See ``Name``.
  public let name: Name
  /// Inode of what the receiver reads from, by which its unread bytes are known; nil if nothing tells them.
  public let receiver: Int?

  /// Positions of the ports and addresses of both ends.
  public typealias Ports = (source: Int, sourceAddress: Int, destination: Int, destinationAddress: Int)

  /// Position of the name; nil if a channel is called by its ports.
  public var text: Int? {
    switch name {
    case .text(let position), .textOrInodes(let position, _, _): position
    case .ports: nil
    }
  }

  /// See ``Ports``; nil if a channel has none.
  public var ports: Ports? {
    guard case .ports(let source, let sourceAddress, let destination, let destinationAddress) = name else {
      return nil
    }
    return (source, sourceAddress, destination, destinationAddress)
  }

  /// Creates a description.
  public init(_ name: Name, receiver: Int? = nil) {
    self.name = name
    self.receiver = receiver
  }
}
