import CLibbpf
import Glibc
import LibbpfShims
import SystemPackage

/// Type information (BTF) of the running kernel.
public struct KernelTypes: ~Copyable {
  /// Where the kernel shows it.
  static let path = "/sys/kernel/btf/vmlinux"

  private let memory: UnsafeMutableRawBufferPointer
  private let image: TypeImage

  /// Reads `/sys/kernel/btf/vmlinux`; nil if there is none, or of a form that is not known.
  public init?() {
    guard let file = try? FileDescriptor.open(Self.path, .readOnly) else { return nil }
    defer { try? file.close() }
    // The size of this file is that of its contents.
    guard let size = try? file.seek(offset: 0, from: .end), size > 0,
      (try? file.seek(offset: 0, from: .start)) == 0
    else { return nil }
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: Int(size), alignment: 8)
    var count = 0
    while count < memory.count,
      let read = try? file.read(into: UnsafeMutableRawBufferPointer(rebasing: memory[count...])), read > 0
    {
      count += read
    }
    guard count == memory.count, let image = TypeImage(UnsafeRawBufferPointer(memory)) else {
      memory.deallocate()
      return nil
    }
    self.memory = memory
    self.image = image
  }

  deinit { memory.deallocate() }

  /// Whether the kernel has a tracepoint: each has a type `btf_trace_NAME` (include/trace/bpf_probe.h).
  public borrowing func hasTracepoint(_ name: String) -> Bool {
    find("btf_trace_\(name)", .alias) != nil
  }

  /// Whether the kernel has iterators over some things: each has a function `bpf_iter_NAME`.
  public borrowing func hasIterator(_ name: String) -> Bool { number(ofFunction: "bpf_iter_\(name)") != nil }

  /// Whether a struct has a member of its own; those of anonymous members are not looked at.
  public borrowing func hasMember(_ name: String, of structure: String) -> Bool {
    guard let type = find(structure, .structure) else { return false }
    return stride(from: 3, to: type.count / 4, by: 3).contains {
      image.name(at: type.word($0)).elementsEqual(name.utf8)
    }
  }

  /// Whether the types name a variable; most name those that each CPU has its own of, and no others.
  public borrowing func hasVariable(_ name: String) -> Bool {
    find(name, .variable) != nil
  }

  /// Number of a struct.
  borrowing func number(ofStructure name: String) -> UInt32? { entry(name, .structure)?.id }

  /// Number of a function. Calls of it name it by that.
  borrowing func number(ofFunction name: String) -> UInt32? { image.number(ofFunction: name) }

  /// The types that the relocations of an object can mean, as an image of their own, which libbpf reads and searches in a
  /// small part of the time.
  ///
  /// It has all types whose names the object uses, so that what this kernel lacks is missing there, too.
  ///
  /// - Parameter types: The object's own types; if they cannot be read, nothing is left out.
  borrowing func subset(usedBy types: UnsafeRawBufferPointer) -> [UInt8] {
    guard let used = TypeImage(types) else { return [UInt8](memory) }
    return TypeSubset(of: image, named: Set(used.entries.map(\.name))).bytes
  }

  private borrowing func find(_ name: String, _ kind: TypeKind) -> UnsafeRawBufferPointer? {
    entry(name, kind).map { image.words(of: $0.id) }
  }

  private borrowing func entry(_ name: String, _ kind: TypeKind) -> TypeImage.Entry? {
    let hash = NameHash(name)
    return image.entries.first { entry in
      guard entry.name == hash else { return false }
      let type = image.words(of: entry.id)
      return TypeKind(information: type.word(1)) == kind
        && image.name(at: type.word(0)).elementsEqual(name.utf8)
    }
  }
}

/// A file in memory for type information, which libbpf opens by its path.
final class TypesFile {
  private let descriptor: FileDescriptor

  /// Creates it; nil if the kernel gives no such file, or /proc does not show it.
  init?() {
    let file = libbpf_shims_create_memory_file("types")
    guard file >= 0 else { return nil }
    descriptor = FileDescriptor(rawValue: file)
    if access(path, R_OK) != 0 { return nil }
  }

  deinit { try? descriptor.close() }

  /// Where it can be opened, as long as it is there.
  var path: String { "/proc/self/fd/\(descriptor.rawValue)" }

  /// Fills it.
  func write(_ bytes: [UInt8]) throws(BPFError) {
    do {
      try bytes.withUnsafeBytes { _ = try descriptor.writeAll($0) }
    } catch {
      throw BPFError("keep the kernel's types in memory", error as? Errno ?? .ioError)
    }
  }
}
