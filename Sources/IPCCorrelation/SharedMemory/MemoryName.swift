import IPCModel

/// What memory is called: by the name of its file, as the kernel has it.
enum MemoryName {
  /// Memory that no name leads to.
  static let unnamed = Array("[anon]".utf8)

  /// Of a file that is part of no directory: `memfd:x`, `SYSV000004d2`, `dev/zero`.
  static func name(ofPseudo name: [UInt8]) -> [UInt8] {
    let segment = Array("SYSV".utf8)
    if name.starts(with: segment), name.count == segment.count + 8 {
      let digits = String(decoding: name.dropFirst(segment.count), as: UTF8.self)
      if let key = UInt32(digits, radix: 16) {
        return Array("sysv \(SysVKey.text(Int32(bitPattern: key)))".utf8)
      }
    }
    let isNameless =
      name.isEmpty || name.elementsEqual("dev/zero".utf8) || name.elementsEqual("anon_hugepage".utf8)
    return isNameless ? unnamed : name
  }

  /// Of a path as `/proc/PID/maps` has it: a file that is part of no directory, or is deleted, is marked there.
  static func name(ofPath path: [UInt8]) -> [UInt8] {
    let mark = Array(" (deleted)".utf8)
    guard path.count > mark.count, path.suffix(mark.count).elementsEqual(mark) else {
      return path.isEmpty ? unnamed : path
    }
    let name = Array(path.dropLast(mark.count))
    let words = ["/memfd:", "/SYSV", "/dev/zero", "/anon_hugepage"]
    return words.contains { name.starts(with: $0.utf8) } ? self.name(ofPseudo: Array(name.dropFirst())) : name
  }
}
