import IPCModel

/// What a process is called: by its first thread if that has been seen, as it was called last.
struct ProcessName: Sendable {
  private(set) var comm: Comm
  /// Whether the name is that of its first thread.
  private var isMain: Bool

  /// The name that one of its threads had.
  init(_ end: Endpoint) {
    comm = end.comm
    isMain = end.tid == end.pid
  }

  /// Learns what one of its threads is called now.
  mutating func note(_ end: Endpoint) {
    let new = ProcessName(end)
    if new.isMain || !isMain { self = new }
  }
}
