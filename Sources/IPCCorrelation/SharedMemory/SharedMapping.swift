import IPCModel

/// A shared mapping that a process has when the trace begins.
public struct SharedMapping: Sendable, Equatable {
  /// Who has it.
  public var holder: Endpoint
  /// Whether the filter takes in that process.
  public var isInScope: Bool
  /// Where it lies in the process.
  public var start: UInt64
  /// Bytes.
  public var length: UInt64
  /// Where it begins in the memory, in bytes.
  public var offset: UInt64
  /// Device of the file system that the memory is a file of, and the file's inode.
  public var device: UInt32
  /// See ``device``.
  public var inode: UInt64
  /// Whether the process may write there.
  public var isWritable: Bool
  /// The file's path, as `/proc/PID/maps` has it.
  public var path: [UInt8]

  /// Describes a mapping.
  public init(
    holder: Endpoint, isInScope: Bool, start: UInt64, length: UInt64, offset: UInt64, device: UInt32,
    inode: UInt64, isWritable: Bool, path: [UInt8]
  ) {
    self.holder = holder
    self.isInScope = isInScope
    self.start = start
    self.length = length
    self.offset = offset
    self.device = device
    self.inode = inode
    self.isWritable = isWritable
    self.path = path
  }
}
