import Glibc
import IPCFiltering
import IPCModel
import KernelPrograms
import Libbpf
import ProgramNames
import RecordLayout

/// The BPF object in the kernel, with the programs that one trace needs and nothing else.
struct LoadedPrograms: ~Copyable {
  let object: BPFObject
  /// The programs of the chosen type, but for iterators.
  let placed: [PlacedProgram]
  let hook: Hook
  /// Whether contents are taken from pages: of pipes, and of what nobody has received.
  let readsPages: Bool
  /// Channels of interest that are not forgotten for others; without a filter, nothing is missed by forgetting.
  let channelRoom: UInt64

  /// Open files that one process is expected to have several times.
  private static let releasedFileLimit: UInt32 = 4096
  /// Threads that load programs, if there are as many CPUs.
  private static let maximalParts = 4

  /// Opens, prepares and loads the object with one program type.
  private init(
    _ configuration: Configuration, scope: KernelScope, hook: Hook, form: ObjectForm,
    _ types: borrowing KernelTypes
  ) throws(BPFError) {
    let readsPages =
      configuration.captureLimit > 0 && configuration.selection.kinds.contains { $0.row.carriesBytes }
    let processes = scope.processes
    let names = WantedNames(scope)
    let channelLimit = Self.channelLimit(processes)
    var places: [ProgramPlace?] = []
    let object = try KernelPrograms.withObject(form) { image throws(BPFError) in
      var object = try BPFObject(opening: image, name: "ipcdump", types: types)
      places = object.programs.map { KernelPrograms.places[$0.name] }
      var settings = Self.settings(configuration, scope: processes)
      settings.choose(scope, names)
      for (program, place) in zip(object.programs, places) {
        let isNeeded = Self.isNeeded(
          program, at: place, configuration, scope: processes, hook: hook, types, readsPages: readsPages)
        program.setAutoload(isNeeded)
        if isNeeded, let place { settings.noteHandler(at: place) }
      }
      try object.map(.ring).setMaxEntries(UInt32(configuration.ringSize))
      var hookCount = IPC_HOOK_COUNT.rawValue
      if configuration.extras.contains(.lifecycle) {
        hookCount += IPC_LIFE_HOOK_COUNT.rawValue
        try object.map(.releasedFiles).setMaxEntries(Self.releasedFileLimit)
      }
      try object.map(.scratches).setMaxEntries(Features.possibleCPUCount * hookCount)
      try object.map(.channels).setMaxEntries(channelLimit)
      if configuration.omitsContents { try object.map(.omissions).setMaxEntries(IPC_OMISSION_LIMIT) }
      if case .comms = processes { try object.map(.pastWrites).setMaxEntries(Self.pastChannels) }
      if settings.named_kinds != 0 { try object.map(.pathAnswers).setMaxEntries(Self.pathAnswers) }
      if settings.filters_ports != 0 { try object.map(.wantedPorts).setMaxEntries(Self.portEntries) }
      try object.map(.settings).initialMemory?.storeBytes(
        of: settings, as: ipc_settings.self)
      let partCount = min(max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1), Self.maximalParts)
      try object.load(from: image, partCount: partCount)
      return object
    }
    // Loaded or not, programs keep their order.
    let placed: [PlacedProgram] = zip(object.programs, places).compactMap { program, place in
      guard let place, place.isVariant(of: hook) else { return nil }
      return PlacedProgram(program: program, place: place, isLoaded: program.isAutoloaded)
    }
    try Self.fillTables(of: object, with: placed)
    try Self.fill(processes, of: object)
    try Self.fill(scope, names, of: object)
    self.object = object
    self.placed = placed
    self.hook = hook
    // Free entries that wait at other CPUs are not used (LOCAL_FREE_TARGET, kernel/bpf/bpf_lru_list.c).
    let reserve = min(channelLimit, 128 * Features.possibleCPUCount)
    channelRoom = processes == .all ? .max : UInt64(channelLimit - reserve)
    self.readsPages = readsPages
  }

  /// Whether a program is loaded; without a place, it is an iterator.
  private static func isNeeded(
    _ program: BPFProgram, at place: ProgramPlace?, _ configuration: Configuration, scope: ProcessScope,
    hook: Hook, _ types: borrowing KernelTypes, readsPages: Bool
  ) -> Bool {
    guard let place else {
      return isNeeded(iterator: program.name, configuration, scope: scope, types, readsPages: readsPages)
    }
    return place.isNeeded(
      for: configuration.selection, scope: scope, withContents: configuration.captureLimit > 0,
      extras: configuration.extras)
      && place.isVariant(of: hook)
      && (!place.table.isOptional || types.hasTracepoint(program.tracepoint))
  }

  private static func isNeeded(
    iterator name: String, _ configuration: Configuration, scope: ProcessScope,
    _ types: borrowing KernelTypes, readsPages: Bool
  ) -> Bool {
    switch KernelIterator(rawValue: name) {
    case .chosenThreads:
      if case .comms = scope {
        configuration.selection.kinds.contains { $0.row.hasDescriptors }
      } else {
        false
      }
    case .chosenProcesses: scope.givenPids != nil
    case .livingProcesses: scope.isOfProcesses
    case .openChannels: configuration.selection.kinds.contains { $0.row.hasDescriptors }
    case .blockedThreads, .watchedFiles: configuration.tellsWaiting
    case .ownPages, .unreadContents: readsPages
    case .ownPlace: !PidNamespace.isInitial
    case .sleepingCalls: !configuration.selection.kinds.isDisjoint(with: [.sysvSemaphore, .futex])
    case .sharedMappings:
      configuration.selection.kinds.contains(.sharedMemory) && types.hasIterator("task_vma")
    case .mappingProcesses:
      configuration.selection.kinds.contains(.sharedMemory) && !types.hasIterator("task_vma")
    // For KernelLook alone, which traces nothing.
    case .sleepers, .allFiles: false
    case nil: false
    }
  }

  /// Channels of which it is kept who wrote to them before they came into a scope by name; one takes about 500 bytes of the
  /// kernel's memory.
  private static let pastChannels: UInt32 = 8192

  /// Most entries of the map `channels`; one takes about 100 bytes of the kernel's memory.
  private static let channelLimits: ClosedRange<UInt32> = 65536...1 << 20

  /// Room for the channels that processes of interest may hold: as many as there are open files, and for later ones.
  private static func channelLimit(_ scope: ProcessScope) -> UInt32 {
    switch scope {
    // What others do is seen in any case, and a command holds little when it begins.
    case .all, .tree: return channelLimits.lowerBound
    case .pids, .descendants, .comms, .users, .cgroups:
      let least = UInt64(channelLimits.lowerBound)
      return UInt32(clamping: min(KernelFeatures.openFiles + least, UInt64(channelLimits.upperBound)))
    }
  }

  /// Loads with the configured hook; with `auto`, with the other one if the kernel refuses the first.
  ///
  /// - Parameter form: Which compilation; nil for the best one that the kernel takes.
  /// - Throws: ``Failure`` that says which program was refused and why.
  static func load(
    _ configuration: Configuration, scope: KernelScope, form: ObjectForm? = nil
  ) throws(Failure) -> LoadedPrograms {
    guard let types = KernelTypes() else { throw .withoutBTF }
    let form = form ?? Self.form(types)
    let isFree = configuration.hook == .auto
    let first = isFree ? Hook(losingNothingUnder: Preemption(types)) : configuration.hook
    let refusal: BPFError
    do throws(BPFError) {
      return try LoadedPrograms(configuration, scope: scope, hook: first, form: form, types)
    } catch {
      guard isFree else { throw .refused(error, hook: first) }
      refusal = error
    }
    let second = first.other
    do throws(BPFError) {
      return try LoadedPrograms(configuration, scope: scope, hook: second, form: form, types)
    } catch {
      throw .refused(refusal, hook: first, alsoBy: error)
    }
  }

  /// The compilation that costs least here.
  static func form(_ types: borrowing KernelTypes) -> ObjectForm {
    if let reads = DirectReads(types) {
      return .readingDirectly(function: reads.function, type: reads.type)
    }
    return Features.allowsCallsBesideTailCalls ? .withFunctions : .withoutFunctions
  }

  private static func settings(_ configuration: Configuration, scope: ProcessScope) -> ipc_settings {
    var settings = ipc_settings()
    settings.skips_self = configuration.includesSelf ? 0 : 1
    settings.scope = scope.setting
    settings.pidns_inum = PidNamespace.inode
    settings.kinds = configuration.selection.kinds.reduce(0) { $0 | 1 << UInt32($1.rawValue) }
    settings.capture_limit = configuration.captureLimit
    settings.tells_images = configuration.extras.contains(.images) ? 1 : 0
    settings.tells_kernel_netlink = configuration.extras.contains(.kernelNetlink) ? 1 : 0
    settings.tells_exits = configuration.extras.contains(.exits) ? 1 : 0
    settings.follows_children = scope.followsChildren ? 1 : 0
    settings.cpu_count = Features.possibleCPUCount
    settings.omits_contents = configuration.omitsContents ? 1 : 0
    return settings
  }

  /// Puts the loaded handlers where the dispatchers look for them.
  private static func fillTables(
    of object: borrowing BPFObject, with placed: [PlacedProgram]
  ) throws(BPFError) {
    for placed in placed where placed.isLoaded {
      guard let name = placed.place.map else { continue }
      let table = try object.map(name)
      for slot in placed.place.slots where slot < table.maxEntries {
        try table.update(slot, placed.program.descriptor)
      }
    }
  }

  private static func fill(_ scope: ProcessScope, of object: borrowing BPFObject) throws(BPFError) {
    switch scope {
    case .all, .tree: break
    case .pids(let pids), .descendants(let pids):
      let map = try object.map(.pids)
      for pid in pids { try map.update(UInt32(bitPattern: pid), UInt8(1)) }
    case .comms(let comms):
      let map = try object.map(.comms)
      for comm in comms { try map.update(comm, UInt8(1)) }
    case .users(let users):
      let map = try object.map(.users)
      for user in users { try map.update(user, UInt8(1)) }
    case .cgroups(let cgroups):
      let map = try object.map(.cgroups)
      for id in cgroups.members.union(cgroups.growing) {
        let part =
          (cgroups.members.contains(id) ? IPC_CGROUP_MEMBER.rawValue : 0)
          | (cgroups.growing.contains(id) ? IPC_CGROUP_GROWS.rawValue : 0)
        try map.update(id, UInt8(part))
      }
    }
  }

  /// Tells the programs which channels are wanted.
  private static func fill(
    _ scope: KernelScope, _ names: WantedNames, of object: borrowing BPFObject
  ) throws(BPFError) {
    for name in names.names { try object.map(.wantedNames).update(name, UInt8(1)) }
    for address in scope.addresses ?? [] { try object.map(.wantedAddresses).update(address.words, UInt8(1)) }
    guard scope.ports != PortScope() else { return }
    let map = try object.map(.wantedPorts)
    let all = PortScope.Ends(source: .all, destination: .all)
    let (wanted, unwanted) = (scope.ports.wanted ?? all, scope.ports.unwanted)
    for entry in 0..<Int(portEntries) {
      let ports = ipc_wanted_ports(
        sources: wanted.source.words[entry], destinations: wanted.destination.words[entry],
        unwanted_sources: unwanted.source.words[entry],
        unwanted_destinations: unwanted.destination.words[entry])
      try map.update(UInt32(entry), ports)
    }
  }

  /// Entries of the map `path_answers` (PATH_ANSWERS, bpf/record/wanted.h), and of `wanted_ports`.
  private static let pathAnswers: UInt32 = 1024
  private static let portEntries: UInt32 = 1024
}

extension ProcessScope {
  /// As the programs know it (`enum ipc_scope`).
  fileprivate var setting: UInt32 {
    switch self {
    case .all: IPC_SCOPE_ALL.rawValue
    case .tree, .pids, .descendants: IPC_SCOPE_PROCESSES.rawValue
    case .comms: IPC_SCOPE_COMMS.rawValue
    case .users: IPC_SCOPE_USERS.rawValue
    case .cgroups: IPC_SCOPE_CGROUPS.rawValue
    }
  }
}

extension ipc_settings {
  /// Tells the programs by what channels are chosen.
  fileprivate mutating func choose(_ scope: KernelScope, _ names: WantedNames) {
    named_kinds = names.kinds.reduce(0) { $0 | 1 << UInt32($1.rawValue) }
    name_shapes = UInt32(names.shapes.count)
    withUnsafeMutableBytes(of: &shapes) { bytes in
      bytes.withMemoryRebound(to: ipc_name_shape.self) { places in
        for (place, shape) in zip(places.indices, names.shapes) { places[place] = shape }
      }
    }
    filters_ports = scope.ports == PortScope() ? 0 : 1
    filters_addresses = scope.addresses == nil ? 0 : 1
  }

  /// Tells the dispatchers that a syscall has a handler.
  fileprivate mutating func noteHandler(at place: ProgramPlace) {
    guard place.table == .enter || place.table == .exit else { return }
    let hook = place.table == .enter ? IPC_HOOK_SYS_ENTER : IPC_HOOK_SYS_EXIT
    let start = Int(hook.rawValue) * Int(IPC_SYSCALL_LIMIT)
    withUnsafeMutableBytes(of: &handled) { handled in
      for slot in place.slots where slot < IPC_SYSCALL_LIMIT { handled[start + Int(slot)] = 1 }
    }
  }
}

extension BPFObject {
  /// The map of that name.
  borrowing func map(_ map: KernelMap) throws(BPFError) -> BPFMap { try self.map(named: map.rawValue) }

  /// The iterator of that name.
  borrowing func iterator(_ iterator: KernelIterator) throws(BPFError) -> BPFProgram {
    try program(named: iterator.rawValue)
  }
}
