import IPCModel
import RecordLayout

/// A thread that is asleep in a transfer, or until one is possible.
public struct WaitingThread: Sendable {
  /// What a thread sleeps in.
  public enum Call: Sendable {
    /// A read or a write.
    case transfer
    /// A transfer from one file into another, which either of them can hold up.
    case splice
    /// poll, select, epoll_wait and their like: whichever of the files is ready first ends it.
    case poll
  }

  /// A file, and what has to become possible with it; neither if it is something that no transfer brings about.
  public struct Wait: Sendable {
    /// The file; nil for what is more than is reported.
    public let file: OpenFile?
    /// Whether there has to be something to read.
    public internal(set) var toRead: Bool
    /// Whether there has to be room to write.
    public internal(set) var toWrite: Bool
  }

  /// Who sleeps.
  public let thread: Endpoint
  /// See ``Call``.
  public let call: Call
  /// How long it has had no CPU, in nanoseconds; nil if the kernel does not tell.
  public let duration: UInt64?
  /// Whether the filter takes in its process.
  public let isInScope: Bool
  /// What it waits for, each file once.
  public internal(set) var waits: [Wait]

  private init(_ raw: ipc_waiting) {
    func name(_ bytes: UnsafeRawBufferPointer) -> Comm {
      bytes.baseAddress.map { Comm(copying: $0) } ?? .unknown
    }
    thread = Endpoint(
      pid: Self.number(raw.tgid), tid: Self.number(raw.tid), comm: withUnsafeBytes(of: raw.comm, name),
      thread: withUnsafeBytes(of: raw.thread, name))
    call =
      switch UInt32(raw.call) {
      case IPC_WAITING_TRANSFER.rawValue: .transfer
      case IPC_WAITING_SPLICE.rawValue: .splice
      default: .poll
      }
    duration = raw.since == .max ? nil : raw.since
    isInScope = raw.in_scope != 0
    waits = []
  }

  /// Puts together what the iterators tell.
  ///
  /// - Parameters:
  ///   - raws: What threads wait for, those of a thread one after the other.
  ///   - watched: The files of epoll's sets.
  static func threads(_ raws: [ipc_waiting], watched: [ipc_watched]) -> [WaitingThread] {
    let sets = Dictionary(grouping: watched, by: \.set).mapValues { joined($0.map { Wait($0) }) }
    var threads: [WaitingThread] = []
    var last: UInt64?
    for raw in raws {
      // One that has no number here is reported alone, file by file.
      let id = raw.tid == 0 ? nil : UInt64(raw.tgid) << 32 | UInt64(raw.tid)
      if id == nil || id != last { threads.append(WaitingThread(raw)) }
      last = id
      let isSet = UInt32(raw.call) == IPC_WAITING_SET.rawValue
      threads[threads.count - 1].waits += isSet ? sets[raw.file] ?? [] : [Wait(raw)]
    }
    // poll waits at a file twice that has a queue for readers and one for writers.
    for index in threads.indices where threads[index].call == .poll {
      threads[index].waits = joined(threads[index].waits)
    }
    return threads
  }

  /// The same with each file once.
  private static func joined(_ waits: [Wait]) -> [Wait] {
    var places: [OpenFile: Int] = [:]
    return waits.reduce(into: []) { joined, wait in
      guard let file = wait.file, let place = places[file] else {
        if let file = wait.file { places[file] = joined.count }
        return joined.append(wait)
      }
      joined[place].toRead = joined[place].toRead || wait.toRead
      joined[place].toWrite = joined[place].toWrite || wait.toWrite
    }
  }

  private static func number(_ raw: UInt32) -> Int32 { raw == 0 ? -1 : Int32(bitPattern: raw) }
}

extension WaitingThread.Wait {
  fileprivate init(_ raw: ipc_waiting) {
    self.init(
      file: raw.file == 0 ? nil : OpenFile(address: raw.file, inode: raw.inode),
      readiness: UInt32(raw.readiness))
  }

  fileprivate init(_ raw: ipc_watched) {
    self.init(file: OpenFile(address: raw.file, inode: raw.inode), readiness: raw.readiness)
  }

  private init(file: OpenFile?, readiness: UInt32) {
    self.file = file
    toRead = readiness & IPC_READY_TO_READ.rawValue != 0
    toWrite = readiness & IPC_READY_TO_WRITE.rawValue != 0
  }
}
