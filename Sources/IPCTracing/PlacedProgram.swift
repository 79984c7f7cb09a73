import Libbpf

/// A loaded program, and where it belongs.
struct PlacedProgram {
  let program: BPFProgram
  let place: ProgramPlace
}
