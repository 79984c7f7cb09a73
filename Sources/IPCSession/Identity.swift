import Glibc
import IPCModel

/// The user that a traced command runs as.
public struct Identity: Equatable, Sendable {
  /// User that it is.
  public let uid: uid_t
  /// Its group.
  public let gid: gid_t
  /// Supplementary groups.
  public let groups: [gid_t]
  /// Its name, or its number if it has none.
  public let name: String
  /// Its folder.
  public let home: String

  /// Who runs the command: whom the user has named, else who has called sudo.
  ///
  /// - Parameters:
  ///   - user: Name or number of `--user`; nil if it was not given.
  ///   - variable: Looks up a variable of the environment.
  /// - Returns: Nil if that is who runs ipcdump already.
  public static func ofCommand(user: String?, variable: (String) -> String?) throws(Failure) -> Identity? {
    let identity =
      if let user {
        try named(user)
      } else if geteuid() == 0, let caller = variable("SUDO_UID") {
        try sudoCaller(caller, group: variable("SUDO_GID"))
      } else {
        nil as Identity?
      }
    guard let identity, identity.uid != getuid() || identity.uid != geteuid() else { return nil }
    return identity
  }

  /// Who has called sudo; nil if nobody has, or who runs ipcdump is not root.
  static var sudoCaller: uid_t? {
    guard geteuid() == 0, let caller = getenv("SUDO_UID") else { return nil }
    return uid_t(String(cString: caller))
  }

  /// The group of who has called sudo; nil if nobody has, or it is not known.
  static var sudoGroup: gid_t? {
    guard sudoCaller != nil, let group = getenv("SUDO_GID") else { return nil }
    return gid_t(String(cString: group))
  }

  private static func named(_ user: String) throws(Failure) -> Identity {
    // As everywhere, a name that looks like a number is a name first.
    guard let entry = getpwnam(user) ?? uid_t(user).flatMap({ getpwuid($0) }) else {
      throw Failure(
        .usage, "no user is called \(user) here",
        advice: "--user takes a name or number of the user database")
    }
    return Identity(entry.pointee, gid: entry.pointee.pw_gid)
  }

  private static func sudoCaller(_ caller: String, group: String?) throws(Failure) -> Identity {
    guard let uid = uid_t(caller), uid != .max, let entry = getpwuid(uid) else {
      throw Failure(
        .usage, "SUDO_UID is \(caller), which is no user here",
        advice: "say with --user who is to run the command")
    }
    guard let group else { return Identity(entry.pointee, gid: entry.pointee.pw_gid) }
    guard let gid = gid_t(group), gid != .max else {
      throw Failure(
        .usage, "SUDO_GID is \(group), which is no group's number",
        advice: "say with --user who is to run the command")
    }
    return Identity(entry.pointee, gid: gid)
  }

  private init(_ entry: passwd, gid: gid_t) {
    uid = entry.pw_uid
    self.gid = gid
    name = entry.pw_name.map { String(cString: $0) } ?? "\(entry.pw_uid)"
    home = entry.pw_dir.map { String(cString: $0) } ?? "/"
    groups = Self.groups(of: name, gid: gid)
  }

  /// The groups of the group database, and `gid`.
  private static func groups(of name: String, gid: gid_t) -> [gid_t] {
    var count: Int32 = 64
    while true {
      let room = count
      var groups = [gid_t](repeating: 0, count: Int(room))
      if getgrouplist(name, gid, &groups, &count) >= 0 { return Array(groups.prefix(Int(count))) }
      // It has said how many there are.
      if count <= room { return [gid] }
    }
  }
}
