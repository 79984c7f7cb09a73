import Glibc
import IPCTracing
import ProcessShims

/// What files are called by whoever runs now: through symbolic links and bind mounts, in other roots and mount namespaces.
///
/// The kernel tells the path of a socket or FIFO as the process sees it that was seen using it first.
struct PathViews {
  /// How a path leads into a file system.
  private struct Mount {
    let device: ArraySlice<UInt8>
    /// What of the file system is mounted there.
    let root: [UInt8]
    /// Where, as those of the view name it.
    let point: [UInt8]
  }

  /// A file by where it is in its file system, whether or not it exists.
  private struct Place: Hashable {
    let device: ArraySlice<UInt8>
    let path: [UInt8]
  }

  /// The namespace and root that some processes have.
  private struct View {
    let process: String
    let namespace: [UInt8]
    /// Path of its root in its namespace; empty for that of the namespace.
    let root: [UInt8]
    var mounts: [Mount]
  }

  /// The first one is ipcdump's own.
  private var views: [View] = []

  /// Views that are told apart; more have the same names for nearly everything.
  private static let mostViews = 64
  /// Names of one file.
  private static let mostNames = 64

  /// Looks at all processes.
  init() {
    var seen: Set<[UInt8]> = []
    add("self", &seen)
    guard let folder = opendir("/proc") else { return }
    defer { closedir(folder) }
    while views.count < Self.mostViews, let entry = readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name.utf8.first.map({ (0x30...0x39).contains($0) }) ?? false { add(name, &seen) }
    }
    mountRoots()
  }

  private mutating func add(_ process: String, _ seen: inout Set<[UInt8]>) {
    // Threads of the kernel run no file; one of them has the device files as its root.
    guard ProcFile.target(of: "/proc/\(process)/exe") != nil,
      let namespace = ProcFile.target(of: "/proc/\(process)/ns/mnt"),
      let root = ProcFile.target(of: "/proc/\(process)/root"), seen.insert(namespace + root).inserted,
      let table = bytesOfSmallFile("/proc/\(process)/mountinfo", limit: 4 << 20)
    else { return }
    views.append(
      View(
        process: process, namespace: namespace, root: root == [Self.slash] ? [] : root,
        mounts: Self.mounts(in: table)))
  }

  /// A root that is no mount is part of one that the table of who has it leaves out.
  private mutating func mountRoots() {
    for index in views.indices where !views[index].root.isEmpty {
      let view = views[index]
      guard !view.mounts.contains(where: { $0.point == [Self.slash] }),
        let outer = views.first(where: { $0.namespace == view.namespace && $0.root.isEmpty }),
        let place = Self.place(of: view.root, in: outer)
      else { continue }
      views[index].mounts.insert(
        Mount(device: place.device, root: place.path, point: [Self.slash]), at: 0)
    }
  }

  /// Other names of what a path leads to, in whatever view it is one.
  ///
  /// - Parameter path: It begins with a slash; the last names of it need not exist.
  func names(of path: [UInt8]) -> [[UInt8]] {
    var places: Set<Place> = []
    var names = [Self.normal(path)]
    for view in views {
      let isOwn = view.process == "self"
      // Elsewhere, a path that leads nowhere is not what is meant.
      guard let found = Self.canonical(path, in: view, isThere: !isOwn) else { continue }
      if isOwn, !names.contains(found) { names.append(found) }
      if let place = Self.place(of: found, in: view) { places.insert(place) }
    }
    for place in places {
      for view in views {
        for mount in view.mounts where mount.device == place.device {
          guard let rest = Self.rest(of: place.path, below: mount.root) else { continue }
          let name = Self.joined(mount.point, rest)
          // Another file system may be mounted above it.
          guard Self.place(of: name, in: view) == place, !names.contains(name) else { continue }
          names.append(name)
          if names.count >= Self.mostNames { return names }
        }
      }
    }
    return names
  }

  // MARK: - Mounts

  private static let slash = UInt8(ascii: "/")

  /// Reads a table of mounts (proc_pid_mountinfo(5)).
  private static func mounts(in table: [UInt8]) -> [Mount] {
    table.split(separator: UInt8(ascii: "\n")).compactMap { line in
      let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 5)
      guard fields.count > 5 else { return nil }
      return Mount(
        device: ArraySlice(Array(fields[2])), root: unescaped(fields[3]), point: unescaped(fields[4]))
    }
  }

  /// Spaces and the like are written as three octal digits.
  private static func unescaped(_ text: ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    var left = text
    while let byte = left.popFirst() {
      let digits = left.prefix(3).compactMap { (0x30...0x37).contains($0) ? Int($0 - 0x30) : nil }
      if byte == UInt8(ascii: "\\"), digits.count == 3 {
        result.append(UInt8(truncatingIfNeeded: digits[0] << 6 | digits[1] << 3 | digits[2]))
        left = left.dropFirst(3)
      } else {
        result.append(byte)
      }
    }
    return result
  }

  /// Where a path leads that has no links in it.
  private static func place(of path: [UInt8], in view: View) -> Place? {
    var best: (mount: Mount, rest: ArraySlice<UInt8>)?
    for mount in view.mounts {
      guard let rest = rest(of: path, below: mount.point) else { continue }
      // Of several at one point, the last one covers the others.
      if best.map({ rest.count <= $0.rest.count }) ?? true { best = (mount, rest) }
    }
    return best.map { Place(device: $0.mount.device, path: joined($0.mount.root, $0.rest)) }
  }

  // MARK: - Paths

  /// What of a path comes behind a folder, with a slash before it; nil if it is not in there.
  private static func rest(of path: [UInt8], below folder: [UInt8]) -> ArraySlice<UInt8>? {
    if folder == [slash] { return path == [slash] ? [] : path[...] }
    guard path.starts(with: folder) else { return nil }
    let rest = path[folder.count...]
    return rest.isEmpty || rest.first == slash ? rest : nil
  }

  private static func joined(_ folder: [UInt8], _ rest: ArraySlice<UInt8>) -> [UInt8] {
    if folder == [slash] { return rest.isEmpty ? folder : Array(rest) }
    return folder + rest
  }

  /// A path without empty names, `.` and `..`.
  private static func normal(_ path: [UInt8]) -> [UInt8] {
    var names: [ArraySlice<UInt8>] = []
    for name in path.split(separator: slash) where !name.elementsEqual(".".utf8) {
      if name.elementsEqual("..".utf8) { _ = names.popLast() } else { names.append(name) }
    }
    return names.isEmpty ? [slash] : names.flatMap { [slash] + $0 }
  }

  /// A path without links, as far as it exists in a view.
  ///
  /// - Parameter isThere: Whether all of it but its last name must exist.
  private static func canonical(_ path: [UInt8], in view: View, isThere: Bool) -> [UInt8]? {
    let root = open("/proc/\(view.process)/root", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard root >= 0 else { return isThere ? nil : normal(path) }
    defer { close(root) }
    var names = path.split(separator: slash)
    var rest: [ArraySlice<UInt8>] = []
    while true {
      let existing = names.isEmpty ? [slash] : Array(names.joined(separator: [slash]))
      if var found = target(of: existing, below: root) {
        if !view.root.isEmpty {
          guard let inside = Self.rest(of: found, below: view.root) else { return nil }
          found = inside.isEmpty ? [slash] : Array(inside)
        }
        return normal(found + rest.reversed().flatMap { [slash] + $0 })
      }
      guard let last = names.popLast(), !isThere || rest.isEmpty else { return isThere ? nil : normal(path) }
      rest.append(last)
    }
  }

  /// What a path leads to from a root, as the kernel calls it; nil if there is nothing.
  private static func target(of path: [UInt8], below root: Int32) -> [UInt8]? {
    let file = process_open_below(root, path.map { CChar(bitPattern: $0) } + [0])
    guard file >= 0 else { return nil }
    defer { close(file) }
    return ProcFile.target(of: "/proc/self/fd/\(file)")
  }
}
