import IPCCapture

/// In which files events are kept.
public struct CaptureFileSettings: Sendable {
  /// Name of the file, or what the names of several are made of; `-` for standard output.
  public var path: String
  /// Bytes after which another file is begun; nil for no limit.
  public var sizeLimit: Int?
  /// Nanoseconds after which another file is begun; nil for no limit. The name may then hold conversions of strftime(3).
  public var duration: UInt64?
  /// With a limit of size, how many files are used in turn; with one of time, after how many a trace ends.
  public var fileCount: UInt32?
  /// What the user says about channels.
  public var rules: [DissectionRule] = []
  /// Most bytes that are kept of an event's contents; nil if all are.
  public var byteLimit: Int?
  /// Program that writes them, with its version.
  public var application: String

  /// Asks for one file.
  public init(path: String, application: String) {
    self.path = path
    self.application = application
  }
}
