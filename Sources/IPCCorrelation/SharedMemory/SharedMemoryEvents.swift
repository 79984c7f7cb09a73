import IPCModel

/// Makes the events of shared memory.
struct SharedMemoryEvents {
  /// What has begun to be shared, or has ended.
  enum Operation: Int {
    case map, unmap
  }

  private var words: (operations: [TextID], access: (readWrite: TextID, read: TextID))?

  /// Tells that memory is shared, or is no longer.
  ///
  /// - Parameter ranges: What is mapped, or let go, of it.
  mutating func append(
    _ operation: Operation, of ranges: [MappedRange], _ name: [UInt8], from partner: MappingProcesses.Partner,
    to destination: Endpoint, at time: UInt64, isInScope: Bool, _ buffer: inout ReorderBuffer
  ) {
    let words =
      self.words
      ?? (
        [buffer.texts.add("map"), buffer.texts.add("unmap")], (buffer.texts.add("rw"), buffer.texts.add("r"))
      )
    self.words = words
    var event = Event(
      time: time, kind: .sharedMemory, source: partner.endpoint, destination: destination, count: 0)
    if isInScope { event.traits.insert(.inScope) }
    if partner.isInferred { event.traits.insert(.inferredSource) }
    event.set(Kind.SharedMemory.object, to: buffer.texts.add(name))
    event.set(Kind.SharedMemory.size, to: ranges.reduce(0) { $0 &+ $1.length })
    let isWritable = ranges.contains(where: \.isWritable)
    event.set(Kind.SharedMemory.access, to: isWritable ? words.access.readWrite : words.access.read)
    event.set(Kind.SharedMemory.operation, to: words.operations[operation.rawValue])
    var own = MetaFieldSet()
    own.insert(Kind.SharedMemory.object)
    buffer.append(event, content: .none, ownTexts: own)
  }
}
