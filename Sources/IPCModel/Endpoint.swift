/// One end of a transfer: the thread that sent or received, in the pid namespace that ipcdump runs in.
public struct Endpoint: Sendable, Hashable, BitwiseCopyable {
  /// Process id (tgid), or −1 if it is not known.
  public var pid: Int32
  /// Thread id, or −1 if it is not known.
  public var tid: Int32
  /// Name of the thread at the time of the transfer; a process that names none of its threads has one name.
  public var comm: Comm

  /// End about which nothing is known.
  public static let unknown = Endpoint(pid: -1, tid: -1, comm: .unknown)

  /// Creates an endpoint from what a record tells.
  public init(pid: Int32, tid: Int32, comm: Comm) {
    self.pid = pid
    self.tid = tid
    self.comm = comm
  }

  /// Whether the process was observed or inferred at all.
  public var isKnown: Bool { pid >= 0 }
}
