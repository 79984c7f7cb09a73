import RecordLayout

/// A thread that acts in the records.
struct Party {
  /// `comm` of the kernel's records.
  typealias Name = (
    CChar, CChar, CChar, CChar, CChar, CChar, CChar, CChar, CChar, CChar, CChar, CChar, CChar, CChar, CChar,
    CChar
  )

  let pid: UInt32
  let tid: UInt32
  let comm: Name

  init(_ name: StaticString, pid: UInt32) {
    self.pid = pid
    tid = pid
    var comm = ipc_header().comm
    withUnsafeMutableBytes(of: &comm) { bytes in
      name.withUTF8Buffer { bytes.copyBytes(from: $0.prefix(bytes.count - 1)) }
    }
    self.comm = comm
  }

  static let writer = Party("writer", pid: 4000)
  static let other = Party("other", pid: 4100)
  static let reader = Party("reader", pid: 5000)
}
