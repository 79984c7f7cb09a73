import IPCModel
import RecordLayout

extension UnsafeRawBufferPointer {
  /// Reads the struct that a record begins with.
  ///
  /// - Returns: The struct, and the bytes behind it, valid as long as the record; nil if it is cut.
  func record<Layout: BitwiseCopyable>(_ layout: Layout.Type) -> (raw: Layout, rest: UnsafeRawBufferPointer)?
  {
    let size = MemoryLayout<Layout>.size
    guard count >= size else { return nil }
    return (loadUnaligned(as: layout), UnsafeRawBufferPointer(rebasing: self[size...]))
  }

  /// The first bytes, as many as a record says, or as there are.
  func first(_ count: UInt32) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: prefix(Int(count)))
  }
}

extension ipc_header {
  func has(_ flag: ipc_flags) -> Bool { flags & UInt8(flag.rawValue) != 0 }
}

extension ipc_transfer {
  /// The channel or direction; its address is 0 if the sender of a message is not known.
  var key: ChannelKey { ChannelKey(address: channel, identity: identity) }
  /// Bytes moved, or asked for; no call moves more than MAX_RW_COUNT (include/linux/fs.h), whatever it asks for.
  var moved: Int { Int(min(count, 0x7FFF_F000)) }
  /// Bytes that follow the record: never more than were moved.
  func captured(of rest: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    rest.first(UInt32(min(UInt64(captured), count)))
  }
}

/// Name of one kernel object for its whole life.
struct ChannelKey: Hashable, Sendable {
  /// Its address.
  let address: UInt64
  /// What tells it from an earlier object at the same address: of pipes and unix sockets their inode number.
  let identity: UInt64

  /// Feeds both, folded into one word: sockets that are made where others were closed share one address by the thousands.
  func hash(into hasher: inout Hasher) { hasher.combine(address ^ (identity &* IPC_HASH_FACTOR)) }
}

/// The thread that a record is of, as far as it tells which other records are of the same call.
///
/// Threads without a number in this pid namespace are all 0. Of theirs, the time tells, which the records of one
/// transfer and its contents share.
struct RecordedThread: Hashable {
  /// A number of a thread, or a time with the highest bit set.
  private let value: UInt64

  init(_ header: ipc_header) {
    value = header.tid == 0 ? header.time | 1 << 63 : UInt64(header.tid)
  }
}

extension Endpoint {
  /// Who a record says acted.
  @inline(__always)
  init(_ header: ipc_header) {
    self.init(
      tgid: header.tgid, tid: header.tid, comm: header.comm, thread: header.thread, image: header.image)
  }

  /// Who a record says transferred, and by which descriptor; a request of io_uring has none (`NO_FD`, bpf/core/scratch.h).
  @inline(__always)
  init(_ transfer: ipc_transfer) {
    self.init(transfer.header)
    descriptor = Int32(bitPattern: transfer.fd)
  }

  /// From a record's fields; 0 means that the process has no number in this pid namespace.
  ///
  /// - Parameter thread: What the thread is called; of no meaning if it is its process's first one.
  init(tgid: UInt32, tid: UInt32, comm: RecordedComm, thread: RecordedComm, image: UInt64) {
    self.init(
      pid: tgid == 0 ? -1 : Int32(bitPattern: tgid), tid: tid == 0 ? -1 : Int32(bitPattern: tid),
      comm: Comm(comm), thread: tid == tgid && tid != 0 ? nil : Comm(thread))
    self.image = image
  }
}

extension ipc_target {
  /// Who something was done to.
  var endpoint: Endpoint { Endpoint(tgid: tgid, tid: tid, comm: comm, thread: thread, image: image) }
}

extension Comm {
  /// From a record's field.
  init(_ comm: RecordedComm) {
    self = withUnsafeBytes(of: comm) { bytes in bytes.baseAddress.map { Comm(copying: $0) } ?? .unknown }
  }
}

/// `char comm[16]`, as Swift imports it.
typealias RecordedComm = (
  CChar, CChar, CChar, CChar, CChar, CChar, CChar, CChar, CChar, CChar, CChar, CChar, CChar, CChar, CChar,
  CChar
)
