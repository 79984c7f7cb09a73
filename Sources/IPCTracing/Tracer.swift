import BasicContainers
import Glibc
import IPCFiltering
import IPCModel
import KernelPrograms
import Libbpf
import ProgramNames
import RecordLayout
import SystemPackage

/// The BPF programs of one trace: loaded at its creation, watching from ``attach()`` on, gone with it.
public struct Tracer: ~Copyable {
  private let programs: LoadedPrograms
  private let selection: Selection
  private let shared: UnsafeMutablePointer<ipc_shared>
  /// Channels of interest for which the kernel's table has room for certain.
  private let channelRoom: UInt64
  /// Channels of interest that had no room when the trace began.
  private var untraced: UInt64 = 0
  /// Whether a given process was there when the trace began.
  public private(set) var hasGivenProcesses = false
  /// How many children of each given process were there when the trace began, and are not traced.
  public private(set) var childCounts: [Int32: Int] = [:]
  private var links = UniqueArray<BPFLink>()
  /// Names of programs whose tracepoint the kernel does not have.
  private var unattached: Set<String> = []

  /// Where the records come out.
  public var ring: RingBuffer

  /// Which contents are left out; nil unless ``Configuration/omitsContents`` is set.
  public let omissions: OmissionTable?

  /// Program type that watches the syscalls; never `auto`.
  public var hook: Hook { programs.hook }

  /// Loads the programs that a configuration needs.
  ///
  /// - Throws: ``Failure`` without privilege, /proc or BTF, or if the kernel refuses a program.
  public init(_ configuration: Configuration) throws(Failure) {
    guard KernelFeatures.hasProcesses else { throw .withoutProcesses }
    try Capabilities.require()
    guard KernelFeatures.hasSysfs else { throw .withoutSysfs }
    guard KernelFeatures.hasTypes else { throw .withoutBTF }
    let programs = try LoadedPrograms.load(configuration, scope: KernelScope(configuration.selection))
    let ring: RingBuffer
    let shared: UnsafeMutablePointer<ipc_shared>
    let omissions: OmissionTable?
    do throws(BPFError) {
      shared = try Self.sharedState(of: programs)
      omissions =
        configuration.omitsContents
        ? OmissionTable(try programs.object.map(.omissions).sharedMemory()) : nil
      ring = try RingBuffer(map: programs.object.map(.ring), size: configuration.ringSize)
    } catch {
      throw .refused(error, hook: programs.hook)
    }
    self.shared = shared
    self.ring = ring
    self.omissions = omissions
    channelRoom = programs.channelRoom
    self.programs = programs
    selection = configuration.selection
  }

  /// Maps what Swift and the programs share, and fills in who ipcdump is.
  private static func sharedState(
    of programs: borrowing LoadedPrograms
  ) throws(BPFError) -> UnsafeMutablePointer<ipc_shared> {
    let shared = try programs.object.map(.shared).sharedMemory().assumingMemoryBound(
      to: ipc_shared.self)
    shared.pointee.self_tgid = UInt32(bitPattern: getpid())
    // In a pid namespace of its own, ipcdump has another number outside; a program can tell.
    if !PidNamespace.isInitial { try programs.object.iterator(.ownPlace).iterate { _ in } }
    if programs.readsPages { try PageProbe(shared).run(in: programs) }
    return shared
  }

  /// Starts watching. Channels that processes of interest already hold are of interest from then on.
  ///
  /// - Returns: The channels that are open now, and who holds them.
  /// - Throws: ``Failure`` if the kernel refuses a program.
  public mutating func attach() throws(Failure) -> [OpenChannel] {
    do throws(BPFError) {
      var attached = UniqueArray<BPFLink>()
      var unattached: Set<String> = []
      for placed in programs.placed where placed.isLoaded && placed.isAttachable {
        do throws(BPFError) {
          attached.append(try placed.program.attach())
        } catch {
          // Without what is seen in the middle of calls, less is certain.
          if !placed.place.table.isOptional { throw error }
          unattached.insert(placed.program.name)
        }
      }
      links = attached
      self.unattached = unattached
    } catch {
      throw .refused(error, hook: hook)
    }
    try chooseProcesses()
    try run(.chosenThreads)
    try run(.sleepingCalls)
    let held = try openChannels()
    untraced = forgottenChannels
    return held
  }

  /// Lets given processes enter the scope, and their descendants if they are followed.
  private mutating func chooseProcesses() throws(Failure) {
    var chosen = try read(by: .chosenProcesses, as: ipc_process.self)
    while chosen.contains(where: { $0.is_in_scope != 0 }) {
      hasGivenProcesses = true
      chosen = try read(by: .chosenProcesses, as: ipc_process.self)
    }
    for child in chosen {
      childCounts[Int32(bitPattern: child.parent), default: 0] += 1
    }
  }

  /// Lets an iterator that writes nothing tell the programs what there is, if the trace has need of it.
  private borrowing func run(_ iterator: KernelIterator) throws(Failure) {
    do throws(BPFError) {
      let program = try programs.object.iterator(iterator)
      if program.isAutoloaded { try program.iterate { _ in } }
    } catch {
      throw .refused(error, hook: hook)
    }
  }

  /// Channels that may have fallen out of the kernel's table, although they are of interest.
  private var forgottenChannels: UInt64 {
    let met = shared.pointee.channels_met
    return met - min(met, channelRoom)
  }

  /// Whether others may by now have sent over a channel of interest without being seen.
  public var hasForgottenChannels: Bool { forgottenChannels > 0 }

  /// Lets records come without waking who polls the ring.
  ///
  /// - Parameter part: Bytes, a power of two; each time as many more wait in the ring, it is woken nevertheless. 0 to be
  ///   woken at once.
  public borrowing func letRecordsWait(_ part: Int) {
    shared.pointee.nap_part = UInt64(part)
  }

  /// Stops watching; what is in the ring stays there.
  public mutating func detach() {
    links = UniqueArray<BPFLink>()
  }

  /// Lets what lies unread in open channels come through the ring, when the trace has been ended by ``detach()``.
  ///
  /// - Returns: Whether more waits for room in the ring.
  public borrowing func collectUnread() throws(Failure) -> Bool {
    guard programs.readsPages else { return false }
    var isWaiting = false
    do throws(BPFError) {
      try programs.object.iterator(.unreadContents).iterate { _ in isWaiting = true }
    } catch {
      throw .refused(error, hook: hook)
    }
    return isWaiting
  }

  /// The channels of the traced kinds that are open now, and who holds them.
  public borrowing func openChannels() throws(Failure) -> [OpenChannel] {
    try read(by: .openChannels, as: ipc_held.self).map { OpenChannel($0) }
  }

  /// What processes have mapped shared now; nothing if the trace is not about that.
  public borrowing func mappedMemory() throws(Failure) -> [MappedMemory] {
    guard selection.kinds.contains(.sharedMemory) else { return [] }
    var bytes: [UInt8] = []
    do throws(BPFError) {
      let program = try programs.object.iterator(.sharedMappings)
      if program.isAutoloaded {
        try program.iterate { bytes.append(contentsOf: $0) }
        return MappedMemory.list(bytes)
      }
    } catch {
      throw .refused(error, hook: hook)
    }
    let chosen = try read(by: .mappingProcesses, as: ipc_process.self)
    return MappedMemory.fromProc(chosen: Set(chosen.map { Int32(bitPattern: $0.tgid) }))
  }

  /// The threads that are asleep now in a transfer, or until one is possible.
  ///
  /// To be asked only of a trace whose ``Configuration/tellsWaiting`` is set.
  public borrowing func waitingThreads() throws(Failure) -> [WaitingThread] {
    // The kernel tells when a thread last got a CPU, ipcdump's own for comparison; after a moment's sleep, that is now.
    usleep(1)
    let waiting = try read(by: .blockedThreads, as: ipc_waiting.self)
    let hasSets = waiting.contains { UInt32($0.call) == IPC_WAITING_SET.rawValue }
    return WaitingThread.threads(
      waiting, watched: hasSets ? try read(by: .watchedFiles, as: ipc_watched.self) : [])
  }

  /// What an iterator writes; nothing if the trace has no need of it.
  private borrowing func read<Layout: BitwiseCopyable>(
    by iterator: KernelIterator, as layout: Layout.Type
  ) throws(Failure) -> [Layout] {
    var bytes: [UInt8] = []
    do throws(BPFError) {
      let program = try programs.object.iterator(iterator)
      if program.isAutoloaded { try program.iterate { bytes.append(contentsOf: $0) } }
    } catch {
      throw .refused(error, hook: hook)
    }
    let size = MemoryLayout<Layout>.size
    return bytes.withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count - size + 1, by: size).map {
        bytes.loadUnaligned(fromByteOffset: $0, as: layout)
      }
    }
  }

  /// Whether the memory of pages has been found, so that contents can be taken from the pipes' own.
  var findsPages: Bool { shared.pointee.page_constant != 0 }

  /// Calls `body` with every program of the chosen type that has a tracepoint of its own, and whether it is attached.
  borrowing func forEachAttachable(_ body: (BPFProgram, ProgramPlace, Bool) -> Void) {
    for placed in programs.placed where placed.isAttachable {
      body(
        placed.program, placed.place, placed.isLoaded && !unattached.contains(placed.program.name))
    }
  }

  /// Lets a process enter the scope with its next exec.
  ///
  /// - Parameter pid: Process id in ipcdump's own pid namespace.
  public borrowing func arm(_ pid: Int32) {
    shared.pointee.armed = UInt32(bitPattern: pid)
  }

  /// Processes of the scope that have not exited, if it is of processes.
  public var processCount: Int { Int(Int32(bitPattern: shared.pointee.processes_live)) }

  /// Processes of the scope that still exist, by their numbers in ipcdump's own pid namespace; the count can be wrong if
  /// an exit went unseen.
  public borrowing func livingProcesses() throws(Failure) -> [Int32] {
    try read(by: .livingProcesses, as: ipc_process.self).map { Int32(bitPattern: $0.tgid) }
  }

  /// A process of the scope that has made another one, which is not traced; nil as long as none has.
  public var parent: Int32? { shared.pointee.parent == 0 ? nil : Int32(bitPattern: shared.pointee.parent) }

  /// Leaves channels out of the trace, such as those that show ipcdump's own output.
  ///
  /// - Parameter directions: The channels, as ``openChannels()`` names them.
  public borrowing func exclude(_ directions: some Sequence<OpenChannel.Direction>) throws(Failure) {
    do throws(BPFError) {
      let chain = try programs.object.map(.outputChain)
      for direction in directions {
        markOutput(direction.channel)
        try chain.update(direction.channel, ipc_shown(inode: direction.inode, is_first: 1, pad: 0))
        try programs.object.map(.channels).remove(direction.channel)
      }
    } catch {
      throw .refused(error, hook: hook)
    }
  }

  /// Lets the programs look for a channel in `output_chain` (`IPC_OUTPUT_MARK`).
  private borrowing func markOutput(_ channel: UInt64) {
    withUnsafeMutableBytes(of: &shared.pointee.output_marks) { marks in
      marks[Int((channel &* IPC_HASH_FACTOR) >> 56)] = 1
    }
  }

  /// Operations of a kind that could not be recorded since the start, and their bytes.
  public borrowing func lost(_ kind: Kind) -> (records: UInt64, bytes: UInt64) {
    withUnsafePointer(to: &shared.pointee.lost) { losses in
      losses.withMemoryRebound(to: ipc_loss.self, capacity: Kind.all.count) { losses in
        let loss = losses[Int(kind.rawValue)]
        return (loss.records, loss.bytes)
      }
    }
  }

  /// Losses since the start whose kind cannot be known: programs that the kernel skipped, because they were running
  /// already on that CPU, descendants that could not be followed, and channels that there was no room for.
  public borrowing func skipped() -> UInt64 {
    var sum = UInt64(shared.pointee.processes_lost) + untraced
    // What an interrupt could not keep of a call was not of the interrupted thread's call.
    for placed in programs.placed where placed.isLoaded && placed.place.table != .context {
      sum += placed.program.recursionMisses
    }
    return sum
  }
}
