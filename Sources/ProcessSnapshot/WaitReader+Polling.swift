import IPCWaits

/// Waits until something is ready: poll, select, epoll.
extension WaitReader {
  /// Events of poll and epoll (include/uapi/linux/eventpoll.h), which have the same numbers.
  private static let readable: UInt32 = 0x1 | 0x2 | 0x40 | 0x80
  private static let writable: UInt32 = 0x4 | 0x100 | 0x200
  /// What is no event, but says how it is waited for (EP_PRIVATE_BITS, fs/eventpoll.c).
  private static let manner: UInt32 = 0xf000_0000
  private static let edge: UInt32 = 1 << 31

  /// Descriptors of a call that are looked at.
  private static let limit = 65536
  /// How deep sets of epoll may lie in each other (EP_MAX_NESTS).
  private static let depth = 5

  func polling(_ call: KernelCall) -> SnapshotThread.State {
    var conditions: [WaitCondition]?
    let isTimed: Bool
    switch call {
    case .poll, .ppoll:
      conditions = polled()
      // Another number of arguments, and a time behind a pointer.
      isTimed = call == .poll ? Int32(truncatingIfNeeded: argumentValue(2)) >= 0 : argumentValue(2) != 0
    case .select, .pselect:
      conditions = selected()
      isTimed = argumentValue(4) != 0
    case .epollWait:
      conditions = watched(by: Int32(truncatingIfNeeded: argumentValue(0)), depth: 0)
      isTimed = Int32(truncatingIfNeeded: argumentValue(3)) >= 0
    default:
      conditions = watched(by: Int32(truncatingIfNeeded: argumentValue(0)), depth: 0)
      isTimed = argumentValue(3) != 0
    }
    guard var conditions else {
      return isTimed ? .waiting(SnapshotWait(.poll, [.timer])) : .unknown(call: .poll, function: function)
    }
    if isTimed { conditions.append(.timer) }
    // Nothing but a signal ends a wait for nothing.
    if conditions.isEmpty { conditions.append(.signal) }
    return .waiting(SnapshotWait(.poll, conditions))
  }

  private func argumentValue(_ index: Int) -> UInt64 { thread.call?.arguments[index] ?? 0 }

  /// What has to become possible with a descriptor.
  private func conditions(_ number: Int32, _ events: UInt32) -> [WaitCondition] {
    var conditions: [WaitCondition] = []
    let kind = tables.files.entry(number, of: process.pid)?.channel.kind
    let isListening = tables.socket(number, of: process.pid)?.isListening == true
    if events & Self.readable != 0 {
      conditions.append(.descriptor(number, isListening ? .connection : .read))
    }
    // A pipe has one direction. Of a socket, that it can be read from is nearly always what is missing: one that waits for
    // changes only asks for room beforehand.
    let isRoomMissing =
      events & Self.edge == 0 || events & Self.readable == 0 || kind == .pipe || kind == .fifo
    if events & Self.writable != 0, isRoomMissing { conditions.append(.descriptor(number, .write)) }
    if conditions.isEmpty { conditions.append(.descriptor(number, .hangUp)) }
    return conditions
  }

  /// `struct pollfd`: a descriptor, what is waited for, what has come.
  private func polled() -> [WaitCondition]? {
    let count = Int(min(argumentValue(1), UInt64(Self.limit)))
    if count == 0 { return [] }
    guard let bytes = memory.bytes(argumentValue(0), 8 * count) else { return nil }
    return bytes.withUnsafeBytes { bytes in
      (0..<count).flatMap { index in
        let number = bytes.loadUnaligned(fromByteOffset: 8 * index, as: Int32.self)
        let events = bytes.loadUnaligned(fromByteOffset: 8 * index + 4, as: UInt16.self)
        return number < 0 ? [] : conditionsOrSet(number, UInt32(events), depth: 0)
      }
    }
  }

  /// Three sets of bits, each up to the first argument.
  private func selected() -> [WaitCondition]? {
    let count = Int(min(argumentValue(0), UInt64(Self.limit)))
    var events = [UInt32](repeating: 0, count: count)
    for (index, event) in [(1, 0x1 as UInt32), (2, 0x4), (3, 0)] where argumentValue(index) != 0 && count > 0
    {
      guard let bits = memory.bytes(argumentValue(index), (count + 7) / 8) else { return nil }
      // What is exceptional is urgent data, for which poll has an event.
      for number in 0..<count where bits[number / 8] >> UInt8(number % 8) & 1 != 0 {
        events[number] |= event == 0 ? 0x2 : event
      }
    }
    return (0..<count).flatMap { number in
      events[number] == 0 ? [] : conditionsOrSet(Int32(number), events[number], depth: 0)
    }
  }

  private func conditionsOrSet(_ number: Int32, _ events: UInt32, depth: Int) -> [WaitCondition] {
    guard tables.files.entry(number, of: process.pid)?.channel.kind == .epoll, events & Self.readable != 0,
      depth < Self.depth
    else { return conditions(number, events) }
    return watched(by: number, depth: depth + 1) ?? conditions(number, events)
  }

  /// What a set of epoll has in it: lines of its fdinfo (proc_pid_fdinfo(5)), which name descriptors by the numbers that
  /// they had when they were added.
  private func watched(by set: Int32, depth: Int) -> [WaitCondition]? {
    guard let items = tables.items(ofSet: set, of: process.pid) else { return nil }
    return items.flatMap { item -> [WaitCondition] in
      // One that is waited for once has no events left afterwards.
      if item.events & ~Self.manner == 0 { return [] }
      guard let entry = tables.files.entry(item.number, of: process.pid) else {
        // It was closed here and is still open elsewhere: nobody can tell who it is.
        return [.channel(ChannelID(.opaque, item.inode), .read, descriptor: item.number)]
      }
      let isOther = [.pipe, .otherSocket].contains(entry.channel.kind) && entry.channel.number != item.inode
      if isOther { return [.channel(tables.channel(withInode: item.inode), .read, descriptor: nil)] }
      return conditionsOrSet(item.number, item.events, depth: depth)
    }
  }
}
