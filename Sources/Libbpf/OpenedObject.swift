import CLibbpf
import SystemPackage

/// An ELF object that libbpf has parsed.
struct OpenedObject: ~Copyable {
  let handle: OpaquePointer

  /// Opens it.
  ///
  /// - Parameters:
  ///   - image: The object; libbpf copies what it needs.
  ///   - name: Name for libbpf's messages.
  ///   - types: File with the kernel's types, to be read when the programs are loaded. It is named in any case, so that
  ///     libbpf does not look for a type that this kernel lacks in its modules, too: that needs CAP_SYS_ADMIN.
  init(_ image: UnsafeRawBufferPointer, name: String, types: String) throws(BPFError) {
    var options = bpf_object_open_opts()
    options.sz = MemoryLayout<bpf_object_open_opts>.size
    let opened = name.withCString { name in
      types.withCString { types in
        options.object_name = name
        options.btf_custom_path = types
        return bpf_object__open_mem(image.baseAddress, image.count, &options)
      }
    }
    guard let opened else {
      throw BPFError("open the BPF object", Errno(rawValue: currentErrno), log: LibbpfLog.takeHeld())
    }
    handle = opened
  }

  deinit { bpf_object__close(handle) }

  /// Its programs, in the order of the object.
  var programs: [BPFProgram] {
    var programs: [BPFProgram] = []
    var current = bpf_object__next_program(handle, nil)
    while let program = current {
      programs.append(BPFProgram(handle: program))
      current = bpf_object__next_program(handle, program)
    }
    return programs
  }

  /// The types that its programs use, as BTF.
  var types: UnsafeRawBufferPointer {
    var size: UInt32 = 0
    let start = bpf_object__btf(handle).flatMap { btf__raw_data($0, &size) }
    return UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : Int(size))
  }

  /// Creates the maps and loads the programs that are set to be loaded.
  borrowing func load() throws(BPFError) {
    _ = LibbpfLog.takeHeld()
    let code = bpf_object__load(handle)
    guard code == 0 else {
      throw BPFError("load the BPF programs", negative: code, step: .load, log: LibbpfLog.takeHeld())
    }
  }

  /// Uses the maps of another opening of the same object, which is loaded.
  ///
  /// - Parameter other: libbpf's handle of that one.
  borrowing func share(mapsOf other: OpaquePointer) throws(BPFError) {
    var map = bpf_object__next_map(handle, nil)
    var loaded = bpf_object__next_map(other, nil)
    while let mine = map, let theirs = loaded {
      let code = bpf_map__reuse_fd(mine, bpf_map__fd(theirs))
      guard code == 0 else {
        throw BPFError("share the BPF map \(BPFMap(handle: mine).name)", negative: code)
      }
      map = bpf_object__next_map(handle, mine)
      loaded = bpf_object__next_map(other, theirs)
    }
  }
}
