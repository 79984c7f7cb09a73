/// One thing that happens to a correlator.
public enum FuzzStep: Equatable, Sendable {
  /// A record comes from the ring.
  case record([UInt8])
  /// Events up to a time are handed out.
  case release(UInt64)
  /// A sweep, with a look at these channels if there is one.
  case sweep(UInt64, [FuzzChannel]?)
  /// The channels that exist when the trace begins.
  case seed([FuzzChannel])
  /// Records of a kind were lost, the number of them up to now.
  case lost(UInt8, UInt32)
}
