import Libbpf
import ProgramNames

/// A program, and where it belongs.
struct PlacedProgram {
  let program: BPFProgram
  let place: ProgramPlace
  /// Whether the trace needs it.
  let isLoaded: Bool

  /// Whether it has a tracepoint of its own, instead of a place in a table.
  var isAttachable: Bool { place.table.isAttached }
}
