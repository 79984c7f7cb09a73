import IPCModel
import RecordLayout

/// A process that has ended otherwise than with status 0.
public struct ProcessExit: Sendable {
  /// How a process ends.
  public enum Ending: Sendable, Equatable {
    /// By exit(2), or its like, with this status.
    case exited(UInt8)
    /// By a signal of this name.
    case killed(String, hasDumped: Bool)
  }

  /// The process; the thread is the last of it.
  public let process: Endpoint
  /// When it ended, in nanoseconds of `CLOCK_MONOTONIC`.
  public let time: UInt64
  /// See ``Ending``.
  public let ending: Ending

  /// Bits of what wait(2) tells (WTERMSIG, WCOREDUMP).
  private static let signalBits: UInt32 = 0x7F
  private static let dumpBit: UInt32 = 0x80

  /// Reads a record; nil if it is another one.
  init?(_ record: UnsafeRawBufferPointer, _ header: ipc_header) {
    guard UInt32(header.type) == IPC_RECORD_EXIT.rawValue, let (raw, _) = record.record(ipc_exit.self) else {
      return nil
    }
    process = Endpoint(header)
    time = header.time
    let signal = raw.status & Self.signalBits
    ending =
      signal == 0
      ? .exited(UInt8(truncatingIfNeeded: raw.status >> 8))
      : .killed(SignalVocabulary.name(of: Int(signal)), hasDumped: raw.status & Self.dumpBit != 0)
  }
}
