import Glibc
import IPCModel
import IPCTracing
import ProcessShims
import SystemPackage

/// What ipcdump itself may do.
public enum Privilege {
  /// User and group that nothing belongs to (`nobody`, `nogroup`; `overflowuid` of proc_sys_kernel(5)).
  private static let nobody: uid_t = 65534

  /// Puts the rights aside that the program's file brings along: the files that the options name are the user's business,
  /// and are opened with the user's rights. To be called before anything else; root keeps what is root's.
  public static func lower() throws(Failure) {
    guard getuid() == geteuid(), getgid() == getegid() else {
      throw Failure(
        .privilege,
        "ipcdump's file has a set-user-ID or set-group-ID bit, with which it would open others' files for anybody",
        advice:
          "take that away, and run ipcdump with sudo, or once setcap \(Capabilities.recommendation) on its file"
      )
    }
    if geteuid() != 0 { try check(process_lower_capabilities(), "put capabilities aside") }
  }

  /// Takes the rights up again that a trace needs.
  public static func raise() throws(Failure) { try check(process_raise_capabilities(), "use capabilities") }

  /// Gives up, for good, all that a trace which has begun does not use any more.
  ///
  /// - Parameters:
  ///   - keepingSignals: Whether a command may have to be ended, which can be another user's.
  ///   - keepingFiles: Whether files will be made, perhaps in another user's folder.
  ///   - keepingLooks: Whether it will be asked who waits for whom.
  static func giveUp(keepingSignals: Bool, keepingFiles: Bool, keepingLooks: Bool) throws(Failure) {
    var kept = Capabilities.whileTracing
    if keepingLooks { kept.formUnion(Capabilities.whileLooking) }
    if keepingSignals { kept.insert(.kill) }
    if keepingFiles { kept.formUnion(forFiles) }
    try check(process_keep_capabilities(kept.rawValue), "give up capabilities")
  }

  /// Gives up, for good, every right: what is read next may come from anybody. Root becomes a user that has no files.
  ///
  /// - Parameter keepingFiles: Whether files will be made, for which root has to stay root, without capabilities but
  ///   ``forFiles``.
  public static func giveUpAll(keepingFiles: Bool) throws(Failure) {
    let isRoot = geteuid() == 0
    // A user namespace need not have that user; capabilities go in any case.
    if isRoot, !keepingFiles { _ = process_become_nobody(nobody) }
    let kept = keepingFiles ? forFiles : []
    try check(process_keep_capabilities(kept.rawValue), "give up capabilities")
  }

  /// What root needs to make files in another user's folder, and for who has called sudo.
  private static var forFiles: CapabilitySet {
    guard geteuid() == 0 else { return [] }
    return Identity.sudoCaller == nil ? .dacOverride : [.dacOverride, .chown]
  }

  private static func check(_ error: Int32, _ action: String) throws(Failure) {
    guard error == 0 else {
      throw Failure(.system, "cannot \(action)", errno: error, advice: "see capset(2)")
    }
  }
}
