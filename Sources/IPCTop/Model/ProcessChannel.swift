/// What a process has open, as `ipcdump ls` lists it.
public struct ProcessChannel: Sendable, Equatable, Decodable {
  /// A thread that waits there.
  public struct Waiter: Sendable, Equatable, Decodable {
    /// The thread.
    public let tid: Int32
    /// What it called.
    public let call: String
    /// For how long, in nanoseconds.
    public let duration: UInt64?

    private enum CodingKeys: String, CodingKey {
      case tid, call
      case duration = "waiting_ns"
    }
  }

  /// Who has it.
  public let pid: Int32
  /// What that process is called; untrusted.
  public let comm: String
  /// The descriptor.
  public let fd: Int32
  /// What it was opened for: `r`, `w`, `rw`.
  public let access: String
  /// Type of the channel.
  public let type: String
  /// What the channel is called; untrusted.
  public let channel: String?
  /// What waits to be taken from it, and how much fits.
  public let unread: UInt64?, capacity: UInt64?
  /// What waits at the other end.
  public let sentUnread: UInt64?
  /// Who has the other end.
  public let ends: [DescriptorHolder]
  /// What else is known of the other end: `listening`, `remote`, `backlog`.
  public let far: String?
  /// Who waits there.
  public let waits: [Waiter]?

  private enum CodingKeys: String, CodingKey {
    case pid, comm, fd, access, type, channel, unread, capacity, ends, waits
    case sentUnread = "sent_unread"
    case far = "end"
  }
}
