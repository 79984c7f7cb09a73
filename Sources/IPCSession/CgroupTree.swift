import Glibc
import IPCModel
import IPCTracing

/// The cgroups of this host, as its file systems show them (cgroups(7)).
struct CgroupTree {
  /// One cgroup.
  struct Cgroup: Equatable {
    /// Its path from where the hierarchy is mounted.
    let path: [UInt8]
    /// Its inode number, which is its id in the kernel.
    let id: UInt64
  }

  /// Where the hierarchy of version 2 is mounted, and those of version 1.
  private let unified: [String]
  private let legacy: [String]

  /// Looks where they are mounted.
  init() { self.init(mounts: bytesOfSmallFile("/proc/self/mounts", limit: 1 << 20) ?? []) }

  /// Reads what is mounted (proc_mounts(5)).
  init(mounts: [UInt8]) {
    var (unified, legacy): ([String], [String]) = ([], [])
    for line in mounts.split(separator: UInt8(ascii: "\n")) {
      let fields = line.split(separator: UInt8(ascii: " "))
      guard fields.count > 2 else { continue }
      let place = String(decoding: fields[1], as: UTF8.self)
      switch String(decoding: fields[2], as: UTF8.self) {
      case "cgroup2": unified.append(place)
      case "cgroup": legacy.append(place)
      default: break
      }
    }
    self.unified = unified
    self.legacy = legacy
  }

  /// The path that a user means, be it of the hierarchy or of the file system.
  func path(_ word: String) -> [UInt8] {
    let mount = (unified + legacy).filter { word == $0 || word.hasPrefix($0 + "/") }.max {
      $0.utf8.count < $1.utf8.count
    }
    var path = Array(word.utf8.dropFirst(mount?.utf8.count ?? 0))
    while path.count > 1, path.last == UInt8(ascii: "/") { path.removeLast() }
    return path.first == UInt8(ascii: "/") ? path : [UInt8(ascii: "/")] + path
  }

  /// A cgroup of version 2 and all below it; none if there is none of that path.
  func all(below path: [UInt8]) -> [Cgroup] {
    for mount in unified {
      var status = stat()
      let folder = mount + String(decoding: path, as: UTF8.self)
      guard stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { continue }
      var found = [Cgroup(path: path, id: UInt64(status.st_ino))]
      Self.addChildren(of: folder, path, to: &found)
      return found
    }
    return []
  }

  /// Whether there is a cgroup of version 1 of that path.
  func hasLegacy(_ path: [UInt8]) -> Bool {
    legacy.contains { mount in
      var status = stat()
      return stat(mount + String(decoding: path, as: UTF8.self), &status) == 0
        && status.st_mode & S_IFMT == S_IFDIR
    }
  }

  private static func addChildren(of folder: String, _ path: [UInt8], to found: inout [Cgroup]) {
    guard let stream = opendir(folder) else { return }
    defer { closedir(stream) }
    while let entry = readdir(stream) {
      guard entry.pointee.d_type == UInt8(DT_DIR) else { continue }
      let name = withUnsafeBytes(of: entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      guard name != Array(".".utf8), name != Array("..".utf8) else { continue }
      let child = (path.count > 1 ? path : []) + [UInt8(ascii: "/")] + name
      found.append(Cgroup(path: child, id: UInt64(entry.pointee.d_ino)))
      addChildren(of: "\(folder)/\(String(decoding: name, as: UTF8.self))", child, to: &found)
    }
  }
}
