/// A path in the hierarchy of cgroups, as proc_pid_cgroup(5) has it, and whose it is by the names that container engines,
/// Kubernetes and systemd give.
package struct CgroupPath {
  /// Names from the innermost to the outermost.
  private let names: [ArraySlice<UInt8>]

  /// Takes a path apart.
  package init(_ path: some Collection<UInt8>) {
    names = Array(path).split(separator: UInt8(ascii: "/")).reversed()
  }

  /// The path of names from the innermost to the outermost.
  package static func joined(_ names: some BidirectionalCollection<ArraySlice<UInt8>>) -> [UInt8] {
    if names.isEmpty { return [UInt8(ascii: "/")] }
    return names.reversed().flatMap { [UInt8(ascii: "/")] + $0 }
  }

  /// First 12 characters of the innermost container's id.
  package var container: [UInt8]? { ContainerID.find(in: names) }

  /// Id of the Kubernetes pod, with dashes: `pod1234_5678.slice` (systemd) or `/kubepods/burstable/pod1234-5678` (cgroupfs).
  package var pod: [UInt8]? {
    guard names.contains(where: { $0.contains("kubepods") }) else { return nil }
    for name in names {
      guard let id = Self.podID(in: name) else { continue }
      return id.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 }
    }
    return nil
  }

  /// The innermost service or scope of systemd: `nginx.service`, `session-2.scope`.
  package var unit: [UInt8]? {
    names.first { name in [".service", ".scope"].contains { name.ends(with: $0) } }.map { Array($0) }
  }

  /// Whether it is a cgroup, or lies below it.
  package static func isInside(_ path: [UInt8], _ cgroup: [UInt8]) -> Bool {
    guard cgroup.count > 1 else { return true }
    return path.starts(with: cgroup)
      && (path.count == cgroup.count || path[cgroup.count] == UInt8(ascii: "/"))
  }

  /// What stands behind `pod` at the beginning of a name or behind a dash.
  private static func podID(in name: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    var id = name.ends(with: ".slice") ? name.dropLast(6) : name
    if let dash = id.lastIndex(of: UInt8(ascii: "-")), id[dash...].dropFirst().starts(with: "pod".utf8) {
      id = id[dash...].dropFirst()
    }
    guard id.starts(with: "pod".utf8) else { return nil }
    return id.dropFirst(3).count >= leastPodID ? id.dropFirst(3) : nil
  }

  /// A UUID without its dashes, as static pods have.
  private static let leastPodID = 32
}

extension ArraySlice<UInt8> {
  fileprivate func ends(with suffix: String) -> Bool {
    count > suffix.utf8.count && self.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
  }

  fileprivate func contains(_ word: String) -> Bool {
    let word = Array(word.utf8)
    return indices.contains { self[$0...].starts(with: word) }
  }
}
