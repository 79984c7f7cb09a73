import IPCModel
import RecordLayout

/// What becomes of the ends of channels: each record of it is one event, whose other end is found among all that was heard
/// of the channel.
///
/// Of a connection, a close or a shutdown, the process at the other end may act only later. Such a record waits until it
/// does, for as long as a transfer waits for its other side.
final class LifecycleCorrelator {
  /// A record that waits.
  private struct Waiting {
    let record: LifecycleRecord
    /// Whether the program that would close the end is still to be executed.
    var awaitsExec: Bool
    /// Whether it has waited too long for that to hold others up; it is timed by the execution then.
    var isOverdue = false
  }

  private let events: LifecycleEvents
  private var ends = ChannelEnds()
  private var waiting: [Waiting] = []
  /// Who held the channels when the trace began.
  private var held = OpenChannels()
  /// When names and ends were tidied last.
  private var lastTidied: UInt64 = 0

  /// Records that wait at most: of more, the first are decided by what is known.
  private static let waitingLimit = 4096

  init(_ settings: CorrelatorSettings) {
    events = LifecycleEvents(InternetNames(serviceName: settings.serviceName))
  }

  func seed(_ channels: OpenChannels) { held = channels }

  // MARK: - Records of transfers

  /// Learns from any other record who is at the ends of channels, and what these are called.
  func note(_ record: UnsafeRawBufferPointer, _ header: ipc_header, into buffer: inout ReorderBuffer) {
    let kind = Kind(rawValue: header.kind)
    switch UInt32(header.type) {
    case IPC_RECORD_WRITE_BEGIN.rawValue, IPC_RECORD_WRITE.rawValue, IPC_RECORD_READ.rawValue:
      // Directions of UDP are none of an end's.
      guard kind != .loopbackUDP, let (transfer, _) = record.record(ipc_transfer.self), transfer.channel != 0
      else { return }
      if ends.note(transfer, kind), !waiting.isEmpty { decideKnown(&buffer) }
    case IPC_RECORD_CHANNEL.rawValue: events.takeName(record, kind, &buffer.texts)
    default: break
    }
  }

  // MARK: - Records of ends

  /// Takes a record of what was done with an end, or met there.
  func take(_ bytes: UnsafeRawBufferPointer, into buffer: inout ReorderBuffer) {
    guard let record = LifecycleRecord(bytes) else { return }
    if record.operation == .exec { return endExec(record, &buffer) }
    // Two threads that exit at once may both be the last.
    if record.has(IPC_LIFE_AT_EXIT), isClosed(record) { return }
    learn(from: record)
    let awaitsExec = record.has(IPC_LIFE_IF_EXECUTED)
    if awaitsExec || (record.mayWait && other(of: record) == nil) {
      if waiting.count >= Self.waitingLimit { decide(at: 0, &buffer) }
      waiting.append(Waiting(record: record, awaitsExec: awaitsExec))
    } else {
      append(record, &buffer)
    }
    if !waiting.isEmpty { decideKnown(&buffer) }
  }

  private func isClosed(_ record: LifecycleRecord) -> Bool {
    guard let end = ends[record.own], end.isClosedByExit, end.inode == record.raw.own_inode else {
      return false
    }
    return end.sendingEndedBy?.endpoint.pid == record.actor.endpoint.pid
  }

  private func learn(from record: LifecycleRecord) {
    let actor = record.actor
    ends.update(record.own, inode: record.raw.own_inode, at: record.time) { end in
      end.user = actor
      switch record.operation {
      case .connect where record.raw.error != 0: break
      case .connect, .accept: end.opener = actor
      case .close:
        end.sendingEndedBy = actor
        end.receivingEndedBy = actor
        end.isClosedByExit = record.has(IPC_LIFE_AT_EXIT)
      case .shutdown:
        if record.ends(IPC_WAY_WRITE) { end.sendingEndedBy = actor }
        if record.ends(IPC_WAY_READ) { end.receivingEndedBy = actor }
      case .endOfFile, .brokenPipe, .exec: break
      }
    }
    // A FIFO that was open for both ways is closed at both ends.
    guard record.kind == .pipe, record.operation == .close, record.ends(IPC_WAY_READ),
      record.ends(IPC_WAY_WRITE),
      let other = record.other
    else { return }
    ends.update(other, inode: record.raw.own_inode, at: record.time) { end in
      end.sendingEndedBy = actor
      end.receivingEndedBy = actor
    }
  }

  /// Learns whether a program was executed, and so whether what was to be closed by it is.
  private func endExec(_ record: LifecycleRecord, _ buffer: inout ReorderBuffer) {
    let process = record.raw.header.tgid
    var index = 0
    while index < waiting.count {
      let item = waiting[index]
      guard item.awaitsExec, item.record.raw.header.tgid == process, item.record.time <= record.time else {
        index += 1
        continue
      }
      if record.raw.error != 0 {
        waiting.remove(at: index)
        ends.update(item.record.own, inode: item.record.raw.own_inode, at: record.time) { end in
          end.sendingEndedBy = nil
          end.receivingEndedBy = nil
        }
      } else if item.isOverdue {
        waiting.remove(at: index)
        append(item.record, at: record.time, &buffer)
      } else {
        waiting[index].awaitsExec = false
        index += 1
      }
    }
    decideKnown(&buffer)
  }

  // MARK: - Deciding

  /// Who is at the other end, by what was observed there; nil if nobody was.
  private func other(of record: LifecycleRecord) -> EndUser? {
    let own = ends[record.own]
    let other = ends.opposite(of: record)
    switch record.operation {
    case .connect, .accept: return record.raw.error == 0 ? other?.opener : nil
    case .endOfFile: return other?.sendingEndedBy ?? own?.receivingEndedBy
    case .brokenPipe: return other?.receivingEndedBy ?? own?.sendingEndedBy
    case .close, .shutdown, .exec: return other?.user ?? own?.opposite
    }
  }

  /// The same, or who is likely to be there: what the credentials of a socket say, or who held the other end alone when the
  /// trace began.
  private func likelyOther(of record: LifecycleRecord) -> (user: EndUser?, isInferred: Bool) {
    if let known = other(of: record) { return (known, false) }
    guard record.mayWait else { return (nil, false) }
    // Who has connected is known for certain by the one that accepts.
    if record.operation == .accept, let peer = record.peer { return (peer, false) }
    if let user = ends.opposite(of: record)?.user ?? ends[record.own]?.opposite { return (user, false) }
    let key = ChannelKey(address: record.raw.other, identity: record.raw.other_inode)
    if let holder = held[key]?.soleWriter { return (EndUser(endpoint: holder, isInScope: false), true) }
    guard let peer = record.peer, peer.endpoint.pid != record.actor.endpoint.pid else { return (nil, false) }
    return (peer, true)
  }

  private func append(_ record: LifecycleRecord, at time: UInt64? = nil, _ buffer: inout ReorderBuffer) {
    let (user, isInferred) = likelyOther(of: record)
    let inode = record.raw.other_inode != 0 ? record.raw.other_inode : ends.opposite(of: record)?.inode ?? 0
    events.append(record, at: time, other: user, inferred: isInferred, inode: inode, &buffer)
  }

  /// Decides a record that waits.
  private func decide(at index: Int, _ buffer: inout ReorderBuffer) {
    let item = waiting.remove(at: index)
    if !item.awaitsExec { append(item.record, &buffer) }
  }

  /// Decides those whose other end is known by now.
  private func decideKnown(_ buffer: inout ReorderBuffer) {
    var index = 0
    while index < waiting.count {
      let item = waiting[index]
      if item.awaitsExec || other(of: item.record) == nil {
        index += 1
      } else {
        decide(at: index, &buffer)
      }
    }
  }

  /// Decides what has waited since before a time.
  func settle(before time: UInt64, into buffer: inout ReorderBuffer) {
    var index = 0
    while index < waiting.count {
      if waiting[index].record.time >= time {
        index += 1
      } else if waiting[index].awaitsExec, time != .max {
        waiting[index].isOverdue = true
        index += 1
      } else {
        decide(at: index, &buffer)
      }
    }
  }

  /// Time of the earliest record that waits.
  var earliestPending: UInt64? { waiting.lazy.filter { !$0.isOverdue }.map(\.record.time).min() }

  // MARK: - The end

  func finish() {
    waiting.removeAll()
    ends.removeAll()
  }

  /// Lets go of ends and names that are not needed any more.
  func sweep(at time: UInt64, channels: OpenChannels?, into buffer: inout ReorderBuffer) {
    events.tidy(at: time, channels, &buffer)
    guard lastTidied + 1_000_000_000 < time else { return }
    lastTidied = time
    events.forget(ends.tidy(at: time))
  }
}

extension LifecycleRecord {
  /// Whether who is at the other end may show only later.
  fileprivate var mayWait: Bool {
    switch operation {
    case .connect, .accept: raw.error == 0
    case .close, .shutdown: raw.other != 0
    case .endOfFile, .brokenPipe, .exec: false
    }
  }
}
