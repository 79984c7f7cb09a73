import IPCModel
import RecordLayout

/// What the kernel says was done with an end of a channel, or met there.
struct LifecycleRecord {
  /// See `ipc_operation`.
  enum Operation: Equatable {
    case connect, accept, close, shutdown, endOfFile, brokenPipe
    /// The process has executed a program, or failed to.
    case exec
  }

  /// The record as the kernel wrote it.
  let raw: ipc_life
  let operation: Operation
  /// Kind of the channel; of no meaning for ``Operation/exec``.
  let kind: Kind

  /// Kinds whose channels have ends that are told of.
  private static let kinds: Set<Kind> = [
    .pipe, .unixStream, .unixDatagram, .unixSeqpacket, .loopbackTCP, .loopbackUDP, .pty,
  ]

  /// Reads a record; nil if it is cut, or of no kind or operation that is known.
  init?(_ record: UnsafeRawBufferPointer) {
    guard let (raw, _) = record.record(ipc_life.self), let operation = Self.operation(of: raw) else {
      return nil
    }
    kind = Kind(rawValue: raw.header.kind)
    guard Self.kinds.contains(kind) || operation == .exec else { return nil }
    self.raw = raw
    self.operation = operation
  }

  private static func operation(of raw: ipc_life) -> Operation? {
    switch UInt32(raw.operation) {
    case IPC_OPERATION_CONNECT.rawValue: .connect
    case IPC_OPERATION_ACCEPT.rawValue: .accept
    case IPC_OPERATION_CLOSE.rawValue: .close
    case IPC_OPERATION_SHUTDOWN.rawValue: .shutdown
    case IPC_OPERATION_EOF.rawValue: .endOfFile
    case IPC_OPERATION_EPIPE.rawValue: .brokenPipe
    case IPC_OPERATION_EXEC.rawValue: .exec
    default: nil
    }
  }

  var time: UInt64 { raw.header.time }
  var isInScope: Bool { raw.header.has(IPC_FLAG_IN_SCOPE) }

  /// The end that was acted on.
  var own: EndKey { EndKey(kind: kind, address: raw.own) }
  /// The opposite one; nil if there is none.
  var other: EndKey? { raw.other == 0 ? nil : EndKey(kind: kind, address: raw.other) }

  /// Who acted, by which descriptor.
  var actor: EndUser {
    var endpoint = Endpoint(raw.header)
    endpoint.descriptor = Int32(bitPattern: raw.fd)
    return EndUser(endpoint: endpoint, isInScope: isInScope)
  }

  /// Who has connected, or listens, as a unix socket's credentials say; nil if that is not known.
  var peer: EndUser? {
    guard raw.peer != 0 else { return nil }
    let comm = Comm(raw.peer_comm)
    let pid = Int32(bitPattern: raw.peer)
    return EndUser(
      endpoint: Endpoint(pid: pid, tid: pid, comm: comm.count == 0 ? .unknown : comm), isInScope: false)
  }

  func has(_ trait: ipc_life_traits) -> Bool { raw.traits & UInt8(trait.rawValue) != 0 }
  func ends(_ way: ipc_ways) -> Bool { raw.ways & UInt8(way.rawValue) != 0 }

  /// What a socket could not be connected to, as it was given.
  var refusedPath: [UInt8]? {
    guard raw.path_length > 0 else { return nil }
    let bytes = withUnsafeBytes(of: raw.path) { Array($0.prefix(Int(raw.path_length))) }
    return bytes.first == 0 ? [0x40] + bytes.dropFirst() : Array(bytes.prefix { $0 != 0 })
  }
}

/// Name of one end of a channel, as long as there is such an end.
struct EndKey: Hashable {
  let kind: Kind
  let address: UInt64

  /// Feeds both, folded into one word.
  func hash(into hasher: inout Hasher) { hasher.combine(address ^ UInt64(kind.rawValue) << 56) }
}

/// Who is, or was, at an end of a channel.
struct EndUser {
  var endpoint: Endpoint
  /// Whether the process is in the scope of the trace.
  var isInScope: Bool
}
