import SystemPackage

/// Text of a file below 16 KiB, such as those in /proc; nil if it cannot be read.
func readSmallFile(_ path: String) -> String? {
  guard let file = try? FileDescriptor.open(path, .readOnly, options: .closeOnExec) else { return nil }
  defer { try? file.close() }
  return try? withUnsafeTemporaryAllocation(byteCount: 1 << 14, alignment: 1) { buffer in
    var count = 0
    while count < buffer.count {
      let got = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))
      if got == 0 { break }
      count += got
    }
    return String(decoding: buffer[..<count], as: UTF8.self)
  }
}
