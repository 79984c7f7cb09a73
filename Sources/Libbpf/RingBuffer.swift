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
  /// For how many bytes of records room is given back at once.
  @usableFromInline let share: UInt

  /// Descriptor that becomes readable when there are records.
  public let descriptor: Int32

  /// Maps the ring of a map.
  ///
  /// - Parameters:
  ///   - map: A loaded map of type `BPF_MAP_TYPE_RINGBUF`; must outlive the consumer.
  ///   - size: Its `max_entries`, in bytes.
  public init(map: BPFMap, size: Int) throws(BPFError) {
    try self.init(descriptor: map.descriptor, size: size)
  }

  /// Maps the ring behind a descriptor, which stays the caller's.
  init(descriptor: Int32, size: Int) throws(BPFError) {
    self.descriptor = descriptor
    self.size = size
    share = UInt(min(size / 16, 4096))
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

  /// Whether no record, finished or not, waits.
  public var isEmpty: Bool { waiting == 0 }

  /// Bytes of records that wait, finished or not.
  public var waiting: Int { Int(produced - consumed) }

  /// Hands out finished records in their order, until there is none or `body` returns false.
  ///
  /// Room is given back for several records at once: the producers look at the consumer's position for each record, and
  /// would have to fetch it from the consumer's CPU each time.
  ///
  /// - Parameter body: Takes a record that is valid during the call only.
  @inlinable
  public mutating func consume(_ body: (UnsafeRawBufferPointer) -> Bool) {
    var at = consumed
    var givenBack = at
    var end = at
    var goesOn = true
    while goesOn {
      if at == end { end = produced }
      guard at != end, let record = record(at: at) else { break }
      if !record.isDiscarded { goesOn = body(record.bytes) }
      at += (UInt(record.bytes.count) + UInt(Self.headerSize) + 7) & ~7
      if at - givenBack >= share {
        consumed = at
        givenBack = at
      }
    }
    consumed = at
  }

  /// A record whose producer has finished it.
  @usableFromInline
  struct Record {
    @usableFromInline let bytes: UnsafeRawBufferPointer
    @usableFromInline let isDiscarded: Bool
  }

  /// The record at a position; nil if it is not finished.
  @usableFromInline
  func record(at position: UInt) -> Record? {
    let header = data + Int(position & UInt(size - 1))
    let word = header.assumingMemoryBound(to: Atomic<UInt32>.self).pointee.load(ordering: .acquiring)
    guard word & Self.busy == 0 else { return nil }
    let length = Int(word & ~Self.discarded)
    return Record(
      bytes: UnsafeRawBufferPointer(start: header + Self.headerSize, count: length),
      isDiscarded: word & Self.discarded != 0)
  }

  /// Up to where the records have been taken; what lies before belongs to the producers again.
  @usableFromInline
  var consumed: UInt {
    get { position(consumer).pointee.load(ordering: .relaxed) }
    nonmutating set { position(consumer).pointee.store(newValue, ordering: .releasing) }
  }

  /// Up to where there are records.
  @usableFromInline
  var produced: UInt { position(producer).pointee.load(ordering: .acquiring) }

  /// A position in the ring, which the kernel reads or writes too.
  private func position(_ page: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Atomic<UInt>> {
    page.assumingMemoryBound(to: Atomic<UInt>.self)
  }

  /// BPF_RINGBUF_BUSY_BIT, BPF_RINGBUF_DISCARD_BIT, BPF_RINGBUF_HDR_SZ (include/uapi/linux/bpf.h).
  private static let busy: UInt32 = 1 << 31
  private static let discarded: UInt32 = 1 << 30
  @usableFromInline static let headerSize = 8
}
