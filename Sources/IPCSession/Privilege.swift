import IPCModel
import IPCTracing
import ProcessShims
import SystemPackage

/// What ipcdump itself may do.
enum Privilege {
  /// Gives up, for good, all that a trace which has begun does not use any more.
  ///
  /// - Parameters:
  ///   - keepingSignals: Whether a command may have to be ended, which can be another user's.
  ///   - keepingFiles: Whether files will be made, perhaps in another user's folder.
  static func giveUp(keepingSignals: Bool, keepingFiles: Bool) throws(Failure) {
    var kept = Capabilities.whileTracing
    if keepingSignals { kept.insert(.kill) }
    if keepingFiles { kept.insert(.dacOverride) }
    let error = process_keep_capabilities(kept.rawValue)
    guard error == 0 else {
      throw Failure(.system, "cannot give up capabilities", errno: error, advice: "see capset(2)")
    }
  }
}
