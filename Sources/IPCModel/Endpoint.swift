/// One end of a transfer: the thread that sent or received, in the pid namespace that ipcdump runs in.
///
/// Two ends are equal if the same thread is at both, by whatever descriptor.
public struct Endpoint: Sendable, BitwiseCopyable {
  /// Process id (tgid), or −1 if it is not known.
  public var pid: Int32
  /// Thread id, or −1 if it is not known.
  public var tid: Int32
  /// Name of the process at the time of the transfer, as ps(1) shows it: that of its first thread.
  public var comm: Comm
  /// Name of the thread at that time; a process that names none of its threads has one name.
  public var thread: Comm
  /// What the process ran at that time, by which ``KnownProcesses`` knows it; 0 if nobody has asked.
  public var image: UInt64 = 0
  /// Descriptor that the operation was done by; −1 if it is not known, or there is none.
  public var descriptor: Int32 = -1

  /// End about which nothing is known.
  public static let unknown = Endpoint(pid: -1, tid: -1, comm: .unknown)

  /// The kernel itself: the source of a signal that no process has sent, an end of a netlink message.
  public static let kernel = Endpoint(pid: 0, tid: 0, comm: Comm("kernel"))

  /// Creates an endpoint from what a record says.
  ///
  /// - Parameters:
  ///   - pid: Process id, or −1 if it is not known.
  ///   - tid: Thread id, or −1 if it is not known.
  ///   - comm: Name of the process.
  ///   - thread: Name of the thread; nil if it is called as its process.
  public init(pid: Int32, tid: Int32, comm: Comm, thread: Comm? = nil) {
    self.pid = pid
    self.tid = tid
    self.comm = comm
    self.thread = thread ?? comm
  }

  /// Whether the process was observed or inferred at all.
  public var isKnown: Bool { pid >= 0 }

  /// The same end, by a descriptor that is not known.
  public var withoutDescriptor: Endpoint {
    var end = self
    end.descriptor = -1
    return end
  }

  /// Name of the thread where it is another one than that of its process.
  public var ownThread: Comm? { thread == comm ? nil : thread }
}

extension Endpoint: Hashable {
  /// Whether the same thread is at both ends, under the same names.
  @inlinable
  public static func == (one: Endpoint, other: Endpoint) -> Bool {
    one.tid == other.tid && one.pid == other.pid && one.comm == other.comm && one.thread == other.thread
      && one.image == other.image
  }

  /// Feeds what tells threads apart nearly always.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(pid)
    hasher.combine(tid)
    hasher.combine(comm)
  }
}

/// Name of a process or thread as the kernel stores it: at most 15 bytes, any bytes but NUL, no promised encoding.
///
/// Stored inline so that events can be copied without touching the heap (`TASK_COMM_LEN`, include/linux/sched.h).
public struct Comm: Sendable, Hashable, BitwiseCopyable {
  /// Number of bytes that hold a name, the terminating NUL included.
  public static let capacity = 16

  /// Name of an endpoint that was not observed.
  public static let unknown = Comm("<unknown>")

  /// The name's first 8 bytes and the others, in words that are compared and cut faster than bytes: the first byte lowest,
  /// zeros behind the last one.
  private var low: UInt64 = 0
  private var high: UInt64 = 0

  /// Takes the first 15 bytes of `name`'s UTF-8, up to a NUL.
  public init(_ name: some StringProtocol) {
    for (index, byte) in name.utf8.prefix(Comm.capacity - 1).enumerated() {
      if byte == 0 { break }
      if index < 8 { low |= UInt64(byte) << (8 * index) } else { high |= UInt64(byte) << (8 * (index - 8)) }
    }
  }

  /// Copies a kernel `char comm[16]`; bytes after its first NUL are ignored.
  ///
  /// - Parameter bytes: Start of 16 readable bytes.
  public init(copying bytes: UnsafeRawPointer) {
    low = Self.cut(UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self)))
    // The last byte is the kernel's NUL.
    if low >> 56 != 0 {
      high = Self.cut(
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)) & 0x00ff_ffff_ffff_ffff)
    }
  }

  /// Takes the first 15 bytes, up to a NUL.
  package init(firstBytesOf bytes: UnsafeRawBufferPointer) {
    let padded = InlineArray<16, UInt8> { $0 < min(bytes.count, Comm.capacity - 1) ? bytes[$0] : 0 }
    self = padded.span.withUnsafeBytes { bytes in bytes.baseAddress.map { Comm(copying: $0) } ?? .unknown }
  }

  /// What of a word comes before its lowest byte that is zero.
  private static func cut(_ word: UInt64) -> UInt64 {
    // Taking 1 from each byte borrows for a zero one; of those behind it, which it may spoil, nothing is kept anyway.
    let zeros = (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
    return zeros == 0 ? word : word & (1 << UInt64(zeros.trailingZeroBitCount - 7) - 1)
  }

  /// Number of bytes before the terminating NUL.
  public var count: Int {
    high == 0 ? 8 - low.leadingZeroBitCount / 8 : 16 - high.leadingZeroBitCount / 8
  }

  /// Byte at `index`, which is less than ``count``.
  public subscript(index: Int) -> UInt8 {
    precondition((0..<Comm.capacity).contains(index), "a name has 16 bytes")
    return UInt8(truncatingIfNeeded: (index < 8 ? low : high) >> UInt64(8 * (index % 8)))
  }

  /// Gives the bytes before the terminating NUL to `body`; they are valid until it returns.
  public func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    withUnsafeBytes(of: (low.littleEndian, high.littleEndian)) { bytes in
      body(UnsafeRawBufferPointer(rebasing: bytes[..<count]).assumingMemoryBound(to: UInt8.self))
    }
  }
}

extension Comm: CustomStringConvertible {
  /// The name as text; invalid UTF-8 is replaced.
  public var description: String {
    withBytes { String(decoding: $0, as: UTF8.self) }
  }
}
