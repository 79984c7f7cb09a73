import BasicContainers
import CLibbpf
import LibbpfShims
import SystemPackage

/// An opened BPF object: its programs and maps. Closing it unloads whatever has been loaded.
///
/// The kernel verifies a program in the thread that loads it, which takes most of the time of a start. So the object is
/// opened once for its maps, and once more for each part of its programs; the parts share the maps and are loaded by a
/// thread each.
public struct BPFObject: ~Copyable {
  /// Has the maps, and no programs once it is loaded.
  private let whole: OpenedObject
  private var parts: UniqueArray<OpenedObject>
  /// Every program, in the order of the object; a loaded one is that of its part.
  public private(set) var programs: [BPFProgram]

  /// Parses an ELF object.
  ///
  /// - Parameters:
  ///   - image: The object; libbpf copies what it needs.
  ///   - name: Name for libbpf's messages.
  ///   - partCount: Threads that load programs; at least 1.
  /// - Throws: ``BPFError`` if it is no BPF object, or the kernel has no BTF to relocate it against.
  public init(opening image: UnsafeRawBufferPointer, name: String, partCount: Int) throws(BPFError) {
    let whole = try OpenedObject(image, name: name)
    var parts = UniqueArray<OpenedObject>()
    for _ in 0..<partCount { parts.append(try OpenedObject(image, name: name)) }
    programs = whole.programs
    self.whole = whole
    self.parts = parts
  }

  /// The program of a name, which the object must have.
  public borrowing func program(named name: String) throws(BPFError) -> BPFProgram {
    guard let program = programs.first(where: { $0.name == name }) else {
      throw BPFError("find the BPF program \(name)", .noSuchFileOrDirectory)
    }
    return program
  }

  /// The map of a name, which the object must have. Sections are maps too: `.bss` is called `NAME.bss`.
  public borrowing func map(named name: String) throws(BPFError) -> BPFMap {
    guard let map = bpf_object__find_map_by_name(whole.handle, name) else {
      throw BPFError("find the BPF map \(name)", .noSuchFileOrDirectory)
    }
    return BPFMap(handle: map)
  }

  /// Creates the maps, relocates the programs against the running kernel and has it verify them.
  ///
  /// - Throws: ``BPFError`` with the verifier's last lines.
  public mutating func load() throws(BPFError) {
    // libbpf reads the kernel's types for every part, and nobody needs them any more then.
    libbpf_shims_return_large_blocks()
    distribute()
    try whole.load()
    var threads = UniqueArray<LoadingThread>()
    for index in 0..<parts.count {
      try parts[index].share(mapsOf: whole)
      threads.append(LoadingThread(loading: parts[index].handle))
    }
    // Each thread is waited for, also behind one that has failed: it uses its part.
    var failure: BPFError?
    while let thread = threads.popLast() {
      do throws(BPFError) { try thread.join() } catch { failure = failure ?? error }
    }
    if let failure { throw failure }
  }

  /// Deals the wanted programs out to the parts: the longest first, each to the part that has least.
  private mutating func distribute() {
    var lengths = [Int](repeating: 0, count: parts.count)
    let owned = parts.count == 0 ? [] : (0..<parts.count).map { parts[$0].programs }
    for part in owned {
      for program in part { program.setAutoload(false) }
    }
    let wanted = programs.indices.filter { programs[$0].isAutoloaded }
    for index in wanted.sorted(by: { programs[$0].length > programs[$1].length }) {
      guard let least = lengths.indices.min(by: { lengths[$0] < lengths[$1] }) else { return }
      lengths[least] += programs[index].length
      programs[index].setAutoload(false)
      programs[index] = owned[least][index]
      programs[index].setAutoload(true)
    }
  }
}
