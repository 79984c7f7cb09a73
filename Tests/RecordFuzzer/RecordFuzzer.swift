import Fuzzing

/// Called by libFuzzer with one string of bytes after the other; every one stands for some sequence of records.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let problems = FuzzInput(bytes: UnsafeBufferPointer(start: start, count: count)).problems
  if let problem = problems.first { fatalError(problem) }
  return 0
}

/// libFuzzer's own way to change bytes.
@_silgen_name("LLVMFuzzerMutate")
private func mutateBytes(_ start: UnsafeMutablePointer<UInt8>, _ count: Int, _ room: Int) -> Int

/// Called by libFuzzer to change a string of bytes in place; returns its new length.
@_cdecl("LLVMFuzzerCustomMutator")
public func mutate(
  _ start: UnsafeMutablePointer<UInt8>, _ count: Int, _ room: Int, _ seed: UInt32
) -> Int {
  // Now and then something that no record has ever been.
  if seed % 8 == 0 { return mutateBytes(start, count, room) }
  var input = FuzzInput(bytes: UnsafeBufferPointer(start: start, count: count))
  input.change(seed: UInt64(seed))
  let bytes = input.bytes.prefix(room)
  return UnsafeMutableBufferPointer(start: start, count: room).update(fromContentsOf: bytes)
}
