import IPCWaits

/// A piece of a process's memory (proc_pid_maps(5)).
struct Mapping {
  let start: UInt64, end: UInt64
  let isShared: Bool
  /// Where it begins in its object.
  let offset: UInt64
  let device: String
  let inode: UInt64
  let path: String

  /// Reads a line.
  init?(_ text: inout ProcText) {
    guard let start = text.hexadecimal(), text.skip("-" as Unicode.Scalar), let end = text.hexadecimal()
    else {
      return nil
    }
    self.start = start
    self.end = end
    isShared = text.word().utf8.last == UInt8(ascii: "s")
    guard let offset = text.hexadecimal() else { return nil }
    self.offset = offset
    device = text.word()
    guard let inode = text.number() else { return nil }
    self.inode = inode
    text.skipBlanks()
    path = text.line()
  }

  /// Whether both are of one object.
  func isOf(_ other: Mapping) -> Bool { isShared && inode == other.inode && device == other.device }

  /// How it is called: a path, `memfd:name`, `sysv`, or `[anon]`.
  var name: String {
    let mark = " (deleted)"
    let plain = path.hasSuffix(mark) ? String(path.dropLast(mark.count)) : path
    if plain == "/dev/zero" { return "[anon]" }
    if plain.hasPrefix("/memfd:") { return String(plain.dropFirst()) }
    if plain.hasPrefix("/SYSV") { return "sysv 0x\(plain.dropFirst(5))" }
    return plain
  }

  /// Whether somebody who comes later can map it, too.
  var isNamed: Bool { path.hasPrefix("/") && !path.hasSuffix(" (deleted)") || path.hasPrefix("/SYSV") }
}

/// Who shares which memory. Each process is asked once, and only if somebody waits at shared memory.
final class MappingTable {
  private let buffer: ProcBuffer
  private let pids: [Int32]
  private var shared: [Int32: [Mapping]]?

  init(pids: [Int32], buffer: ProcBuffer) {
    self.pids = pids
    self.buffer = buffer
  }

  /// What a process has at an address.
  func mapping(at address: UInt64, of pid: Int32) -> Mapping? {
    buffer.withFile("/proc/\(pid)/maps") { text in
      var text = text
      repeat {
        if let mapping = Mapping(&text), mapping.start <= address, address < mapping.end { return mapping }
      } while text.skipLine()
      return nil
    }
  }

  /// Processes that have a place of an object in their memory.
  func sharers(of mapping: Mapping, offset: UInt64) -> [Int32] {
    let all = shared ?? readAll()
    shared = all
    return pids.filter { pid in
      (all[pid] ?? []).contains {
        $0.isOf(mapping) && $0.offset <= offset && offset - $0.offset < $0.end - $0.start
      }
    }
  }

  private func readAll() -> [Int32: [Mapping]] {
    var all: [Int32: [Mapping]] = [:]
    for pid in pids {
      all[pid] = buffer.withFile("/proc/\(pid)/maps") { text in
        var text = text
        var mappings: [Mapping] = []
        repeat {
          if let mapping = Mapping(&text), mapping.isShared { mappings.append(mapping) }
        } while text.skipLine()
        return mappings
      }
    }
    return all
  }
}

/// Queues and semaphores of SysV (sysvipc(7)).
struct SystemVTable {
  /// A queue, with who was last at either side of it.
  struct Queue {
    var name: String
    var lastSender: Int32?, lastReceiver: Int32?
  }

  private let buffer: ProcBuffer

  init(buffer: ProcBuffer) { self.buffer = buffer }

  /// What a set of semaphores is called.
  func semaphoreName(_ id: Int32) -> String {
    row(of: id, "sem") { key, _ in Self.name(key, id) } ?? "[\(id)]"
  }

  /// A queue by its id.
  func queue(_ id: Int32) -> Queue {
    row(of: id, "msg") { key, text in
      // perms, cbytes, qnum, lspid, lrpid
      guard text.number() != nil, text.number() != nil, text.number() != nil, let sender = text.number(),
        let receiver = text.number()
      else { return Queue(name: Self.name(key, id)) }
      return Queue(
        name: Self.name(key, id), lastSender: sender > 0 ? Int32(truncatingIfNeeded: sender) : nil,
        lastReceiver: receiver > 0 ? Int32(truncatingIfNeeded: receiver) : nil)
    } ?? Queue(name: "[\(id)]")
  }

  private static func name(_ key: Int64, _ id: Int32) -> String {
    key == 0 ? "[\(id)]" : "0x" + String(UInt32(truncatingIfNeeded: key), radix: 16)
  }

  private func row<Result>(
    of id: Int32, _ file: String, _ body: (Int64, inout ProcText) -> Result
  ) -> Result? {
    buffer.withFile("/proc/sysvipc/\(file)") { text in
      var text = text
      while text.skipLine() {
        if let key = text.signed(), text.signed() == Int64(id) { return body(key, &text) }
      }
      return nil
    }
  }
}
