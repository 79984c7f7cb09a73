import CLibbpf
import Glibc
import Synchronization
import SystemPackage

/// Consumer of a BPF ring buffer, reading records in place.
///
/// Layout (kernel/bpf/ringbuf.c): one page with the consumer's position, one with the producers', then the data,
/// mapped twice in a row so that no record is ever cut.
public struct RingBuffer: ~Copyable {
  private let consumer: UnsafeMutableRawPointer
  private let producer: UnsafeMutableRawPointer
  private let data: UnsafeMutableRawPointer
  private let size: Int
  private let pageSize: Int

  /// Descriptor that becomes readable when there are records.
  public let descriptor: Int32

  /// Maps the ring of a map.
  ///
  /// - Parameters:
  ///   - map: A loaded map of type `BPF_MAP_TYPE_RINGBUF`; must outlive the consumer.
  ///   - size: Its `max_entries`, in bytes.
  public init(map: BPFMap, size: Int) throws(BPFError) {
    descriptor = map.descriptor
    self.size = size
    pageSize = sysconf(Int32(_SC_PAGESIZE))
    guard
      let consumer = mmap(nil, pageSize, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0),
      consumer != MAP_FAILED
    else { throw BPFError("map the ring buffer", Errno(rawValue: currentErrno)) }
    guard
      let producer = mmap(nil, pageSize + 2 * size, PROT_READ, MAP_SHARED, descriptor, pageSize),
      producer != MAP_FAILED
    else {
      let errno = Errno(rawValue: currentErrno)
      munmap(consumer, pageSize)
      throw BPFError("map the ring buffer", errno)
    }
    self.consumer = consumer
    self.producer = producer
    data = producer + pageSize
  }

  deinit {
    munmap(consumer, pageSize)
    munmap(producer, pageSize + 2 * size)
  }

  /// Whether a record, finished or not, waits.
  public var isEmpty: Bool {
    position(consumer).pointee.load(ordering: .relaxed)
      == position(producer).pointee.load(ordering: .acquiring)
  }

  /// Hands out finished records in their order, until there is none or `body` returns false.
  ///
  /// - Parameter body: Takes a record that is valid during the call only.
  @inlinable
  public mutating func consume(_ body: (UnsafeRawBufferPointer) -> Bool) {
    while let record = next() {
      if record.count == 0 {
        release()
        continue
      }
      let goesOn = body(record)
      release()
      if !goesOn { return }
    }
  }

  /// The record at the consumer's position, empty if it was discarded; nil if it is not finished or there is none.
  @usableFromInline
  func next() -> UnsafeRawBufferPointer? {
    let at = position(consumer).pointee.load(ordering: .relaxed)
    if at >= position(producer).pointee.load(ordering: .acquiring) { return nil }
    let header = data + Int(at & UInt(size - 1))
    let length = word(header).pointee.load(ordering: .acquiring)
    if length & Self.busy != 0 { return nil }
    if length & Self.discarded != 0 {
      return UnsafeRawBufferPointer(start: header + Self.headerSize, count: 0)
    }
    return UnsafeRawBufferPointer(start: header + Self.headerSize, count: Int(length))
  }

  /// Gives the record at the consumer's position back to the producers.
  @usableFromInline
  func release() {
    let at = position(consumer).pointee.load(ordering: .relaxed)
    let header = data + Int(at & UInt(size - 1))
    let length = word(header).pointee.load(ordering: .relaxed) & ~(Self.busy | Self.discarded)
    let step = (UInt(length) + UInt(Self.headerSize) + 7) & ~7
    position(consumer).pointee.store(at + step, ordering: .releasing)
  }

  /// BPF_RINGBUF_BUSY_BIT, BPF_RINGBUF_DISCARD_BIT, BPF_RINGBUF_HDR_SZ (include/uapi/linux/bpf.h).
  private static let busy: UInt32 = 1 << 31
  private static let discarded: UInt32 = 1 << 30
  private static let headerSize = 8

  /// A position in the ring, which the kernel reads or writes too.
  private func position(_ page: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Atomic<UInt>> {
    page.assumingMemoryBound(to: Atomic<UInt>.self)
  }

  /// A record's length and state.
  private func word(_ header: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Atomic<UInt32>> {
    header.assumingMemoryBound(to: Atomic<UInt32>.self)
  }
}
