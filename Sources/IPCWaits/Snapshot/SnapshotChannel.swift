/// What a channel is.
public enum ChannelKind: UInt8, Sendable, Hashable {
  case pipe, fifo
  case unixStream, unixDatagram, unixSeqpacket
  case tcp, udp, netlink, otherSocket
  /// The side of a pseudoterminal that a terminal emulator has, and the side that programs have.
  case terminalMaster, terminalSlave
  /// A terminal that is none of those: a console, a serial line.
  case terminal
  case eventfd, timerfd, signalfd, pidfd, inotify, epoll
  case messageQueue
  /// A device that is no terminal, or something that behaves like one.
  case device
  case file
  /// A file of the kernel's whose readiness nobody can explain: io_uring and its like.
  case opaque
}

/// Which channel it is: equal for two descriptors that are ends of the same kernel object.
public struct ChannelID: Sendable, Hashable {
  /// What it is.
  public let kind: ChannelKind
  /// Its inode, or another number that no other channel of its kind has.
  public let number: UInt64

  /// Names a channel.
  public init(_ kind: ChannelKind, _ number: UInt64) {
    self.kind = kind
    self.number = number
  }
}

/// A channel of a snapshot, with what is known of its state. Of a socket, it is one end.
public struct SnapshotChannel: Sendable {
  /// What is on the other side.
  public enum Peer: Sendable, Hashable {
    /// Nothing that is known.
    case none
    /// Another channel.
    case channel(ChannelID)
    /// A connection that a listening socket has not handed out yet.
    case backlog(of: ChannelID)
    /// Another host.
    case remote
  }

  /// Which one it is.
  public let id: ChannelID
  /// As summaries name it; nil for one without a name.
  public var name: String?
  /// The other end.
  public var peer = Peer.none
  /// Whether it waits for connections.
  public var isListening = false
  /// Whether others can find it by a name, so that somebody who has not come yet can use it.
  public var isNamed = false
  /// Bytes, or messages, that wait to be read from it.
  public var unread: UInt64?
  /// How many fit.
  public var capacity: UInt64?
  /// Of a timer: whether it runs.
  public var isArmed = false
  /// Of a pidfd: the process.
  public var process: Int32?

  /// Describes a channel of which no more is known than what it is.
  public init(_ id: ChannelID, name: String? = nil) {
    self.id = id
    self.name = name
  }
}

/// A descriptor of a process.
public struct OpenDescriptor: Sendable {
  /// Who has it.
  public let pid: Int32
  /// Its number.
  public let number: Int32
  /// What is behind it.
  public let channel: ChannelID
  /// What it was opened for.
  public let canRead: Bool, canWrite: Bool

  /// Describes a descriptor.
  public init(
    pid: Int32, number: Int32, channel: ChannelID, canRead: Bool = true, canWrite: Bool = true
  ) {
    self.pid = pid
    self.number = number
    self.channel = channel
    self.canRead = canRead
    self.canWrite = canWrite
  }
}
