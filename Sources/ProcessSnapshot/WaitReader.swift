import Glibc
import IPCWaits
import PlainText
import SnapshotShims

/// Finds out what a thread sleeps for, from the call that it is in and its arguments.
struct WaitReader {
  let tables: SnapshotTables
  let process: ProcessEntry
  let thread: ThreadEntry
  let memory: RemoteMemory
  /// The kernel's function that it sleeps in.
  let function: String

  /// What can be said of the sleep.
  typealias State = SnapshotThread.State

  private var call: SleepingCall? { thread.call }
  private func argument(_ index: Int) -> UInt64 { call?.arguments[index] ?? 0 }
  private func descriptor(_ index: Int) -> Int32 { Int32(truncatingIfNeeded: argument(index)) }

  private func unknown(_ call: WaitCall) -> State { .unknown(call: call, function: function) }

  /// A wait for one thing that may end after a time.
  private func waiting(_ call: WaitCall, _ condition: WaitCondition, isTimed: Bool = false) -> State {
    .waiting(SnapshotWait(call, isTimed ? [condition, .timer] : [condition]))
  }

  /// What the thread sleeps for.
  func state() -> State {
    guard let call else { return unknown(.other) }
    guard call.number >= 0, let kernelCall = KernelCallTable.call(call.number, isCompat: memory.isCompat)
    else {
      return unknown(.other)
    }
    return state(in: kernelCall)
  }

  private func state(in call: KernelCall) -> State {
    switch call {
    case .read, .recvmmsg: return transfer(.read, descriptor(0), .read)
    case .write: return transfer(.write, descriptor(0), .write)
    case .sendto: return sending(descriptor(0), address: argument(4), length: argument(5))
    case .sendmsg: return sendingMessage(descriptor(0), argument(1))
    case .splice: return splicing(descriptor(0), descriptor(2))
    case .tee: return splicing(descriptor(0), descriptor(1))
    case .sendfile: return splicing(descriptor(1), descriptor(0))
    case .vmsplice:
      let writes = tables.files.entry(descriptor(0), of: process.pid)?.canWrite == true
      return transfer(writes ? .write : .read, descriptor(0), writes ? .write : .read)
    case .poll, .ppoll, .select, .pselect, .epollWait, .epollWait2: return polling(call)
    case .accept: return transfer(.accept, descriptor(0), .connection)
    case .connect: return connecting()
    case .open: return opening(argument(0), folder: -100)
    case .openat: return opening(argument(1), folder: descriptor(0))
    case .waitpid, .waitid: return waitingForChildren(call)
    case .vfork: return borrowing()
    case .futex, .futexWait, .futexWaitVector: return futex(call)
    case .flock, .fcntl: return locking(call)
    case .semop: return semaphore(isTimed: false)
    case .semtimedop: return semaphore(isTimed: argument(3) != 0)
    case .msgsnd: return queue(.msgsnd, .write)
    case .msgrcv: return queue(.msgrcv, .read)
    case .mqSend: return waiting(.mq, .descriptor(descriptor(0), .write), isTimed: argument(4) != 0)
    case .mqReceive: return waiting(.mq, .descriptor(descriptor(0), .read), isTimed: argument(4) != 0)
    case .sleep: return waiting(.sleep, .timer)
    case .pause: return waiting(.sigwait, .signal)
    case .sigtimedwait: return waiting(.sigwait, .signal, isTimed: argument(2) != 0)
    case .restart: return restarted()
    case .socketcall: return packedSocketCall()
    case .ipc: return packedIPC()
    case .getrandom: return waiting(.read, .device(nil))
    case .ioUring, .asyncIO: return unknown(.other)
    }
  }

  /// A call that a signal has interrupted, such as SIGCONT: its arguments are still there, and its number is not.
  private func restarted() -> State {
    if function.holds("poll") { return polling(.poll) }
    if function.holds("futex") { return futex(.futex) }
    return function.holds("nanosleep") ? waiting(.sleep, .timer) : unknown(.other)
  }

  // MARK: - Transfers

  private func transfer(_ call: WaitCall, _ number: Int32, _ need: WaitCondition.Need) -> State {
    guard let entry = tables.files.entry(number, of: process.pid) else { return unknown(call) }
    if thread.state == .sleepsDeeply, entry.channel.kind != .file { return unknown(call) }
    let isTimed = tables.isSocket(entry.channel) && tables.hasTimeout(entry, sends: need == .write)
    return waiting(call, .descriptor(number, need), isTimed: isTimed)
  }

  /// A message may have an address of its own.
  private func sending(_ number: Int32, address: UInt64, length: UInt64) -> State {
    guard let entry = tables.files.entry(number, of: process.pid), length > 2, length <= 128,
      let own = tables.sockets.channels[entry.channel.number], own.id.kind == .unixDatagram,
      let bytes = memory.bytes(address, Int(length)), case .unix(let name)? = SocketAddress(bytes)
    else { return transfer(.write, number, .write) }
    guard let receiver = tables.sockets.unixSocket(named: name, kind: .unixDatagram) else {
      return unknown(.write)
    }
    return waiting(
      .write, .channel(receiver.id, .write, descriptor: number),
      isTimed: tables.hasTimeout(entry, sends: true))
  }

  /// `struct msghdr` begins with the address and its length.
  private func sendingMessage(_ number: Int32, _ message: UInt64) -> State {
    let width: UInt64 = memory.isCompat ? 4 : 8
    let address = memory.pointer(message) ?? 0
    let length = memory.value(message + width, as: UInt32.self) ?? 0
    return sending(number, address: address, length: address == 0 ? 0 : UInt64(length))
  }

  /// From one file into another: which of the two holds it up is told by what lies in the first.
  private func splicing(_ from: Int32, _ to: Int32) -> State {
    guard let source = tables.files.entry(from, of: process.pid) else { return unknown(.write) }
    if source.channel.kind == .file { return transfer(.write, to, .write) }
    let unread =
      source.channel.kind == .pipe || source.channel.kind == .fifo
      ? tables.fill(of: source)?.unread : tables.sockets.channels[source.channel.number]?.unread
    return unread == 0 ? transfer(.read, from, .read) : transfer(.write, to, .write)
  }

  private func connecting() -> State {
    let length = Int(min(argument(2), 128))
    guard let entry = tables.files.entry(descriptor(0), of: process.pid),
      let bytes = memory.bytes(argument(1), length),
      let address = SocketAddress(bytes)
    else { return unknown(.connect) }
    let listener: SnapshotChannel?
    switch address {
    case .unix(let name):
      let kind = tables.sockets.channels[entry.channel.number]?.id.kind ?? .unixStream
      listener = tables.sockets.unixSocket(named: name, kind: kind)
      if listener == nil { return unknown(.connect) }
    case .internet(let name, let port): listener = tables.sockets.listener(address: name, port: port)
    }
    guard let listener else { return waiting(.connect, .network(nil)) }
    return waiting(
      .connect, .channel(listener.id, .acceptance, descriptor: descriptor(0)),
      isTimed: tables.hasTimeout(entry, sends: true))
  }

  private func opening(_ address: UInt64, folder: Int32) -> State {
    guard let path = memory.text(address), !path.isEmpty else { return unknown(.open) }
    let base = path.hasPrefix("/") ? "root" : folder == -100 ? "cwd" : "fd/\(folder)"
    let place = "/proc/\(process.pid)/\(base)/\(path)"
    var file = snapshot_file()
    guard snapshot_status(AT_FDCWD, place, 1, &file) == 0, mode_t(file.mode) & S_IFMT == S_IFIFO else {
      if function.holds("lease") { return waiting(.open, .timer) }
      return unknown(.open)
    }
    return waiting(.open, .opening(path: path.hasPrefix("/") ? path : absolute(path, base)))
  }

  private func absolute(_ path: String, _ base: String) -> String {
    var room = [UInt8](repeating: 0, count: 4096)
    let count = room.withUnsafeMutableBytes { room in
      room.baseAddress.map {
        readlink("/proc/\(process.pid)/\(base)", $0.assumingMemoryBound(to: CChar.self), room.count)
      } ?? 0
    }
    return count > 0 ? "\(String(decoding: room.prefix(count), as: UTF8.self))/\(path)" : path
  }

  // MARK: - 32-bit callers

  /// `socketcall(2)`: which call, and where its arguments lie.
  private func packedSocketCall() -> State {
    func packed(_ index: UInt64) -> UInt64 {
      memory.value(argument(1) + 4 * index, as: UInt32.self).map { UInt64($0) } ?? 0
    }
    let number = Int32(truncatingIfNeeded: packed(0))
    switch argument(0) {
    case 5, 18: return transfer(.accept, number, .connection)
    case 10, 12, 17, 19: return transfer(.read, number, .read)
    case 9: return transfer(.write, number, .write)
    case 11: return sending(number, address: packed(4), length: packed(5))
    case 16: return sendingMessage(number, packed(1))
    default: return unknown(argument(0) == 3 ? .connect : .other)
    }
  }

  /// `ipc(2)`: which call in the lower 16 bits, then the arguments of that.
  private func packedIPC() -> State {
    switch argument(0) & 0xffff {
    case 1, 4:
      let isTimed = argument(0) & 0xffff == 4 && argument(5) != 0
      return semaphore(set: descriptor(1), operations: argument(4), count: argument(2), isTimed: isTimed)
    case 11: return queue(.msgsnd, .write, descriptor(1))
    case 12: return queue(.msgrcv, .read, descriptor(1))
    default: return unknown(.other)
    }
  }

  // MARK: - Processes

  private func waitingForChildren(_ call: KernelCall) -> State {
    var children = tables.children(of: process.pid)
    let id = Int32(truncatingIfNeeded: argument(call == .waitid ? 1 : 0))
    func ofGroup(_ group: Int32) { children = children.filter { tables.process($0)?.group == group } }
    if call == .waitid {
      switch argument(0) {
      case 1: children = children.filter { $0 == id }
      case 2: ofGroup(id == 0 ? process.group : id)
      case 3: children = tables.processBehind(id, of: process.pid).map { [$0] } ?? []
      default: break
      }
    } else if id > 0 {
      children = children.filter { $0 == id }
    } else if id != -1 {
      ofGroup(id == 0 ? process.group : -id)
    }
    // A debugger waits for those that it traces, whosever children they are.
    if children.isEmpty { children = tables.tracees(of: process.pid).filter { id <= 0 || $0 == id } }
    return children.isEmpty ? unknown(.wait) : waiting(.wait, .children(children))
  }

  /// Its memory is lent to a child, the last one that it has made.
  private func borrowing() -> State {
    let last = tables.children(of: process.pid).max { one, other in
      (tables.process(one)?.start ?? 0, one) < (tables.process(other)?.start ?? 0, other)
    }
    return last.map { waiting(.wait, .borrower($0)) } ?? unknown(.wait)
  }

  // MARK: - SysV

  private func semaphore(isTimed: Bool) -> State {
    semaphore(set: descriptor(0), operations: argument(1), count: argument(2), isTimed: isTimed)
  }

  /// The first operation that cannot be done, of those that are to be done at once (semop(2)).
  private func semaphore(set: Int32, operations: UInt64, count: UInt64, isTimed: Bool) -> State {
    let name = tables.systemV.semaphoreName(set)
    var values = [UInt16](repeating: 0, count: 32000)
    let known = snapshot_semaphore_values(set, &values, Int32(values.count))
    let count = Int(min(count, 500))
    guard known > 0, let bytes = memory.bytes(operations, 6 * count) else {
      return waiting(.semop, .semaphore(name: name, last: nil), isTimed: isTimed)
    }
    var state = values.prefix(Int(known)).map { Int($0) }
    for index in 0..<count {
      let (number, change) = bytes.withUnsafeBytes { bytes in
        (
          Int(bytes.loadUnaligned(fromByteOffset: 6 * index, as: UInt16.self)),
          Int(bytes.loadUnaligned(fromByteOffset: 6 * index + 2, as: Int16.self))
        )
      }
      guard number < state.count else { break }
      if change == 0 ? state[number] != 0 : state[number] + change < 0 {
        let last = snapshot_semaphore_user(set, Int32(number))
        return waiting(
          .semop, .semaphore(name: "\(name) sem \(number)", last: last > 0 ? last : nil), isTimed: isTimed)
      }
      state[number] += change
    }
    return waiting(.semop, .semaphore(name: name, last: nil), isTimed: isTimed)
  }

  private func queue(_ call: WaitCall, _ need: WaitCondition.Need, _ id: Int32? = nil) -> State {
    let queue = tables.systemV.queue(id ?? descriptor(0))
    return waiting(
      call, .queue(name: queue.name, last: need == .read ? queue.lastSender : queue.lastReceiver, need))
  }
}
