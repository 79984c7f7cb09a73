import Glibc

/// A folder of /proc. Its files are read by names below it, which spares the kernel the way to it.
struct ProcFolder: ~Copyable {
  /// The folder itself.
  let descriptor: Int32

  /// Opens a folder; nil if it has gone, or may not be opened.
  init?(_ path: String) {
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if descriptor < 0 { return nil }
  }

  private init(owning descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// A folder in it.
  func folder(_ name: String) -> ProcFolder? {
    let inner = openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    return inner < 0 ? nil : ProcFolder(owning: inner)
  }

  /// Calls `body` with every name in it that is a number.
  ///
  /// - Returns: Whether it could be listed.
  @discardableResult
  borrowing func forEachNumber(_ body: (Int32) -> Void) -> Bool {
    let copy = dup(descriptor)
    guard copy >= 0, let stream = fdopendir(copy) else {
      if copy >= 0 { close(copy) }
      return false
    }
    defer { closedir(stream) }
    rewinddir(stream)
    errno = 0
    while let entry = readdir(stream) {
      let number = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        var text = ProcText(UnsafeRawBufferPointer(rebasing: bytes.prefix { $0 != 0 }))
        let number = text.number()
        return text.isAtEnd ? number : nil
      }
      if let number { body(Int32(truncatingIfNeeded: number)) }
    }
    return errno == 0
  }

  /// Gives the contents of a file to `body`; nil if it cannot be read.
  func withFile<Result>(_ name: String, in buffer: ProcBuffer, _ body: (ProcText) -> Result?) -> Result? {
    buffer.withFile(at: descriptor, name, body)
  }

  /// Where a symbolic link in it leads.
  func withLink<Result>(_ name: String, in buffer: ProcBuffer, _ body: (ProcText) -> Result?) -> Result? {
    let count = readlinkat(descriptor, name, buffer.start.assumingMemoryBound(to: CChar.self), buffer.size)
    return count <= 0 ? nil : body(ProcText(UnsafeRawBufferPointer(start: buffer.start, count: count)))
  }
}

/// Memory that files of /proc are read into, one at a time.
final class ProcBuffer {
  private(set) var start: UnsafeMutableRawPointer
  private(set) var size: Int

  init(size: Int = 64 << 10) {
    self.size = size
    start = .allocate(byteCount: size, alignment: 16)
  }

  deinit { start.deallocate() }

  /// Gives the contents of a file to `body`; nil if it cannot be read.
  func withFile<Result>(at folder: Int32 = AT_FDCWD, _ name: String, _ body: (ProcText) -> Result?) -> Result?
  {
    let file = openat(folder, name, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var count = 0
    while true {
      let got = read(file, start + count, size - count)
      guard got >= 0 else { return nil }
      if got == 0 { break }
      count += got
      if count == size { grow() }
    }
    return body(ProcText(UnsafeRawBufferPointer(start: start, count: count)))
  }

  private func grow() {
    let larger = UnsafeMutableRawPointer.allocate(byteCount: 2 * size, alignment: 16)
    larger.copyMemory(from: start, byteCount: size)
    start.deallocate()
    start = larger
    size *= 2
  }
}
