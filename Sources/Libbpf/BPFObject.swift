import CLibbpf
import SystemPackage

/// An opened BPF object: its programs and maps. Closing it unloads whatever has been loaded.
public struct BPFObject: ~Copyable {
  private let handle: OpaquePointer

  /// Parses an ELF object.
  ///
  /// - Parameters:
  ///   - image: The object; libbpf copies what it needs.
  ///   - name: Name for libbpf's messages.
  /// - Throws: ``BPFError`` if it is no BPF object, or the kernel has no BTF to relocate it against.
  public init(opening image: UnsafeRawBufferPointer, name: String) throws(BPFError) {
    var options = bpf_object_open_opts()
    options.sz = MemoryLayout<bpf_object_open_opts>.size
    let opened = name.withCString { name in
      options.object_name = name
      return bpf_object__open_mem(image.baseAddress, image.count, &options)
    }
    guard let opened else {
      throw BPFError("open the BPF object", Errno(rawValue: currentErrno), log: LibbpfLog.takeHeld())
    }
    handle = opened
  }

  deinit { bpf_object__close(handle) }

  /// Calls `body` with every program, in the order of the object.
  public borrowing func forEachProgram<E: Error>(_ body: (BPFProgram) throws(E) -> Void) throws(E) {
    var current = bpf_object__next_program(handle, nil)
    while let program = current {
      try body(BPFProgram(handle: program))
      current = bpf_object__next_program(handle, program)
    }
  }

  /// The program of a name, which the object must have.
  public borrowing func program(named name: String) throws(BPFError) -> BPFProgram {
    guard let program = bpf_object__find_program_by_name(handle, name) else {
      throw BPFError("find the BPF program \(name)", .noSuchFileOrDirectory)
    }
    return BPFProgram(handle: program)
  }

  /// The map of a name, which the object must have. Sections are maps too: `.bss` is called `NAME.bss`.
  public borrowing func map(named name: String) throws(BPFError) -> BPFMap {
    guard let map = bpf_object__find_map_by_name(handle, name) else {
      throw BPFError("find the BPF map \(name)", .noSuchFileOrDirectory)
    }
    return BPFMap(handle: map)
  }

  /// Creates the maps, relocates the programs against the running kernel and has it verify them.
  ///
  /// - Throws: ``BPFError`` with the verifier's last lines.
  public borrowing func load() throws(BPFError) {
    _ = LibbpfLog.takeHeld()
    let code = bpf_object__load(handle)
    guard code == 0 else {
      throw BPFError("load the BPF programs", negative: code, log: LibbpfLog.takeHeld())
    }
  }
}
