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
  private let name: String
  private let typesFile: TypesFile?
  private var parts = UniqueArray<OpenedObject>()
  /// Every program, in the order of the object; a loaded one is that of its part.
  public private(set) var programs: [BPFProgram]

  /// Parses an ELF object.
  ///
  /// - Parameters:
  ///   - image: The object.
  ///   - name: Name for libbpf's messages.
  ///   - types: What the programs are relocated against.
  /// - Throws: ``BPFError`` if it is no BPF object, or the kernel has no BTF to relocate it against.
  public init(
    opening image: UnsafeRawBufferPointer, name: String, types: borrowing KernelTypes
  ) throws(BPFError) {
    let typesFile = TypesFile()
    let whole = try OpenedObject(image, name: name, types: typesFile?.path ?? KernelTypes.path)
    try typesFile?.write(types.subset(usedBy: whole.types))
    programs = whole.programs
    self.whole = whole
    self.name = name
    self.typesFile = typesFile
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
  /// - Parameters:
  ///   - image: The object once more.
  ///   - partCount: Threads that load programs; at least 1.
  /// - Throws: ``BPFError`` with the verifier's last lines.
  public mutating func load(from image: UnsafeRawBufferPointer, partCount: Int) throws(BPFError) {
    // A part reads all of the kernel's types if it has iterators, and nobody needs them any more then.
    libbpf_shims_return_large_blocks()
    let shares = shares(of: partCount)
    for program in programs { program.setAutoload(false) }
    try whole.load()
    var threads = UniqueArray<LoadingThread>()
    let types = typesFile?.path ?? KernelTypes.path
    for share in shares {
      threads.append(LoadingThread(share, of: image, name: name, types: types, whole: whole.handle))
    }
    // Each thread is waited for, also behind one that has failed: it uses the image.
    var failure: BPFError?
    for share in shares.reversed() {
      guard let thread = threads.popLast() else { break }
      do throws(BPFError) {
        let part = try thread.join()
        let loaded = part.programs
        for index in share { programs[index] = loaded[index] }
        parts.append(part)
      } catch {
        failure = failure ?? error
      }
    }
    if let failure { throw failure }
  }

  /// The same for a few programs that use no maps but the sections: no other map is created, and the caller's own thread
  /// loads what is set to be loaded.
  public borrowing func loadWithoutMaps() throws(BPFError) {
    var map = bpf_object__next_map(whole.handle, nil)
    while let current = map {
      if !bpf_map__is_internal(current) { bpf_map__set_autocreate(current, false) }
      map = bpf_object__next_map(whole.handle, current)
    }
    try whole.load()
  }

  /// What the kernel's types cost whoever loads iterators, in instructions: libbpf reads all of them for these.
  private static let typesCost = 3000

  /// Deals the wanted programs out, by their numbers: all iterators to the first part, then the longest first, each to
  /// the part that has least.
  private borrowing func shares(of partCount: Int) -> [[Int]] {
    let wanted = programs.indices.filter { programs[$0].isAutoloaded }
    var shares = [[Int]](repeating: [], count: max(partCount, 1))
    var costs = [Int](repeating: 0, count: shares.count)
    shares[0] = wanted.filter { programs[$0].isIterator }
    costs[0] = shares[0].reduce(shares[0].isEmpty ? 0 : Self.typesCost) { $0 + programs[$1].length }
    let others = wanted.filter { !programs[$0].isIterator }.map { (index: $0, length: programs[$0].length) }
    for program in others.sorted(by: { $0.length > $1.length }) {
      let least = costs.indices.min { costs[$0] < costs[$1] } ?? 0
      costs[least] += program.length
      shares[least].append(program.index)
    }
    return shares.filter { !$0.isEmpty }
  }
}
