import IPCModel
import RecordLayout

/// Names of unix sockets, by the address of their struct sock.
///
/// The kernel tells a name once, so it is kept as long as the socket may live. Sockets that a server has accepted have
/// their listener's name, so equal names share one text.
final class SocketNames {
  private struct Entry {
    var inode: UInt64
    var name: SocketName
    var lastTouched: UInt64
  }

  /// Names above which it is worth looking which sockets are gone.
  private static let kept = 1024
  /// Names that are kept at most; the one that was reported or used longest ago goes first.
  private static let limit = 65536
  /// How long a name is not doubted after its last use: a look may have been taken before the socket was made.
  private static let rest: UInt64 = 2_000_000_000
  /// The same for one that nobody has accepted yet, so that no look can show it.
  private static let restUnaccepted: UInt64 = 60_000_000_000

  private var entries: [UInt64: Entry] = [:]
  private var names: [[UInt8]: SocketName] = [:]
  /// Names that no socket has any more, and transfers may.
  private var former: [SocketName] = []
  private var retired = RetiredTexts()

  /// Number of sockets whose names are known.
  var count: Int { entries.count }

  /// Whether a look at the channels that exist would be of use.
  var isCrowded: Bool { entries.count > Self.kept }

  /// Takes an `IPC_RECORD_CHANNEL` record.
  func take(_ record: UnsafeRawBufferPointer, _ table: inout TextTable) {
    guard let (raw, rest) = record.record(ipc_channel.self) else { return }
    let bytes = Self.name(from: rest.prefix(Int(raw.length)), form: raw.form)
    if let known = entries[raw.channel] {
      if known.name.bytes == bytes {
        entries[raw.channel] = Entry(inode: raw.inode, name: known.name, lastTouched: raw.header.time)
        return
      }
      forget(raw.channel)
    }
    if entries.count >= Self.limit { forgetOldest() }
    let name = names[bytes] ?? SocketName(bytes, text: table.add(bytes))
    names[bytes] = name
    name.sockets += 1
    entries[raw.channel] = Entry(inode: raw.inode, name: name, lastTouched: raw.header.time)
  }

  /// The name of a socket that is said to have one, by the records up to now.
  ///
  /// - Parameters:
  ///   - inode: Its inode, 0 if that is not known; another one than the name was reported for is a later socket's.
  ///   - time: When it is used.
  func name(of socket: UInt64, inode: UInt64, at time: UInt64) -> SocketName? {
    guard let entry = entries[socket] else { return nil }
    if inode != 0, entry.inode != 0, entry.inode != inode { return nil }
    if inode != 0, entry.inode == 0 { entries[socket]?.inode = inode }
    // A million writes a second need not each touch the table.
    if entry.lastTouched + Self.rest / 4 < time { entries[socket]?.lastTouched = time }
    return entry.name
  }

  /// Lets go of sockets that are gone, and of texts that nobody can refer to any more.
  ///
  /// - Parameters:
  ///   - time: Time of the call; every event on its way is earlier.
  ///   - live: A look at the channels that exist, if one was taken.
  func tidy(at time: UInt64, _ live: OpenChannels?, _ buffer: inout ReorderBuffer) {
    if let live {
      var gone: [UInt64] = []
      for (socket, entry) in entries {
        let rest = entry.inode == 0 ? Self.restUnaccepted : Self.rest
        if entry.lastTouched + rest < time,
          !live.hasSocket(ChannelKey(address: socket, identity: entry.inode))
        {
          gone.append(socket)
        }
      }
      for socket in gone { forget(socket) }
    }
    var index = 0
    while index < former.count {
      if isKnownUniquelyReferenced(&former[index]) {
        former.swapAt(index, former.count - 1)
        retired.append(former.removeLast().text)
      } else {
        index += 1
      }
    }
    retired.tidy(at: time, &buffer)
  }

  private func forget(_ socket: UInt64) {
    guard let name = entries.removeValue(forKey: socket)?.name else { return }
    name.sockets -= 1
    if name.sockets > 0 { return }
    names[name.bytes] = nil
    former.append(name)
  }

  private func forgetOldest() {
    // In one go for many, because finding the oldest takes a walk through all.
    let times = entries.values.map(\.lastTouched).sorted()
    let bound = times[times.count / 8]
    for (socket, entry) in entries where entry.lastTouched <= bound { forget(socket) }
  }

  /// A name as it is shown: a path, or `@` and the bytes of an abstract name.
  private static func name(from bytes: some BidirectionalCollection<UInt8>, form: UInt32) -> [UInt8] {
    switch form {
    case IPC_NAME_ABSTRACT.rawValue: [0x40] + bytes
    case IPC_NAME_PATH.rawValue: path(fromComponents: bytes)
    default: Array(bytes.prefix { $0 != 0 })
    }
  }

  /// A path from NUL-terminated components, the last one first.
  static func path(fromComponents bytes: some BidirectionalCollection<UInt8>) -> [UInt8] {
    let names = bytes.split(separator: 0)
    return names.isEmpty ? [0x2F] : names.reversed().flatMap { [0x2F] + $0 }
  }
}
