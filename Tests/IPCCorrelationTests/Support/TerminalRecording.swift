import IPCModel
import RecordLayout
import Testing

@testable import IPCCorrelation

/// Writes and reads of terminals, told to a correlator by the records that the kernel would send of them.
///
/// Every operation takes a microsecond.
final class TerminalRecording: CorrelatorRecording {
  /// The terminal of operations that name none.
  let terminal = TerminalScene()
  override var tellsMissing: Bool { false }

  // MARK: - Records

  private func record(
    _ type: ipc_record_type, by party: Party, _ terminal: TerminalScene, isOutput: Bool, count: Int,
    flags: [ipc_flags] = []
  ) -> ipc_terminal {
    var record = ipc_terminal()
    record.transfer.header = header(type, IPC_KIND_PTY, by: party, flags: flags)
    record.transfer.channel = terminal.channel(isOutput: isOutput)
    record.transfer.identity = terminal.inode
    record.transfer.count = UInt64(count)
    RecordBytes.set(&record.name, to: terminal.name)
    record.session = terminal.session
    record.is_output = isOutput ? 1 : 0
    if let leader = terminal.foreground {
      parties[leader.holder] = leader.name
      record.foreground = leader.pid
      RecordBytes.set(&record.foreground_comm, to: leader.process ?? leader.name)
    }
    return record
  }

  // MARK: - Operations

  /// Writes to the master.
  func type(
    _ text: String, by party: Party, on terminal: TerminalScene? = nil, since began: UInt64 = 0,
    flags: [ipc_flags] = [], readable: Int = .max
  ) {
    write(
      Array(text.utf8), by: party, on: terminal, isOutput: false, since: began, flags: flags,
      readable: readable)
  }

  /// Writes to the slave.
  func print(_ text: String, by party: Party, on terminal: TerminalScene? = nil) {
    write(Array(text.utf8), by: party, on: terminal, isOutput: true)
  }

  /// Writes.
  ///
  /// - Parameters:
  ///   - began: When the call began; 0 if that was not seen.
  ///   - readable: How many of the bytes can be read from the writer's memory.
  ///   - chunk: Most content bytes in one record.
  func write(
    _ bytes: [UInt8], by party: Party, on terminal: TerminalScene? = nil, isOutput: Bool,
    since began: UInt64 = 0, flags: [ipc_flags] = [], readable: Int = .max, chunk: Int = Int(IPC_CHUNK_LIMIT)
  ) {
    let isSpliced = flags.contains { $0.rawValue == IPC_FLAG_SPLICED.rawValue }
    let wanted = isSpliced ? 0 : min(bytes.count, Int(clamping: limit))
    let captured = Array(bytes.prefix(min(wanted, readable)))
    let isShort = captured.count < wanted
    let last = isShort ? UInt8(IPC_FLAG_PARTIAL.rawValue) : 0
    let more = UInt8(IPC_FLAG_MORE.rawValue)
    var record = record(
      IPC_RECORD_WRITE, by: party, terminal ?? self.terminal, isOutput: isOutput, count: bytes.count,
      flags: flags)
    record.transfer.state.began = began
    let first = Array(captured.prefix(chunk))
    record.transfer.header.flags |= first.count < captured.count ? more : last
    record.transfer.captured = UInt32(first.count)
    arrive(RecordBytes.bytes(record, then: first))
    sendContents(captured, from: first.count, by: chunk, behind: record.transfer.header, last: last)
  }

  /// Reads from the slave what was typed.
  func readTyping(_ count: Int = 1, by party: Party, on terminal: TerminalScene? = nil) {
    let terminal = terminal ?? self.terminal
    arrive(RecordBytes.bytes(record(IPC_RECORD_READ, by: party, terminal, isOutput: false, count: count)))
  }

  /// Reads from the master what is shown.
  func readOutput(_ count: Int = 1, by party: Party, on terminal: TerminalScene? = nil) {
    let terminal = terminal ?? self.terminal
    arrive(RecordBytes.bytes(record(IPC_RECORD_READ, by: party, terminal, isOutput: true, count: count)))
  }

  // MARK: - The correlator

  /// Makes the snapshot known that is taken when the trace begins: who holds the master.
  func begin(withMasterHeldBy holders: Party...) {
    var live = OpenChannels()
    for party in holders {
      parties[party.holder] = party.name
      let input = terminal.channel(isOutput: false), output = terminal.channel(isOutput: true)
      live.add(channel: input, inode: terminal.inode, holder: party.holder, isWritable: true)
      live.add(channel: output, inode: terminal.inode, holder: party.holder, isReadable: true)
    }
    // Any process may hold the slave.
    for party in [Party.ann, .amy] {
      let input = terminal.channel(isOutput: false), output = terminal.channel(isOutput: true)
      live.add(channel: output, inode: terminal.inode, holder: party.holder, isWritable: true)
      live.add(channel: input, inode: terminal.inode, holder: party.holder, isReadable: true)
    }
    begin(with: live)
  }

  private var terminals: TerminalCorrelator? {
    correlator.correlators.lazy.compactMap { $0 as? TerminalCorrelator }.first
  }

  /// Directions of terminals with state.
  var directionCount: Int { terminals?.directions.count ?? 0 }
  /// Writes whose contents are still arriving.
  var arrivingCount: Int { terminals?.arriving.count ?? 0 }
  /// Values of a meta field, of every event so far.
  func meta(_ key: String) -> [String?] { told.map { $0.meta[key] } }
}
