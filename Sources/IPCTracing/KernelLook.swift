import Glibc
import KernelPrograms
import Libbpf
import RecordLayout

/// What the kernel tells of threads and open files by iterators: faster than /proc does, and more. Nothing is traced for
/// that.
public final class KernelLook {
  /// A thread.
  public struct Sleeper: Sendable {
    /// Its number in this pid namespace.
    public let tid: Int32
    /// How long it has had no CPU, in nanoseconds; nil if the kernel does not tell.
    public let duration: UInt64?
    /// When it got a CPU last, by a clock of the scheduler; nil if the kernel does not tell.
    public let arrival: UInt64?
    /// Of a process's first thread: signals that running timers will send to the process (bit n − 1 is signal n).
    public let timers: UInt64
  }

  /// A descriptor of a process.
  public struct OpenFile: Sendable {
    /// Who has it.
    public let pid: Int32
    /// Its number.
    public let number: Int32
    /// Inode of the file.
    public let inode: UInt64
    /// What an anonymous file is about; the same for all descriptors of it.
    public let object: UInt64
    /// Numbers of its file system, and of itself if it is a device.
    public let device: UInt32, node: UInt32
    /// Magic number of its file system.
    public let system: UInt32
    /// Type and permissions.
    public let mode: UInt16
    /// What it was opened for.
    public let canRead: Bool, canWrite: Bool
    private let nameBytes: InlineArray<16, UInt8>

    /// The last part of its path; of an anonymous file what it is, such as `[eventfd]`.
    public var name: String {
      nameBytes.span.withUnsafeBytes { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    init(_ raw: ipc_open_file) {
      pid = Int32(bitPattern: raw.tgid)
      number = Int32(bitPattern: raw.fd)
      inode = raw.inode
      object = raw.object
      device = raw.device
      node = raw.node
      system = raw.system
      mode = raw.mode
      canRead = raw.access & 1 != 0
      canWrite = raw.access & 2 != 0
      nameBytes = withUnsafeBytes(of: raw.name) { bytes in InlineArray { bytes[$0] } }
    }
  }

  private let object: BPFObject

  /// Loads the iterators; nil without the privilege to, or on a kernel that cannot.
  public convenience init?() { self.init(form: nil) }

  /// - Parameter form: Which compilation; nil for the one that costs least.
  init?(form: ObjectForm?) {
    guard Capabilities.missing.isEmpty, KernelFeatures.hasTypes, let types = KernelTypes() else { return nil }
    do throws(BPFError) {
      let wanted: Set<KernelIterator> =
        PidNamespace.isInitial ? [.sleepers, .allFiles] : [.sleepers, .allFiles, .ownPlace]
      let object = try KernelPrograms.withObject(form ?? LoadedPrograms.form(types)) {
        image throws(BPFError) in
        let object = try BPFObject(opening: image, name: "ipcdump", types: types)
        for program in object.programs {
          program.setAutoload(KernelIterator(rawValue: program.name).map(wanted.contains) ?? false)
        }
        var settings = ipc_settings()
        settings.pidns_inum = PidNamespace.inode
        try object.map(.settings).initialMemory?.storeBytes(of: settings, as: ipc_settings.self)
        try object.loadWithoutMaps()
        return object
      }
      if wanted.contains(.ownPlace) { try object.iterator(.ownPlace).iterate { _ in } }
      self.object = object
    } catch {
      return nil
    }
  }

  /// Every thread, but for those of the kernel; nil if the kernel refuses.
  public func sleepers() -> [Sleeper]? {
    // For comparison, the kernel is asked when this thread got a CPU last: just now, behind a moment's sleep.
    usleep(1)
    return told(by: .sleepers, as: ipc_sleeper.self) { raw in
      Sleeper(
        tid: Int32(bitPattern: raw.tid), duration: raw.idle == .max ? nil : raw.idle,
        arrival: raw.arrival == 0 ? nil : raw.arrival, timers: raw.timers)
    }
  }

  /// Everything that processes have open; nil if the kernel refuses.
  public func openFiles() -> [OpenFile]? { told(by: .allFiles, as: ipc_open_file.self) { OpenFile($0) } }

  private func told<Layout: BitwiseCopyable, Element>(
    by iterator: KernelIterator, as layout: Layout.Type, _ make: (Layout) -> Element
  ) -> [Element]? {
    var bytes: [UInt8] = []
    do throws(BPFError) {
      try object.iterator(iterator).iterate { bytes.append(contentsOf: $0) }
    } catch {
      return nil
    }
    let size = MemoryLayout<Layout>.size
    return bytes.withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count - size + 1, by: size).map {
        make(bytes.loadUnaligned(fromByteOffset: $0, as: layout))
      }
    }
  }
}
