import Fuzzing

/// Called by libFuzzer with one string of bytes after the other; every one stands for some conversation.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let problems = FuzzedConversation(bytes: UnsafeBufferPointer(start: start, count: count)).problems
  if let problem = problems.first { fatalError(problem) }
  return 0
}
