/// An open file in the kernel, which several descriptors may share.
public struct OpenFile: Hashable, Sendable {
  /// Its address, which another file can have after it.
  let address: UInt64
  /// Its inode number, to tell such files apart.
  let inode: UInt64
}
