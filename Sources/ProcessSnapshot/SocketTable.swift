import Glibc
import IPCWaits
import SnapshotShims

/// The sockets of the host: which are ends of one connection, and what lies in them.
struct SocketTable {
  /// State of a socket that waits for connections (`TCP_LISTEN`, include/net/tcp_states.h), for unix sockets, too.
  private static let listening: UInt64 = 10

  /// The sockets by their inodes.
  private(set) var channels: [UInt64: SnapshotChannel] = [:]
  /// Unix sockets that can be found by their names.
  private(set) var unixNames: [String: [UInt64]] = [:]
  /// TCP sockets that listen, by port.
  private var listeners: [UInt64: [UInt64]] = [:]
  /// Bytes that a TCP socket has sent and its peer has not taken over yet.
  private var unsent: [UInt64: UInt64] = [:]

  private var pending: [(client: UInt64, listener: UInt64)] = []
  private let buffer: ProcBuffer

  init(buffer: ProcBuffer) { self.buffer = buffer }

  /// Adds the sockets of a network namespace.
  ///
  /// - Parameter pid: A process in it; nil for our own.
  mutating func add(namespaceOf pid: Int32?) {
    addUnix(pid)
    let folder = pid.map { "/proc/\($0)/net" } ?? "/proc/thread-self/net"
    addInternet(folder, .tcp, "tcp", "tcp6")
    addInternet(folder, .udp, "udp", "udp6")
    addNetlink(folder)
  }

  // MARK: - Unix

  private mutating func addUnix(_ pid: Int32?) {
    let netlink = snapshot_ask_unix_sockets(pid ?? 0)
    guard netlink >= 0 else { return }
    defer { close(netlink) }
    let size = 256 << 10
    let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    defer { memory.deallocate() }
    while true {
      let result = withUnsafeMutablePointer(to: &self) { table in
        snapshot_next_unix_sockets(netlink, memory, size, table) { context, socket in
          guard let table = context?.assumingMemoryBound(to: SocketTable.self), let socket else { return }
          table.pointee.addUnix(socket.pointee)
        }
      }
      if result <= 0 { break }
    }
    connectUnix()
  }

  private mutating func addUnix(_ socket: snapshot_unix_socket) {
    // One that has not been accepted yet has no inode.
    guard socket.inode != 0 else { return }
    let inode = UInt64(socket.inode)
    let kind: ChannelKind
    switch Int32(socket.type) {
    case Int32(SOCK_STREAM.rawValue): kind = .unixStream
    case Int32(SOCK_DGRAM.rawValue): kind = .unixDatagram
    default: kind = .unixSeqpacket
    }
    var channel = SnapshotChannel(ChannelID(kind, inode))
    channel.name = Self.name(of: socket)
    channel.isNamed = channel.name != nil
    channel.isListening = UInt64(socket.state) == Self.listening
    if channel.isListening {
      channel.unread = UInt64(socket.unread)
      channel.capacity = UInt64(socket.unsent)
      for index in 0..<Int(socket.pending_count) {
        if let client = socket.pending?[index], client != 0 { pending.append((UInt64(client), inode)) }
      }
    } else if kind != .unixDatagram {
      channel.unread = UInt64(socket.unread)
      channel.capacity = UInt64(socket.send_limit)
    }
    if socket.has_peer != 0, socket.peer != 0 {
      channel.peer = .channel(ChannelID(kind, UInt64(socket.peer)))
    }
    if let name = channel.name { unixNames[name, default: []].append(inode) }
    channels[inode] = channel
  }

  private static func name(of socket: snapshot_unix_socket) -> String? {
    guard socket.name_length > 0, let start = socket.name else { return nil }
    let bytes = UnsafeRawBufferPointer(start: start, count: Int(socket.name_length))
    guard bytes[0] == 0 else { return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }
    return "@" + String(decoding: bytes.dropFirst(), as: UTF8.self)
  }

  /// Says of connections that nobody has accepted where they wait, and gives both ends of the others one name.
  private mutating func connectUnix() {
    for (client, listener) in pending {
      guard let other = channels[listener] else { continue }
      channels[client]?.peer = .backlog(of: other.id)
      channels[client]?.name = other.name
    }
    pending = []
    let all = channels
    for (inode, channel) in all {
      guard case .channel(let peer) = channel.peer, !channel.isListening else { continue }
      let (low, high) = (min(inode, peer.number), max(inode, peer.number))
      // A datagram's own name is where answers come to, and not what it is connected to.
      let isNamed = channel.isNamed && channel.id.kind != .unixDatagram
      if isNamed { continue }
      let other = channels[peer.number].flatMap { $0.isNamed ? $0.name : nil }
      channels[inode]?.name = other ?? (low == high ? "[\(low)]" : "[\(low)]-[\(high)]")
    }
  }

  /// Where a connection or a message to a name goes.
  ///
  /// - Parameter kind: Kind of the socket that sends.
  func unixSocket(named name: String, kind: ChannelKind) -> SnapshotChannel? {
    let found = (unixNames[name] ?? []).compactMap { channels[$0] }.filter { $0.id.kind == kind }
    if kind == .unixDatagram { return found.first }
    return found.first(where: \.isListening)
  }
}

// MARK: - Internet

extension SocketTable {
  private struct Line {
    let local: String, remote: String
    let localPort: UInt64, remotePort: UInt64
    let state: UInt64, unsent: UInt64, unread: UInt64, inode: UInt64
    let isAnyLocal: Bool, isAnyRemote: Bool

    /// A line of `/proc/net/tcp` (proc_pid_net(5)), at its beginning.
    init?(_ text: inout ProcText) {
      text.skipWord()
      guard let local = Self.end(&text), let remote = Self.end(&text), let state = text.hexadecimal(),
        let unsent = text.hexadecimal(), text.skip(":" as Unicode.Scalar), let unread = text.hexadecimal()
      else { return nil }
      for _ in 0..<4 { text.skipWord() }
      guard let inode = text.number() else { return nil }
      (self.local, localPort, isAnyLocal) = local
      (self.remote, remotePort, isAnyRemote) = remote
      self.state = state
      self.unsent = unsent
      self.unread = unread
      self.inode = inode
    }

    /// An address and a port: words of 32 bits in the order of the machine.
    private static func end(_ text: inout ProcText) -> (String, UInt64, Bool)? {
      let word = text.word()
      let parts = word.split(separator: ":")
      guard parts.count == 2, let port = UInt64(parts[1], radix: 16) else { return nil }
      var bytes: [UInt8] = []
      var rest = parts[0]
      while rest.count >= 8, let value = UInt32(rest.prefix(8), radix: 16) {
        withUnsafeBytes(of: value) { bytes += $0 }
        rest = rest.dropFirst(8)
      }
      let isAny = bytes.allSatisfy { $0 == 0 }
      // An IPv4 address within IPv6.
      if bytes.count == 16, bytes[..<10].allSatisfy({ $0 == 0 }), bytes[10] == 0xff, bytes[11] == 0xff {
        bytes.removeFirst(12)
      }
      return (address(bytes), port, isAny)
    }

    private static func address(_ bytes: [UInt8]) -> String {
      var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
      _ = inet_ntop(bytes.count == 4 ? AF_INET : AF_INET6, bytes, &text, socklen_t(text.count))
      return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    var localName: String { Self.name(local, localPort) }
    var remoteName: String { Self.name(remote, remotePort) }

    private static func name(_ address: String, _ port: UInt64) -> String {
      address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)"
    }
  }

  private mutating func addInternet(_ folder: String, _ kind: ChannelKind, _ files: String...) {
    var lines: [Line] = []
    for file in files {
      _ = buffer.withFile("\(folder)/\(file)") { text in
        var text = text
        while text.skipLine() { if let line = Line(&text) { lines.append(line) } }
        return true
      }
    }
    /// Connections by both ends, those that have not been accepted included.
    var connections: [String: Line] = [:]
    for line in lines where !line.isAnyRemote { connections["\(line.localName) \(line.remoteName)"] = line }
    var listening: [UInt64: Line] = [:]
    for line in lines where line.state == Self.listening && kind == .tcp {
      listening[line.localPort] = line
      listeners[line.localPort, default: []].append(line.inode)
    }
    for line in lines where line.inode != 0 {
      var channel = SnapshotChannel(ChannelID(kind, line.inode))
      channel.unread = kind == .tcp ? line.unread : nil
      channel.isListening = kind == .tcp && line.state == Self.listening
      // By the lower port, which is nearly always the server's, as summaries name them.
      channel.name =
        line.isAnyRemote || line.localPort < line.remotePort ? line.localName : line.remoteName
      if !line.isAnyRemote {
        if let other = connections["\(line.remoteName) \(line.localName)"] {
          channel.unread = kind == .tcp ? line.unread + other.unsent : nil
          channel.peer =
            other.inode != 0
            ? .channel(ChannelID(kind, other.inode))
            : listening[other.localPort].map { .backlog(of: ChannelID(kind, $0.inode)) } ?? .remote
        } else {
          channel.peer = localReceiver(of: line, lines, kind) ?? .remote
        }
      } else if !line.isAnyLocal, !line.local.hasPrefix("127."), line.local != "::1" {
        channel.peer = .none
      }
      channels[line.inode] = channel
    }
  }

  /// Where datagrams of a connected socket go that is not connected in return.
  private func localReceiver(of line: Line, _ lines: [Line], _ kind: ChannelKind) -> SnapshotChannel.Peer? {
    guard kind == .udp else { return nil }
    let receiver = lines.first {
      $0.inode != 0 && $0.localPort == line.remotePort && ($0.local == line.remote || $0.isAnyLocal)
        && $0.isAnyRemote
        && (line.remote.hasPrefix("127.") || line.remote == "::1" || line.remote == line.local)
    }
    return receiver.map { .channel(ChannelID(kind, $0.inode)) }
  }

  /// The socket that listens at a port of this host; nil if the address is not this host's, as far as can be told.
  func listener(address: String, port: UInt64) -> SnapshotChannel? {
    guard address.hasPrefix("127.") || address == "::1" else { return nil }
    return listeners[port]?.lazy.compactMap { channels[$0] }.first
  }

  private mutating func addNetlink(_ folder: String) {
    _ = buffer.withFile("\(folder)/netlink") { text in
      var text = text
      while text.skipLine() {
        for _ in 0..<9 { text.skipWord() }
        if let inode = text.number() { channels[inode] = SnapshotChannel(ChannelID(.netlink, inode)) }
      }
      return true
    }
  }
}
