import IPCWaits

/// One answer to the question who waits for whom, ready to be written.
public struct WaitReport: Sendable {
  /// Time of the look, as `CLOCK_MONOTONIC` has it.
  public let time: UInt64
  /// What is told.
  public let part: WaitGraph.Part
  /// The graph that it is a part of.
  let graph: WaitGraph
  /// Where the text starts: the processes that were asked about; nil for whatever is stuck.
  let roots: [Int32]?

  /// Tells what some processes are in or behind.
  ///
  /// - Parameters:
  ///   - graph: All that is known.
  ///   - roots: The processes; nil for the whole host.
  ///   - time: When the snapshot was taken.
  public init(_ graph: WaitGraph, from roots: [Int32]?, at time: UInt64) {
    self.graph = graph
    self.roots = roots
    self.time = time
    part = graph.part(from: roots)
  }

  /// Whether something will never end.
  public var hasDeadlock: Bool { !part.deadlocks.isEmpty }
}
