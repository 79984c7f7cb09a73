import IPCModel

/// Processes that have something in common: the user, the cgroup, the container (`--uid`, `--cgroup`, `--container`).
public enum ProcessGroup: Sendable, Equatable {
  /// They run as one of these users, by name, or by number if that has no name.
  case users(Set<[UInt8]>)
  /// They are in one of these cgroups, or below it.
  case cgroups(Set<[UInt8]>)
  /// They are in one of these containers, by the beginning of its id, its name, or its pod's id.
  case containers(Set<[UInt8]>)
  /// Their cgroups are of one of these patterns.
  case matching(Set<CgroupPattern>)

  /// Whether a process is one of them, as far as it is known.
  package func includes(_ process: ProcessDescription) -> Bool {
    switch self {
    case .users(let names): return process.user.map(names.contains) ?? false
    case .cgroups(let paths):
      guard let cgroup = process.cgroup else { return false }
      return paths.contains { CgroupPath.isInside(cgroup, $0) }
    case .containers(let words): return words.contains { Self.isContainer($0, of: process) }
    case .matching(let patterns):
      guard let cgroup = process.cgroup else { return false }
      return patterns.contains { $0.matches(cgroup) }
    }
  }

  private static func isContainer(_ word: [UInt8], of process: ProcessDescription) -> Bool {
    if let id = process.container, isSame(word, id) || process.containerName == word { return true }
    return process.cgroup.flatMap { CgroupPath($0).pod } == word
  }

  /// Whether a word is an id or its beginning; of an id, 12 characters are known.
  package static func isSame(_ word: [UInt8], _ id: [UInt8]) -> Bool {
    !word.isEmpty && (id.starts(with: word) || (word.count > id.count && word.starts(with: id)))
  }
}
