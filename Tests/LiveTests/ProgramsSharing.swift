import Foundation
import Testing

/// Who shares which memory at one moment, by what the kernel writes into `/proc/PID/maps`.
struct ProgramsSharing {
  /// Memory that processes have mapped shared.
  struct Memory {
    /// As ipcdump calls it.
    var object: String
    /// Bytes that each process has mapped of it.
    var sizes: [Int: UInt64] = [:]
    /// Who of them may write there.
    var writers: Set<Int> = []
  }

  /// By device and inode.
  private(set) var memories: [String: Memory] = [:]

  /// Adds what one process has, from the text of its file.
  mutating func add(_ maps: String, of pid: Int) {
    for line in maps.split(separator: "\n") {
      guard let match = line.wholeMatch(of: /(\w+)-(\w+) .(.).(.) \w+ (\S+ \d+) *(.*)/), match.4 == "s",
        let start = UInt64(match.1, radix: 16), let end = UInt64(match.2, radix: 16)
      else { continue }
      // Devices are not shared, each opening of one is another thing.
      let path = String(match.6)
      if path.hasPrefix("anon_inode:") || path.hasPrefix("/dev/") && !Self.isMemory(path) { continue }
      var memory = memories[String(match.5)] ?? Memory(object: Self.object(path))
      memory.sizes[pid, default: 0] += end - start
      if match.3 == "w" { memory.writers.insert(pid) }
      memories[String(match.5)] = memory
    }
  }

  private static func isMemory(_ path: String) -> Bool {
    path.hasPrefix("/dev/shm/") || path.hasPrefix("/dev/zero")
  }

  /// What ipcdump calls memory (docs/output.md).
  private static func object(_ path: String) -> String {
    let name = path.hasSuffix(" (deleted)") ? String(path.dropLast(" (deleted)".count)) : path
    if name == "/dev/zero" { return "[anon]" }
    if name.hasPrefix("/memfd:") { return String(name.dropFirst()) }
    if name.hasPrefix("/SYSV") {
      return name == "/SYSV00000000" ? "sysv private" : "sysv 0x\(name.dropFirst(5))"
    }
    return name
  }

  /// Those that two processes or more have and one may write to.
  var shared: [Memory] { memories.values.filter { $0.sizes.count > 1 && !$0.writers.isEmpty } }

  /// What of this was told: for each object, the processes that share it, and how often one has come to it that another one
  /// had already, less those that have gone.
  struct Account: Equatable, CustomStringConvertible {
    var object: String
    var processes: Set<Int>
    var sharings: Int
    var description: String { "\(object): \(sharings) of \(processes.sorted())" }
  }

  /// By the kernel.
  var accounts: [Account] {
    Dictionary(grouping: shared, by: \.object).map { object, memories in
      Account(
        object: object, processes: memories.reduce(into: []) { $0.formUnion($1.sizes.keys) },
        sharings: memories.reduce(0) { $0 + $1.sizes.count - 1 })
    }
    .sorted { $0.object < $1.object }
  }

  /// Memory of which ipcdump has not told how some of its processes have come to share it: whoever came later was told with one
  /// who had it, so that these pairs lead from each to all others.
  func untold(_ events: [TracedEvent]) -> [Memory] {
    let pairs = Set(events.filter { $0.meta.op == "map" }.map { Set([$0.srcPid, $0.dstPid]) })
    return shared.filter { memory in
      let processes = Set(memory.sizes.keys)
      var reached = Set(processes.prefix(1)), next = Array(reached)
      while let process = next.popLast() {
        for other in processes.subtracting(reached) where pairs.contains([process, other]) {
          reached.insert(other)
          next.append(other)
        }
      }
      return reached != processes
    }
  }

  /// By ipcdump, of the same objects.
  func accounts(_ events: [TracedEvent]) -> [Account] {
    accounts.map { account in
      let told = events.filter { $0.type == "shared-memory" && $0.meta.object == account.object }
      let maps = told.filter { $0.meta.op == "map" }
      return Account(
        object: account.object, processes: Set(maps.flatMap { [$0.srcPid, $0.dstPid] }),
        sharings: maps.count - (told.count - maps.count))
    }
  }
}
