import CLibbpf
import LibbpfShims
import SystemPackage

/// A program of a ``BPFObject``; valid as long as the object is.
public struct BPFProgram {
  let handle: OpaquePointer

  /// Its C function's name.
  public var name: String { String(cString: bpf_program__name(handle)) }

  /// Its ELF section, such as `raw_tp/sys_exit`.
  public var section: String { String(cString: bpf_program__section_name(handle)) }

  /// The tracepoint that its section names, without a category.
  public var tracepoint: String { section.split(separator: "/").last.map(String.init) ?? "" }

  /// Descriptor of the loaded program.
  public var descriptor: Int32 { bpf_program__fd(handle) }

  /// Instructions, before the kernel's own are added.
  var length: Int { bpf_program__insn_cnt(handle) }

  /// Whether it is run over what the kernel has, such as tasks or open files.
  var isIterator: Bool { section.hasPrefix("iter/") }

  /// Decides whether ``BPFObject/load(from:partCount:)`` loads it.
  public func setAutoload(_ autoload: Bool) {
    bpf_program__set_autoload(handle, autoload)
  }

  /// Whether ``BPFObject/load(from:partCount:)`` loads it.
  public var isAutoloaded: Bool { bpf_program__autoload(handle) }

  /// Attaches it where its section says: a `raw_tp` program, or a classic tracepoint `tp/CATEGORY/NAME`.
  public func attach() throws(BPFError) -> BPFLink {
    let place = section.split(separator: "/").map(String.init)
    if place.first == "tp", place.count == 3 { return try attach(toTracepoint: place[2], of: place[1]) }
    guard let link = bpf_program__attach(handle) else {
      throw BPFError("attach \(name) to \(section)", Errno(rawValue: currentErrno), log: LibbpfLog.takeHeld())
    }
    return BPFLink(handle: link)
  }

  private func attach(toTracepoint tracepoint: String, of category: String) throws(BPFError) -> BPFLink {
    let action = "open the tracepoint \(category):\(tracepoint)"
    let number = libbpf_shims_tracepoint_number(category, tracepoint)
    guard number >= 0 else { throw BPFError(action, negative: number, step: .findTracepoint) }
    let event = libbpf_shims_open_tracepoint(number)
    guard event >= 0 else { throw BPFError(action, negative: event, step: .openTracepoint) }
    guard let link = bpf_program__attach_perf_event(handle, event) else {
      let errno = Errno(rawValue: currentErrno)
      try? FileDescriptor(rawValue: event).close()
      throw BPFError("attach \(name) to \(section)", errno, log: LibbpfLog.takeHeld())
    }
    return BPFLink(handle: link)
  }

  /// Runs an iterator program once and hands out what it writes, piece by piece.
  ///
  /// - Parameter body: Takes bytes that are valid during the call only; pieces may cut a record.
  public func iterate(_ body: (UnsafeRawBufferPointer) -> Void) throws(BPFError) {
    guard let handle = bpf_program__attach_iter(handle, nil) else {
      throw BPFError("attach the iterator \(name)", Errno(rawValue: currentErrno), log: LibbpfLog.takeHeld())
    }
    let link = BPFLink(handle: handle)
    let file = bpf_iter_create(link.descriptor)
    guard file >= 0 else { throw BPFError("start the iterator \(name)", negative: file) }
    let descriptor = FileDescriptor(rawValue: file)
    defer { try? descriptor.close() }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 8)
    defer { buffer.deallocate() }
    do {
      while true {
        let count = try descriptor.read(into: buffer)
        if count == 0 { return }
        body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      }
    } catch {
      throw BPFError("read the iterator \(name)", error as? Errno ?? .ioError)
    }
  }

  /// Times that the kernel skipped it because it was already running on that CPU (5.12+; 0 before).
  public var recursionMisses: UInt64 { information?.recursion_misses ?? 0 }

  /// Instructions that the verifier followed, each once for every way to it (5.16+; 0 before).
  public var verifiedInstructions: Int { Int(information?.verified_insns ?? 0) }

  private var information: bpf_prog_info? {
    var info = bpf_prog_info()
    var size = UInt32(MemoryLayout<bpf_prog_info>.size)
    return bpf_obj_get_info_by_fd(descriptor, &info, &size) == 0 ? info : nil
  }
}

/// An attached program; giving it up detaches it.
public struct BPFLink: ~Copyable {
  private let handle: OpaquePointer

  init(handle: OpaquePointer) { self.handle = handle }

  deinit { bpf_link__destroy(handle) }

  /// Descriptor of the link.
  public var descriptor: Int32 { bpf_link__fd(handle) }
}
