/// Ids of containers in paths of cgroups, where every container engine puts them: 64 hexadecimal digits in the innermost
/// name (`/docker/ID`, `/…/docker-ID.scope`, `libpod-ID.scope`, `cri-containerd-ID.scope`, `/kubepods/…/ID`).
package enum ContainerID {
  private static let digits = 64
  private static let shownDigits = 12
  /// What podman calls the cgroup of the monitor that it runs beside a container, outside of it.
  private static let monitor = Array("libpod-conmon-".utf8)

  /// The first 12 characters of the id.
  ///
  /// - Parameter names: Names of a cgroup and of those above it, the innermost first.
  /// - Returns: nil if none of them is a container's.
  package static func find(in names: some Sequence<ArraySlice<UInt8>>) -> [UInt8]? {
    for name in names {
      if name.starts(with: monitor) { return nil }
      var run = name.startIndex
      for index in name.indices where !isHexadecimal(name[index]) {
        if index - run == digits { return Array(name[run...].prefix(shownDigits)) }
        run = index + 1
      }
      if name.endIndex - run == digits { return Array(name[run...].prefix(shownDigits)) }
    }
    return nil
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
  }
}
