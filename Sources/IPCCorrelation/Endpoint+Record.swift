import IPCModel
import RecordLayout

extension Endpoint {
  /// Who a record says acted.
  init(_ header: ipc_header) {
    self.init(tgid: header.tgid, tid: header.tid, comm: header.comm)
  }

  /// From a record's fields; 0 means that the process has no number in this pid namespace.
  init(tgid: UInt32, tid: UInt32, comm: RecordedComm) {
    let name = withUnsafeBytes(of: comm) { bytes in bytes.baseAddress.map { Comm(copying: $0) } ?? .unknown }
    self.init(
      pid: tgid == 0 ? -1 : Int32(bitPattern: tgid), tid: tid == 0 ? -1 : Int32(bitPattern: tid), comm: name)
  }
}

/// `char comm[16]`, as Swift imports it.
typealias RecordedComm = (
  CChar, CChar, CChar, CChar, CChar, CChar, CChar, CChar, CChar, CChar, CChar, CChar, CChar, CChar, CChar,
  CChar
)
