import CLibbpf
import Glibc
import Synchronization

/// The least that a tracer can do that tells of every transfer: a program at the end of every syscall, which knows those
/// that are wanted by one comparison, and a record of 32 bytes for each of them, in a ring that a thread empties.
///
/// There is neither a clock in it nor a look at the caller, its files or its memory; that is what a tracer adds to it.
struct FloorProgram: ~Copyable {
  private let program: SyscallProgram
  private let ring: EmptiedRing

  /// Loads and attaches it.
  ///
  /// - Parameters:
  ///   - result: What the syscalls return that it is to make records of.
  ///   - hook: Program type.
  init(result: Int, hook: SyscallProgram.Hook) throws(BenchFailure) {
    let ring = try EmptiedRing()
    program = try SyscallProgram(
      Self.instructions(result: Int32(result), ring: ring.map, hook: hook), at: ["sys_exit"], hook: hook)
    self.ring = ring
  }

  /// Does something while it is attached.
  ///
  /// - Returns: What that has, and how many records there were.
  borrowing func during<Result>(
    _ body: () throws(BenchFailure) -> Result
  ) throws(BenchFailure) -> (result: Result, records: Int) {
    let result = try body()
    return (result, ring.finish())
  }

  private static let recordSize: Int16 = 32

  private static func instructions(
    result: Int32, ring: Int32, hook: SyscallProgram.Hook
  ) -> [BPFInstruction] {
    // bpf_ringbuf_reserve, bpf_ringbuf_submit and BPF_RB_NO_WAKEUP (include/uapi/linux/bpf.h).
    let (reserve, submit, withoutWakeup) = (131 as Int32, 132 as Int32, 1 as Int32)
    var record = stride(from: 0, to: recordSize, by: 8).map { BPFInstruction.store(6, to: 0, $0) }
    record += [.copy(1, from: 0), .set(2, to: withoutWakeup), .call(submit)]
    var reservation = BPFInstruction.setMap(1, to: ring)
    reservation += [
      .set(2, to: Int32(recordSize)), .set(3, to: 0), .call(reserve), .skip(Int16(record.count), ifZero: 0),
    ]
    var program: [BPFInstruction] = [
      .load(6, from: 1, hook.resultOffset),
      .skip(Int16(reservation.count + record.count), unless: 6, is: result),
    ]
    program += reservation
    program += record
    program += [.set(0, to: 0), .exit]
    return program
  }
}

/// A ring buffer and a thread that takes out of it, every millisecond, what is there.
private final class EmptiedRing {
  /// Descriptor of the map.
  let map: Int32
  private let emptying: Emptying
  private var thread = pthread_t()
  private var isFinished = false

  /// As large as ipcdump's by default (`--buffer-size`).
  private static let size: UInt32 = 16 << 20

  /// What the thread has.
  private final class Emptying: @unchecked Sendable {
    let ring: OpaquePointer
    let isOver = Atomic(false)
    var records = 0

    init(_ ring: OpaquePointer) { self.ring = ring }

    func run() {
      while !isOver.load(ordering: .acquiring) {
        records += Int(max(0, ring_buffer__consume(ring)))
        usleep(1000)
      }
      records += Int(max(0, ring_buffer__consume(ring)))
    }
  }

  init() throws(BenchFailure) {
    map = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "floor", 0, 0, Self.size, nil)
    guard map >= 0 else { throw BenchFailure("no ring buffer: \(String(cString: strerror(-map)))") }
    guard let ring = ring_buffer__new(map, { _, _, _ in 0 }, nil, nil) else {
      close(map)
      throw BenchFailure("the ring buffer cannot be read: \(String(cString: strerror(errno)))")
    }
    emptying = Emptying(ring)
    let failure = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        Unmanaged<Emptying>.fromOpaque(context).takeRetainedValue().run()
        return nil
      }, Unmanaged.passRetained(emptying).toOpaque())
    guard failure == 0 else {
      isFinished = true
      throw BenchFailure("no thread: \(String(cString: strerror(failure)))")
    }
  }

  /// Ends the thread.
  ///
  /// - Returns: Records that it has taken out.
  func finish() -> Int {
    if !isFinished {
      isFinished = true
      emptying.isOver.store(true, ordering: .releasing)
      pthread_join(thread, nil)
    }
    return emptying.records
  }

  deinit {
    _ = finish()
    ring_buffer__free(emptying.ring)
    close(map)
  }
}
