import IPCModel

/// What processes are called: each by its first thread if that has been seen, as it was called last.
public struct ProcessNames: Sendable {
  /// Processes that are remembered: twice as many as a ``ConversationTable`` can have at its ends.
  private static let limit = 4 * ConversationTable.limit

  private var names: [Int32: ProcessName] = [:]

  /// Knows no process yet.
  public init() {}

  /// Learns what one of a process's threads is called now.
  public mutating func take(_ end: Endpoint) {
    if names.count >= Self.limit, names[end.pid] == nil { return }
    names[end.pid, default: ProcessName(end)].take(end)
  }

  /// Name of a process.
  public func comm(of pid: Int32) -> Comm { names[pid]?.comm ?? .unknown }
}

/// What one process is called.
public struct ProcessName: Sendable {
  /// The name.
  public private(set) var comm: Comm
  /// Whether it is that of the process's first thread.
  private var isMain: Bool

  /// The name that one of its threads had.
  public init(_ end: Endpoint) {
    comm = end.comm
    isMain = end.tid == end.pid
  }

  /// Learns what one of its threads is called now.
  public mutating func take(_ end: Endpoint) {
    let new = ProcessName(end)
    if new.isMain || !isMain { self = new }
  }
}
