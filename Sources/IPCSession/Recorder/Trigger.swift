import ByteOutput
import Glibc
import IPCCorrelation
import IPCFormats
import IPCModel

/// Why a flight recorder writes what it has kept.
struct Trigger {
  /// What happened, as the beginning of a sentence; nothing of it can steer a terminal.
  let words: String
  /// When, in nanoseconds of `CLOCK_MONOTONIC`.
  let time: UInt64

  /// SIGUSR2 has come.
  static func signal(at time: UInt64) -> Trigger { Trigger(words: "SIGUSR2", time: time) }

  /// Something was lost.
  static func loss(_ loss: Loss) -> Trigger {
    let what = loss.kind.map { "\($0.row.name)" } ?? "any type"
    return Trigger(words: "\(loss.count) lost of \(what)", time: loss.time)
  }

  /// A process has ended, and not well.
  static func exit(_ exit: ProcessExit) -> Trigger {
    let how =
      switch exit.ending {
      case .exited(let status): "exited with \(status)"
      case .killed(let signal, _): "was killed by \(signal)"
      }
    return Trigger(words: "\(words(exit.process)) \(how)", time: exit.time)
  }

  /// An expression is true.
  ///
  /// - Parameters:
  ///   - expression: As it was written.
  ///   - source: The event's source, or the caller.
  ///   - destination: The other end.
  ///   - time: When that was known.
  static func expression(
    _ expression: String, from source: Endpoint, to destination: Endpoint, at time: UInt64
  ) -> Trigger {
    Trigger(
      words: "'\(expression)' is true of \(words(source)) > \(words(destination))", time: time)
  }

  /// Processes wait for each other.
  static func deadlock(_ pids: [Int32], at time: UInt64) -> Trigger {
    let names = pids.map { ProcessTable.words($0) }.joined(separator: ", ")
    return Trigger(
      words: "\(names) \(pids.count == 1 ? "waits for itself" : "wait for each other")", time: time)
  }

  private static func words(_ end: Endpoint) -> String {
    var output = OutputBuffer(capacity: 64)
    output.append(end)
    return output.withBytes { String(decoding: $0, as: UTF8.self) }
  }
}
