import ByteOutput
import Glibc
import IPCFormats
import IPCModel
import IPCTracing
import IPCWaits
import ProcessSnapshot

/// What is asked of who has which channels open, in whichever words.
public struct ChannelListSettings: Sendable {
  /// Processes that are asked about; nil for those of ``names``, or for all.
  public var pids: [Int32]?
  /// Names of processes that are asked about; nil for all.
  public var names: [Comm]?
  /// Types of channels; nil for all.
  public var types: Set<String>?
  /// Whether the answer is JSON.
  public var isJSON = false

  /// Asks about everything.
  public init() {}
}

/// Lists which channels processes have open, and who has the other ends.
public struct ChannelListing: ~Copyable {
  private let settings: ChannelListSettings
  private let output: OutputFile

  /// Columns of a table at a terminal.
  private static let width = 80

  /// Prepares to look.
  ///
  /// - Parameters:
  ///   - settings: What is asked.
  ///   - output: Where the answer goes.
  public init(_ settings: ChannelListSettings, to output: consuming OutputFile) throws(Failure) {
    self.settings = settings
    self.output = output
    try SnapshotTaker.requireProcesses(toTell: "what is open")
  }

  /// Looks, and tells.
  public borrowing func run() throws(Failure) {
    let wanted = settings.pids.map(Set.init)
    // A name is known only when the processes have been looked at.
    let snapshot = SnapshotTaker(witness: KernelLook()).take(.all(of: wanted))
    let list = ChannelList(WaitGraph(snapshot), of: try pids(in: snapshot), types: settings.types)
    var buffer = OutputBuffer()
    if settings.isJSON {
      list.appendJSON(to: &buffer)
    } else {
      list.appendTable(to: &buffer, width: output.isTerminal ? Self.width : nil)
    }
    try output.write(&buffer)
  }

  private borrowing func pids(in snapshot: WaitSnapshot) throws(Failure) -> [Int32] {
    if let pids = settings.pids {
      for pid in pids {
        guard snapshot.processes[pid] != nil else {
          throw Failure(.system, "there is no process \(pid)", advice: "see ps -e, or leave -p out")
        }
        if snapshot.unseenProcesses > 0, snapshot.descriptors(of: pid).isEmpty, !Self.mayLook(at: pid) {
          throw Failure(
            .system, "what process \(pid) has open may not be looked at", advice: "run ipcdump with sudo")
        }
      }
    }
    let named = settings.names.map(Set.init)
    let own = getpid()
    return snapshot.processes.values.filter { process in
      (settings.pids?.contains(process.pid) ?? (process.pid != own))
        && (named?.contains(Comm(process.name)) ?? true)
    }.map(\.pid).sorted()
  }

  private static func mayLook(at pid: Int32) -> Bool { access("/proc/\(pid)/fd", R_OK | X_OK) == 0 }
}
