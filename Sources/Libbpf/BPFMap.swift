import CLibbpf
import Glibc
import SystemPackage

/// A map of a ``BPFObject``; valid as long as the object is.
public struct BPFMap {
  private let handle: OpaquePointer

  init(handle: OpaquePointer) { self.handle = handle }

  /// Its name.
  public var name: String { String(cString: bpf_map__name(handle)) }

  /// Descriptor of the created map.
  public var descriptor: Int32 { bpf_map__fd(handle) }

  /// Maps a loaded section's map, or an array whose flags allow that, into this process, so that it is shared with the
  /// programs.
  ///
  /// - Returns: Memory that stays until the process ends.
  public func sharedMemory() throws(BPFError) -> UnsafeMutableRawPointer {
    // Elements of an array begin at multiples of 8 (array_map_alloc, kernel/bpf/arraymap.c).
    let size = (Int(bpf_map__value_size(handle)) + 7) & ~7 * Int(maxEntries)
    guard let start = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), start != MAP_FAILED
    else {
      throw BPFError("map the BPF map \(name)", Errno(rawValue: currentErrno))
    }
    return start
  }

  /// Its size in entries (bytes for a ring buffer).
  public var maxEntries: UInt32 { bpf_map__max_entries(handle) }

  /// Sets its size; only before the object is loaded.
  public func setMaxEntries(_ count: UInt32) throws(BPFError) {
    let code = bpf_map__set_max_entries(handle, count)
    guard code == 0 else { throw BPFError("set the size of the BPF map \(name)", negative: code) }
  }

  /// What a section's map (`.rodata`, `.bss`) will hold when it is loaded; of no effect afterwards.
  public var initialMemory: UnsafeMutableRawBufferPointer? {
    var size = 0
    guard let start = bpf_map__initial_value(handle, &size) else { return nil }
    return UnsafeMutableRawBufferPointer(start: UnsafeMutableRawPointer(mutating: start), count: size)
  }

  /// Sets an entry; both types must be plain data of the map's sizes.
  public func update<Key: BitwiseCopyable, Value: BitwiseCopyable>(_ key: Key, _ value: Value)
    throws(BPFError)
  {
    let code = withUnsafePointer(to: key) { key in
      withUnsafePointer(to: value) { bpf_map_update_elem(descriptor, key, $0, UInt64(BPF_ANY)) }
    }
    guard code == 0 else { throw BPFError("write to the BPF map \(name)", negative: code) }
  }

  /// Removes an entry; false if there was none.
  @discardableResult
  public func remove<Key: BitwiseCopyable>(_ key: Key) -> Bool {
    withUnsafePointer(to: key) { bpf_map_delete_elem(descriptor, $0) == 0 }
  }

  /// Calls `body` with every key, in no order.
  public func forEachKey<Key: BitwiseCopyable>(of type: Key.Type, _ body: (Key) -> Void) {
    withUnsafeTemporaryAllocation(of: Key.self, capacity: 2) { keys in
      guard let previous = keys.baseAddress else { return }
      let next = previous + 1
      var isFirst = true
      while bpf_map_get_next_key(descriptor, isFirst ? nil : previous, next) == 0 {
        previous.initialize(to: next.pointee)
        isFirst = false
        body(next.pointee)
      }
    }
  }
}
