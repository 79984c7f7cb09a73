import RecordLayout
import TestSupport

/// Makes records as the kernel might send them, of few threads on few channels, so that they meet.
struct RecordMaker {
  var random: SeededRandom
  let alphabet: Alphabet
  let captureLimit: UInt64
  /// Now, in nanoseconds.
  var clock: UInt64 = 1_000_000_000
  /// Records lost up to now, by kind.
  var lost = [UInt32](repeating: 0, count: Int(IPC_KIND_COUNT.rawValue))
  /// The kind that most records are of.
  let favourite: UInt8
  /// Records of contents that threads still have to send, in their order.
  private var owed: [[[UInt8]]] = []
  /// Where the directions of connections stand.
  private var written: [UInt64: UInt32] = [:]
  private var read: [UInt64: UInt32] = [:]

  init(_ random: SeededRandom, alphabet: Alphabet, captureLimit: UInt64) {
    self.random = random
    self.alphabet = alphabet
    self.captureLimit = captureLimit
    favourite = UInt8.random(in: 0..<UInt8(IPC_KIND_COUNT.rawValue), using: &self.random)
  }

  mutating func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &random) == 0 }
  mutating func pick<T>(_ values: [T]) -> T { values[Int.random(in: 0..<values.count, using: &random)] }

  // MARK: - Records

  /// The next record.
  mutating func next() -> [UInt8] {
    if !owed.isEmpty, !chance(4) {
      let index = Int.random(in: 0..<owed.count, using: &random)
      let record = owed[index].removeFirst()
      if owed[index].isEmpty { owed.remove(at: index) }
      return record
    }
    clock += UInt64.random(in: 0...3000, using: &random)
    if chance(50) { clock += 30_000_000 }
    let kind = chance(4) ? UInt8.random(in: 0..<UInt8(IPC_KIND_COUNT.rawValue), using: &random) : favourite
    if chance(300) { lost[Int(kind)] &+= UInt32.random(in: 1...3, using: &random) }
    switch UInt32(kind) {
    case IPC_KIND_SIGNAL.rawValue: return signal()
    case IPC_KIND_PROCESS_VM.rawValue, IPC_KIND_PTRACE.rawValue: return access(kind)
    case IPC_KIND_PIDFD_GETFD.rawValue: return taken()
    case IPC_KIND_EVENTFD.rawValue: return counter()
    case IPC_KIND_MQUEUE.rawValue, IPC_KIND_SYSV_MSG.rawValue: return queued(kind)
    case IPC_KIND_SYSV_SEM.rawValue: return released()
    case IPC_KIND_SHARED_MEMORY.rawValue: return mapping()
    case IPC_KIND_FUTEX.rawValue: return woken()
    default: break
    }
    switch Int.random(in: 0..<40, using: &random) {
    case 0: return name(kind)
    case 1: return passed(kind)
    case 2: return chance(2) ? past(kind) : backlog(kind)
    case 3:
      return bytes(ipc_content(header: header(kind, IPC_RECORD_CONTENT), offset: 0, captured: 0, pad: 0))
    case 4: return unread(kind)
    case 5: return life(kind)
    case 6..<12: return transfer(kind, IPC_RECORD_WRITE_BEGIN)
    case 12..<25: return transfer(kind, IPC_RECORD_WRITE)
    default: return transfer(kind, IPC_RECORD_READ)
    }
  }

  mutating func header(_ kind: UInt8, _ type: ipc_record_type) -> ipc_header {
    let thread = pick(FuzzThread.all)
    var header = ipc_header()
    // Records of other CPUs come later, but not by more than the correlator waits.
    header.time = clock - UInt64.random(in: 0...(chance(3) ? 5_000_000 : 0), using: &random)
    header.tgid = thread.tgid
    header.tid = thread.tid
    withUnsafeMutableBytes(of: &header.comm) { $0.copyBytes(from: thread.name.utf8.prefix(15)) }
    withUnsafeMutableBytes(of: &header.thread) { $0.copyBytes(from: thread.name.utf8.prefix(15)) }
    header.type = UInt16(type.rawValue)
    header.kind = kind
    header.lost = lost[Int(kind)]
    if chance(3) { header.flags |= UInt8(IPC_FLAG_IN_SCOPE.rawValue) }
    if chance(30) { header.flags |= UInt8(IPC_FLAG_PARTIAL.rawValue) }
    return header
  }

  // MARK: - Contents

  /// Bytes as many processes might write them: begun alike, or all the same.
  mutating func payload(_ count: Int) -> [UInt8] {
    switch Int.random(in: 0..<4, using: &random) {
    case 0: alphabet.run(count, of: Int.random(in: 0..<3, using: &random))
    case 1: alphabet.text(count, from: Int.random(in: 0..<7, using: &random))
    default: alphabet.text(count)
    }
  }

  mutating func count() -> Int {
    if chance(30) { return pick([4096, 4097, 9000, 40_000]) }
    return pick([0, 1, 1, 2, 3, 5, 5, 48, 64, 65, 100, 100, 300])
  }

  /// Lets the rest of some contents come in records of their own.
  mutating func owe(_ contents: [UInt8], from start: Int, behind header: ipc_header) {
    var records: [[UInt8]] = []
    var offset = start
    repeat {
      let part = contents[offset...].prefix(Int.random(in: 1...20_000, using: &random))
      var content = ipc_content()
      content.header = header
      content.header.type = UInt16(IPC_RECORD_CONTENT.rawValue)
      content.header.flags = offset + part.count < contents.count ? UInt8(IPC_FLAG_MORE.rawValue) : 0
      content.offset = UInt64(offset)
      content.captured = UInt32(part.count)
      records.append(bytes(content, then: Array(part)))
      offset += part.count
    } while offset < contents.count
    owed.append(records)
  }

  func bytes(_ record: some BitwiseCopyable, then tail: [UInt8] = []) -> [UInt8] {
    withUnsafeBytes(of: record) { Array($0) } + tail
  }

  // MARK: - Positions

  /// Position in a direction before and after a transfer, as TCP counts them.
  mutating func positions(_ channel: UInt64, _ count: Int, isWrite: Bool) -> ipc_tcp_positions {
    let origin = UInt32.max - 20_000
    let before = (isWrite ? written[channel] : read[channel]) ?? origin
    let after = before &+ UInt32(count)
    if isWrite { written[channel] = after } else { read[channel] = after }
    // Another thread has written in between.
    return ipc_tcp_positions(after: after, before: isWrite && chance(6) ? before &- 5 : before)
  }
}
