import IPCModel
import RecordLayout

/// Memory that processes share: told when the later one maps it, and when one of them lets go.
final class SharedMemoryCorrelator: KindCorrelator {
  /// What a process has done with its mappings.
  private enum Change {
    case map(ipc_mapped, name: [UInt8])
    case space(ipc_space)
  }

  private let settings: CorrelatorSettings
  private var processes = MappingProcesses()
  /// Changes in the order of time, as long as records of other CPUs may come.
  private var pending: [(time: UInt64, change: Change)] = []
  private var unnamed: UInt64 = 0
  private var events = SharedMemoryEvents()

  init(_ settings: CorrelatorSettings) { self.settings = settings }

  func seed(_ channels: OpenChannels) {
    for mapping in channels.mappings {
      let process = UInt32(bitPattern: mapping.holder.pid)
      let memory = MemoryKey.file(device: mapping.device, inode: mapping.inode)
      processes.meet(process, mapping.holder, isInScope: mapping.isInScope)
      processes.add(
        MappedRange(
          start: mapping.start, length: mapping.length, offset: mapping.offset, memory: memory,
          isWritable: mapping.isWritable, since: 0),
        to: process, name: MemoryName.name(ofPath: mapping.path))
    }
  }

  func take(_ record: UnsafeRawBufferPointer, header: ipc_header, into buffer: inout ReorderBuffer) {
    let change: Change
    switch UInt32(header.type) {
    case IPC_RECORD_MAPPED.rawValue:
      guard let (mapped, rest) = record.record(ipc_mapped.self), mapped.owner != 0, mapped.isPossible else {
        return
      }
      change = .map(mapped, name: mapped.name(rest.first(mapped.name_length)))
    case IPC_RECORD_SPACE.rawValue:
      guard let (space, _) = record.record(ipc_space.self), space.owner != 0, space.isPossible else { return }
      change = .space(space)
    default: return
    }
    var position = pending.count
    while position > 0, pending[position - 1].time > header.time { position -= 1 }
    pending.insert((header.time, change), at: position)
  }

  func settle(before time: UInt64, into buffer: inout ReorderBuffer) {
    if pending.isEmpty { return }
    let (sum, isOver) = time.addingReportingOverflow(settings.matchTimeout)
    let known = isOver ? .max : sum > settings.reorderWindow ? sum - settings.reorderWindow : 0
    let count = pending.firstIndex { $0.time > known } ?? pending.count
    for (_, change) in pending.prefix(count) {
      switch change {
      case .map(let mapped, let name): map(mapped, name, &buffer)
      case .space(let space): take(space, &buffer)
      }
    }
    pending.removeFirst(count)
  }

  var earliestPending: UInt64? { pending.first?.time }

  // MARK: - Changes

  private func map(_ mapped: ipc_mapped, _ name: [UInt8], _ buffer: inout ReorderBuffer) {
    let process = mapped.owner
    processes.meet(process, Endpoint(mapped.header), isInScope: mapped.header.has(IPC_FLAG_IN_SCOPE))
    // What a look at the beginning has found there is this mapping.
    processes.change(process) { $0.remove(from: mapped.start, to: mapped.start + mapped.length) }
    unnamed += 1
    let hasFile = mapped.inode != 0 || mapped.device != 0
    let range = MappedRange(
      start: mapped.start, length: mapped.length, offset: mapped.offset,
      memory: hasFile ? .file(device: mapped.device, inode: mapped.inode) : .unnamed(unnamed),
      isWritable: mapped.traits & IPC_MAPPED_WRITABLE.rawValue != 0, since: mapped.header.time)
    if let partner = processes.partner(of: process, in: range),
      !processes.isShared(range.memory, by: process, with: partner.process)
    {
      tell(.map, [range], mapped.header, Endpoint(mapped.header), partner, name, &buffer)
    }
    processes.add(range, to: process, name: name)
  }

  private func take(_ space: ipc_space, _ buffer: inout ReorderBuffer) {
    let process = space.owner
    guard processes.has(process) else { return }
    let start = space.start, end = space.start &+ space.length
    let actor = Endpoint(space.header)
    switch UInt32(space.operation) {
    case IPC_SPACE_UNMAP.rawValue:
      change(process, space.header, actor, &buffer) { $0.remove(from: start, to: end) }
    case IPC_SPACE_DETACH.rawValue:
      guard let segment = processes.ranges(of: process).first(where: { $0.start == start }) else { return }
      change(process, space.header, actor, &buffer) { ranges in
        for range in ranges.all where range.memory == segment.memory && range.start &- range.offset == start {
          ranges.remove(from: range.start, to: range.end)
        }
      }
    case IPC_SPACE_MOVE.rawValue, IPC_SPACE_COPY.rawValue:
      let isKept = UInt32(space.operation) == IPC_SPACE_COPY.rawValue
      change(process, space.header, actor, &buffer) {
        $0.move(from: start, space.length, to: space.new_start, space.new_length, isKept: isKept)
      }
    case IPC_SPACE_PROTECT.rawValue:
      change(process, space.header, actor, &buffer) { ranges in
        ranges.change(from: start, to: end) { $0.isWritable = space.new_start != 0 }
      }
    case IPC_SPACE_INHERIT.rawValue:
      processes.change(process) { ranges in
        ranges.change(from: start, to: end) { $0.isInherited = space.new_start != 0 }
      }
    case IPC_SPACE_FORK.rawValue: fork(space, &buffer)
    case IPC_SPACE_EXEC.rawValue, IPC_SPACE_EXIT.rawValue:
      change(process, space.header, actor, &buffer) { $0 = MappedRanges() }
      processes.forget(process)
    default: break
    }
  }

  /// Changes mappings of a process, and tells what it shares then and did not before, or the other way round.
  private func change(
    _ process: UInt32, _ header: ipc_header, _ actor: Endpoint, _ buffer: inout ReorderBuffer,
    _ body: (inout MappedRanges) -> Void
  ) {
    let old = processes.ranges(of: process)
    var memories: [MemoryKey] = []
    for range in old where !memories.contains(range.memory) { memories.append(range.memory) }
    let before = memories.map { processes.partner(of: process, in: $0) }
    processes.change(process, body)
    for (memory, partner) in zip(memories, before) {
      let after = processes.partner(of: process, in: memory)
      let name = processes.names[memory] ?? MemoryName.unnamed
      let left = processes.ranges(of: process).filter { $0.memory == memory }
      if let partner, after == nil {
        tell(.unmap, old.filter { $0.memory == memory }, header, actor, partner, name, &buffer)
      } else if let after, partner == nil {
        tell(.map, left, header, actor, after, name, &buffer)
      }
    }
    processes.tidy(memories)
  }

  /// Gives a new process what its parent has.
  private func fork(_ space: ipc_space, _ buffer: inout ReorderBuffer) {
    let child = space.child.tgid
    guard child != 0, child != space.owner else { return }
    processes.forget(child)
    let endpoint = space.child.endpoint
    processes.meet(child, endpoint, isInScope: space.child.in_scope != 0)
    let inherited = processes.ranges(of: space.owner).filter(\.isInherited)
    for range in inherited {
      var own = range
      own.since = space.header.time
      if let partner = processes.partner(of: child, in: range) {
        let name = processes.names[range.memory] ?? MemoryName.unnamed
        tell(.map, [own], space.header, endpoint, partner, name, &buffer)
      }
    }
    for var range in inherited {
      range.since = space.header.time
      processes.add(range, to: child, name: nil)
    }
  }

  private func tell(
    _ operation: SharedMemoryEvents.Operation, _ ranges: [MappedRange], _ header: ipc_header,
    _ destination: Endpoint, _ partner: MappingProcesses.Partner, _ name: [UInt8],
    _ buffer: inout ReorderBuffer
  ) {
    let isInScope =
      header.has(IPC_FLAG_IN_SCOPE) || partner.isInScope
      || processes.isInScope(UInt32(bitPattern: destination.pid))
    events.append(
      operation, of: ranges, name, from: partner, to: destination, at: header.time, isInScope: isInScope,
      &buffer)
  }
}

extension ipc_mapped {
  /// Whether it lies where memory can.
  fileprivate var isPossible: Bool { length > 0 && !start.addingReportingOverflow(length).overflow }

  /// What the memory is called.
  fileprivate func name(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    if inode == 0, device == 0 { return MemoryName.unnamed }
    if traits & IPC_MAPPED_PSEUDO.rawValue != 0 {
      return MemoryName.name(ofPseudo: Array(bytes.prefix { $0 != 0 }))
    }
    return bytes.isEmpty ? MemoryName.unnamed : SocketNames.path(fromComponents: bytes[...])
  }
}

extension ipc_space {
  fileprivate var isPossible: Bool {
    !start.addingReportingOverflow(length).overflow && !new_start.addingReportingOverflow(new_length).overflow
  }
}
