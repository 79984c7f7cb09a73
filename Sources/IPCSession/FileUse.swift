import Glibc
import IPCCapture
import IPCModel

/// Which file something is, whatever it is called.
struct FileIdentity: Equatable {
  private let device: dev_t
  private let inode: ino_t
  /// Its type (`S_IFMT`).
  let type: mode_t

  /// What a descriptor refers to; nil if nothing.
  init?(of descriptor: Int32) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    self.init(status)
  }

  /// What a path names, without following a link; nil if nothing.
  init?(at path: String) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return nil }
    self.init(status)
  }

  private init(_ status: stat) {
    device = status.st_dev
    inode = status.st_ino
    type = status.st_mode & S_IFMT
  }
}

/// What an open file is used for in a run.
public struct FileUse {
  /// What for.
  public enum Purpose {
    /// A capture is read from it.
    case input
    /// Events are kept in it, as pcapng.
    case capture
    /// Lines for people or programs are written to it: events, a page, a summary.
    case text
    /// Diagnostics are: standard error.
    case diagnostics
  }

  private let purpose: Purpose
  private let name: String
  private let identity: FileIdentity?
  /// Whether an option has named it, so that nobody else writes at its end.
  private let isNamed: Bool

  /// What a descriptor refers to is used for something.
  init(_ purpose: Purpose, name: String, descriptor: Int32, isNamed: Bool) {
    self.purpose = purpose
    self.name = name
    identity = FileIdentity(of: descriptor)
    self.isNamed = isNamed
  }

  /// A capture that is read.
  public static func input(_ file: InputFile) -> FileUse {
    FileUse(.input, name: file.name, descriptor: file.descriptor, isNamed: true)
  }

  /// Standard error.
  public static var diagnostics: FileUse {
    FileUse(.diagnostics, name: "standard error", descriptor: STDERR_FILENO, isNamed: false)
  }

  /// Says which files are used for two things, of which one would destroy the other; to be asked before any is emptied.
  ///
  /// Devices are left alone: a terminal, or /dev/null, may be everything.
  public static func requireDistinct(_ uses: [FileUse]) throws(Failure) {
    for (index, use) in uses.enumerated() {
      for other in uses[..<index] where use.destroys(other) {
        // Not even the reason may be written into a capture.
        if Set([use.purpose, other.purpose]) == [.diagnostics, .input] { Diagnostics.discard() }
        let also = use.name == other.name ? "" : " (also \(use.name))"
        throw Failure(
          .usage, "\(other.name)\(also) \(other.role) and \(use.role)",
          advice: "choose another file for one of them")
      }
    }
  }

  private func destroys(_ other: FileUse) -> Bool {
    guard let identity, identity == other.identity else { return false }
    let purposes = [purpose, other.purpose]
    switch identity.type {
    case S_IFREG, S_IFBLK: break
    // Words between blocks or lines destroy nothing that is there already.
    case S_IFIFO where !purposes.contains(.diagnostics): break
    default: return false
    }
    // What only adds to one open file, as after 2>&1, overwrites nothing.
    return isNamed || other.isNamed || purposes.contains(.input) || purposes.contains(.capture)
  }

  private var role: String {
    switch purpose {
    case .input: "is read"
    case .capture: "would keep events"
    case .text: "would show events"
    case .diagnostics: "shows diagnostics"
    }
  }
}
