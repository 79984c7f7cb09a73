import Glibc
import RecordLayout

extension ipc_descriptor {
  /// What it is, as /proc/PID/fd shows it: a path, `pipe:[123]`, `socket:[123]`, `memfd:name`; nil if that could not be known.
  ///
  /// - Parameter name: The bytes that a record has of its name.
  func description(name: Slice<UnsafeRawBufferPointer>) -> [UInt8]? {
    let type = mode & S_IFMT
    if mode == 0 { return nil }
    if type == S_IFSOCK { return Array("socket:[\(inode)]".utf8) }
    if name.isEmpty, type == S_IFIFO { return Array("pipe:[\(inode)]".utf8) }
    if is_pseudo == 0 {
      // No component at all is the root directory.
      return name.isEmpty && type != S_IFDIR ? nil : SocketNames.path(fromComponents: name)
    }
    let plain = Array(name.prefix { $0 != 0 })
    // Files of pidfs and nsfs have no names of their own.
    if plain.isEmpty || plain == [0x2F] { return nil }
    // What is not of a file system for itself is an anonymous inode.
    let isNamed = plain.starts(with: "memfd:".utf8) || plain.starts(with: "dmabuf:".utf8)
    return isNamed ? plain : Array("anon_inode:".utf8) + plain
  }
}
