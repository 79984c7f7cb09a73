/// Name of a process as the kernel keeps it: at most 15 bytes, any bytes but NUL, no promised encoding.
///
/// Held inline so that events can be copied without touching the heap (`TASK_COMM_LEN`, include/linux/sched.h).
public struct Comm: Sendable, Hashable, BitwiseCopyable {
  /// Number of bytes that hold a name, the terminating NUL included.
  public static let capacity = 16

  /// Name of an endpoint that was not observed.
  public static let unknown = Comm("<unknown>")

  private var storage: InlineArray<16, UInt8>

  /// Takes the first 15 bytes of `name`'s UTF-8.
  public init(_ name: some StringProtocol) {
    storage = .init(repeating: 0)
    var index = 0
    for byte in name.utf8.prefix(Comm.capacity - 1) {
      storage[index] = byte
      index += 1
    }
  }

  /// Copies a kernel `char comm[16]`; bytes after its first NUL are ignored.
  ///
  /// - Parameter bytes: Start of 16 readable bytes.
  public init(copying bytes: UnsafeRawPointer) {
    storage = .init(repeating: 0)
    for index in 0..<(Comm.capacity - 1) {
      let byte = bytes.load(fromByteOffset: index, as: UInt8.self)
      if byte == 0 { break }
      storage[index] = byte
    }
  }

  /// Number of bytes before the terminating NUL.
  public var count: Int {
    var length = 0
    while length < Comm.capacity, storage[length] != 0 { length += 1 }
    return length
  }

  /// Byte at `index`, which is less than ``count``.
  public subscript(index: Int) -> UInt8 { storage[index] }

  /// Whether both are the same bytes.
  public static func == (left: Comm, right: Comm) -> Bool {
    for index in 0..<Comm.capacity where left.storage[index] != right.storage[index] { return false }
    return true
  }

  /// Feeds the bytes to a hasher.
  public func hash(into hasher: inout Hasher) {
    for index in 0..<Comm.capacity { hasher.combine(storage[index]) }
  }
}

extension Comm: CustomStringConvertible {
  /// The name as text; invalid UTF-8 is replaced.
  public var description: String {
    String(decoding: (0..<count).map { storage[$0] }, as: UTF8.self)
  }
}
