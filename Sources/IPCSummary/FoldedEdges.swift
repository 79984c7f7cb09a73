/// Edges that are told in one line.
public struct FoldedEdges: Sendable, Equatable {
  /// How many they were.
  public internal(set) var edges: UInt64 = 0
  /// Their transfers.
  public internal(set) var messages: UInt64 = 0
  /// Their bytes.
  public internal(set) var bytes: UInt64 = 0

  mutating func add(_ edge: borrowing Edge) {
    edges += 1
    messages += edge.messages
    bytes.addSaturating(edge.bytes)
  }
}
