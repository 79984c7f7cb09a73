import IPCModel
import RecordLayout
import Testing

@testable import IPCCorrelation

/// Writes and reads of terminals, told to a correlator by the records that the kernel would send of them.
///
/// Every operation takes a microsecond.
final class TerminalRecording {
  private var correlator: Correlator
  private let limit: UInt64
  private var held: [[UInt8]]?
  private var parties: [Endpoint: String] = [:]

  /// Now, in nanoseconds.
  var clock: UInt64 = 1_000_000_000
  /// Records lost up to now.
  var lost: UInt32 = 0
  /// The terminal of operations that name none.
  let terminal = TerminalScene()
  /// Every event so far.
  private(set) var told: [Told] = []

  /// - Parameter limit: Content bytes that are captured; 0 without `-x`.
  init(capturing limit: UInt64 = .max) {
    self.limit = limit
    correlator = Correlator(CorrelatorSettings(captureLimit: limit))
  }

  // MARK: - Records

  func arrive(_ record: [UInt8]) {
    held?.append(record)
    if held == nil { record.withUnsafeBytes { _ = correlator.take($0) } }
  }

  func arrive(late records: [[UInt8]]) {
    for record in records { arrive(record) }
  }

  /// Records that come later than those of what happens next.
  func late(_ operations: () -> Void) -> [[UInt8]] {
    held = []
    operations()
    defer { held = nil }
    return held ?? []
  }

  /// Operations of which the ring had no room for any record.
  func losing(_ operations: () -> Void) {
    lost &+= UInt32(late(operations).count)
  }

  private func record(
    _ type: ipc_record_type, by party: Party, _ terminal: TerminalScene, isOutput: Bool, count: Int,
    flags: [ipc_flags] = []
  ) -> ipc_terminal {
    clock += 1000
    parties[party.endpoint] = party.name
    var record = ipc_terminal()
    record.transfer.header = RecordBytes.header(
      type, IPC_KIND_PTY, by: party, time: clock, lost: lost, flags: flags)
    record.transfer.channel = terminal.channel(isOutput: isOutput)
    record.transfer.inode = terminal.inode
    record.transfer.count = UInt64(count)
    RecordBytes.set(&record.name, to: terminal.name)
    record.session = terminal.session
    record.is_output = isOutput ? 1 : 0
    if let leader = terminal.foreground {
      parties[leader.holder] = leader.name
      record.foreground = leader.pid
      RecordBytes.set(&record.foreground_comm, to: leader.name)
    }
    return record
  }

  // MARK: - Operations

  /// Writes to the master.
  func type(
    _ text: String, by party: Party, on terminal: TerminalScene? = nil, flags: [ipc_flags] = [],
    readable: Int = .max
  ) {
    write(Array(text.utf8), by: party, on: terminal, isOutput: false, flags: flags, readable: readable)
  }

  /// Writes to the slave.
  func print(_ text: String, by party: Party, on terminal: TerminalScene? = nil) {
    write(Array(text.utf8), by: party, on: terminal, isOutput: true)
  }

  /// Writes.
  ///
  /// - Parameters:
  ///   - readable: How many of the bytes can be read from the writer's memory.
  ///   - chunk: Most content bytes in one record.
  func write(
    _ bytes: [UInt8], by party: Party, on terminal: TerminalScene? = nil, isOutput: Bool,
    flags: [ipc_flags] = [], readable: Int = .max, chunk: Int = Int(IPC_CHUNK_LIMIT)
  ) {
    let isSpliced = flags.contains { $0.rawValue == IPC_FLAG_SPLICED.rawValue }
    let wanted = isSpliced ? 0 : min(bytes.count, Int(clamping: limit))
    let captured = Array(bytes.prefix(min(wanted, readable)))
    let isShort = captured.count < wanted
    let last = isShort ? UInt8(IPC_FLAG_SHORT.rawValue) : 0
    let more = UInt8(IPC_FLAG_MORE.rawValue)
    var record = record(
      IPC_RECORD_WRITE, by: party, terminal ?? self.terminal, isOutput: isOutput, count: bytes.count,
      flags: flags)
    let first = Array(captured.prefix(chunk))
    record.transfer.header.flags |= first.count < captured.count ? more : last
    record.transfer.captured = UInt32(first.count)
    arrive(RecordBytes.bytes(record, then: first))
    var content = ipc_content()
    content.header = record.transfer.header
    content.header.type = UInt16(IPC_RECORD_CONTENT.rawValue)
    for offset in stride(from: chunk, to: captured.count, by: chunk) {
      let part = Array(captured[offset...].prefix(chunk))
      content.header.flags = offset + chunk < captured.count ? more : last
      content.offset = UInt64(offset)
      content.captured = UInt32(part.count)
      arrive(RecordBytes.bytes(content, then: part))
    }
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
    var live = LiveChannels()
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
    correlator.seed(live)
  }

  /// What is told when some time has gone by, beyond what was told before.
  func told(after milliseconds: UInt64 = 20) -> [String] {
    clock += milliseconds * 1_000_000
    let start = told.count
    correlator.release(now: clock) { event, content, texts in note(event, content, texts) }
    return told[start...].map { $0.line(parties) }
  }

  /// What is told when the trace ends, beyond what was told before.
  func toldAtEnd() -> [String] {
    let start = told.count
    correlator.finish(now: clock, channels: LiveChannels()) { event, content, texts in
      note(event, content, texts)
    }
    return told[start...].map { $0.line(parties) }
  }

  private func note(
    _ event: borrowing Event, _ content: UnsafeRawBufferPointer?, _ texts: borrowing TextTable
  ) -> Bool {
    let next = Told(event, content: content, texts: texts)
    if let last = told.last {
      #expect(last.event.time <= next.event.time, "events come in the order of time")
    }
    told.append(next)
    return true
  }

  /// Lets time pass and tidies up.
  func sweep(after milliseconds: UInt64) {
    clock += milliseconds * 1_000_000
    correlator.sweep(now: clock, channels: nil)
  }

  private var terminals: TerminalCorrelator? {
    correlator.correlators.lazy.compactMap { $0 as? TerminalCorrelator }.first
  }

  /// Directions of terminals with state.
  var directionCount: Int { terminals?.directions.count ?? 0 }
  /// Writes whose contents are still arriving.
  var arrivingCount: Int { terminals?.arriving.count ?? 0 }
  /// Events that wait only for their time.
  var stagedCount: Int { correlator.stage.count }
  /// Whether an operation waits for its other side.
  var hasPending: Bool { correlator.hasPending }
  /// Bytes of memory for contents.
  var contentCapacity: Int { correlator.stage.contents.capacity }
  /// Values of a meta field, of every event so far.
  func meta(_ key: String) -> [String?] { told.map { $0.meta[key] } }
}
