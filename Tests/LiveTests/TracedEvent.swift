import Foundation

/// What distinguishes one kind's events; keys as in ipcdump's JSON, in camel case.
struct Meta: Decodable, Hashable {
  var pipeInode: UInt64?
  var pipeName: String?
  var count: Int?
  var num: Int?
  var name: String?
  var code: String?
  var value: Int?
  var target: String?
  var result: String?
  var path: String?
  var srcInode: UInt64?
  var dstInode: UInt64?
  var fds: String?
  var creds: String?
  var received: Int?
  var srcPort: Int?
  var srcServ: String?
  var dstPort: Int?
  var dstServ: String?
  var srcAddr: String?
  var dstAddr: String?
  var ttyName: String?
  var dstSid: Int?
  var direction: String?
  var bytesMissing: String?
  var op: String?
  var how: String?
  var error: String?
  var address: UInt64?
  var eventfdId: UInt64?
  var semaphore: Int?
  var priority: Int?
  var queueInode: UInt64?
  var key: String?
  var id: UInt64?
  var mtype: Int?
  var request: String?
  var sem: Int?
  var delta: Int?
  var object: String?
  var offset: UInt64?
  var size: UInt64?
  var access: String?
  var family: String?
  var group: Int?
  var srcCid: Int?
  var dstCid: Int?
}

/// One line of `ipcdump -f json`, or of the truth that an actor tells.
struct TracedEvent: Decodable {
  var srcPid: Int
  var srcComm: String
  var dstPid: Int
  var dstComm: String
  var srcTid: Int
  var dstTid: Int
  /// Names of threads that are called otherwise than their processes.
  var srcThread: String?
  var dstThread: String?
  /// What `--with` adds.
  var srcFd: Int?
  var dstFd: Int?
  var srcExe: String?
  var dstExe: String?
  var srcArgs: String?
  var dstArgs: String?
  var srcCwd: String?
  var dstCwd: String?
  var srcUser: String?
  var dstUser: String?
  var srcContainer: String?
  var dstContainer: String?
  var srcNsPid: Int?
  var dstNsPid: Int?
  var type: String
  var time: String?
  var meta: Meta
  var bytes: Data?
  var truncated: Bool?
  var inferred: [String]?
  var delivered: Bool?
  /// Only in a truth: contents too long to list.
  var bytesFnv: String?
  /// Only in a truth: written before the tracer came.
  var srcUnobserved: Bool?
  /// Only in a truth: no process's buffer held the bytes, so that they need not be told.
  var bytesOptional: Bool?
  /// Only in a truth: the bytes may be told in part, since the memory they were in went away.
  var bytesPrefix: Bool?
}

extension [TracedEvent] {
  /// Without the memory that the processes of an actor share to know what to do, and the futexes in it: none of them is
  /// of its truth (Tests/Actors/arena.c).
  var withoutArenas: [TracedEvent] { filter { $0.meta.object != "memfd:ipc-actor-truth" } }
}

/// `{"lost_type":"pipe","count":17,"bytes":8704,"time":"…"}`
struct LossReport: Decodable {
  var lostType: String
  var count: Int
  var bytes: Int
  var time: String
}

/// How much an actor moved when it was too much to list.
struct Totals: Decodable {
  var meta: Meta
  var reads: Int
}

struct MalformedLine: Error, CustomStringConvertible {
  var line: String
  var reason: String
  var description: String { "not a line of the output contract (\(reason)): \(line.prefix(300))" }
}

/// The lines of a JSON output or truth file, sorted by what they are.
struct EventLines {
  var events: [TracedEvent] = []
  var losses: [LossReport] = []
  var totals: [Totals] = []

  private struct Kind: Decodable {
    var type: String?
    var lostType: String?
  }

  init(_ data: Data) throws {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    guard data.isEmpty || data.last == UInt8(ascii: "\n") else {
      throw MalformedLine(line: String(decoding: data.suffix(300), as: UTF8.self), reason: "no line end")
    }
    for line in Self.split(data) {
      do {
        let kind = try decoder.decode(Kind.self, from: line)
        if kind.lostType != nil {
          losses.append(try decoder.decode(LossReport.self, from: line))
        } else if kind.type == "totals" {
          totals.append(try decoder.decode(Totals.self, from: line))
        } else {
          events.append(try decoder.decode(TracedEvent.self, from: line))
        }
      } catch {
        throw MalformedLine(line: String(decoding: line, as: UTF8.self), reason: "\(error)")
      }
    }
  }
}

extension EventLines {
  /// As `split` does; unoptimised, that takes minutes for what virtual machines bring back.
  private static func split(_ data: Data) -> [Data] {
    var lines: [Data] = []
    data.withUnsafeBytes { bytes in
      guard var start = bytes.baseAddress else { return }
      let end = start + bytes.count
      while start < end {
        let found = memchr(start, 0x0a, end - start)
        let lineEnd = found.map { UnsafeRawPointer($0) } ?? end
        if lineEnd > start { lines.append(Data(bytes: start, count: lineEnd - start)) }
        start = lineEnd + 1
      }
    }
    return lines
  }
}

/// 64-bit FNV-1a, as the actors compute it.
func fnv1a(_ data: Data) -> String {
  // A plain loop, because unoptimised a closure for each byte is slow.
  let hash = data.withUnsafeBytes { bytes in
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    var index = 0
    while index < bytes.count {
      hash = (hash ^ UInt64(bytes[index])) &* 0x100_0000_01b3
      index += 1
    }
    return hash
  }
  let digits = String(hash, radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}

extension TracedEvent {
  /// Whether another test's ipcdump has looked into a process, to tell what that waits for.
  var isLookOfAnotherTrace: Bool {
    ["process-vm", "pidfd-getfd"].contains(type) && dstComm.hasPrefix("ipcdump")
  }

  /// As if nothing of it had been inferred.
  var takenAsObserved: TracedEvent {
    var event = self
    event.inferred = nil
    return event
  }
}
