import IPCModel
import RecordLayout
import Testing

@testable import IPCCorrelation

/// Operations told to a correlator by the records that the kernel would send of them, and the events that come of them.
///
/// Every operation takes a microsecond.
class CorrelatorRecording {
  private(set) var correlator: Correlator
  /// Content bytes that are captured; 0 without `-x`.
  let limit: UInt64
  private var held: [[UInt8]]?
  var parties: [Endpoint: String] = [:]

  /// Now, in nanoseconds.
  var clock: UInt64 = 1_000_000_000
  /// Records lost up to now.
  var lost: UInt32 = 0
  /// Every event so far.
  private(set) var told: [Told] = []
  /// Whether the invariants of the correlators' state are checked after every record.
  var checksInvariants = false
  /// Whether lines say why contents are missing.
  var tellsMissing: Bool { true }

  /// - Parameters:
  ///   - limit: Content bytes that are captured; 0 without `-x`.
  ///   - matchTimeout: How long an operation waits for its other side, in nanoseconds.
  init(
    capturing limit: UInt64 = .max, matchTimeout: UInt64 = 100_000_000,
    serviceName: @escaping @Sendable (UInt16, Kind) -> String? = { _, _ in nil },
    processes: ProcessSources? = nil, tellsLifecycle: Bool = false, tellsKernelNetlink: Bool = false
  ) {
    self.limit = limit
    var settings = CorrelatorSettings(
      captureLimit: limit, matchTimeout: matchTimeout, serviceName: serviceName)
    settings.processes = processes
    settings.tellsLifecycle = tellsLifecycle
    settings.tellsKernelNetlink = tellsKernelNetlink
    settings.processName = { $0 == 500 ? Comm("bob") : nil }
    correlator = Correlator(settings)
  }

  /// Takes processes that ran before the trace.
  func seed(_ running: [RunningProcess]) { correlator.seed(running) }

  // MARK: - Records

  /// Hands a record to the correlator, or holds it back.
  @discardableResult
  func arrive(_ record: [UInt8]) -> UInt64? {
    held?.append(record)
    guard held == nil else { return nil }
    let time = record.withUnsafeBytes { correlator.take($0) }
    if checksInvariants { #expect(correlator.violations == []) }
    return time
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

  /// Sends the contents of an operation behind its record.
  ///
  /// - Parameters:
  ///   - start: How many of the bytes the record itself has.
  ///   - chunk: Most bytes in one record.
  ///   - last: Flags of the last record.
  func sendContents(
    _ bytes: [UInt8], from start: Int, by chunk: Int, behind header: ipc_header, last: UInt8 = 0
  ) {
    var content = ipc_content()
    content.header = header
    content.header.type = UInt16(IPC_RECORD_CONTENT.rawValue)
    for offset in stride(from: start, to: bytes.count, by: chunk) {
      let part = Array(bytes[offset...].prefix(chunk))
      content.header.flags = offset + chunk < bytes.count ? UInt8(IPC_FLAG_MORE.rawValue) : last
      content.offset = UInt64(offset)
      content.captured = UInt32(part.count)
      arrive(RecordBytes.bytes(content, then: part))
    }
  }

  /// The header of the next operation's record.
  func header(
    _ type: ipc_record_type, _ kind: ipc_kind, by party: Party, flags: [ipc_flags] = []
  ) -> ipc_header {
    clock += 1000
    parties[party.endpoint] = party.name
    return RecordBytes.header(type, kind, by: party, time: clock, lost: lost, flags: flags)
  }

  // MARK: - Events

  /// What is told when some time has gone by, beyond what was told before.
  func told(after milliseconds: UInt64 = 20) -> [String] {
    clock += milliseconds * 1_000_000
    let start = told.count
    correlator.release(now: clock) { event, content, texts in note(event, content, texts) }
    return lines(from: start)
  }

  /// What is told when the trace ends, beyond what was told before; every channel is gone unless `live` has it.
  func toldAtEnd(_ live: OpenChannels = OpenChannels()) -> [String] {
    let start = told.count
    correlator.finish(now: clock, channels: live)
    correlator.release(now: .max) { event, content, texts in note(event, content, texts) }
    return lines(from: start)
  }

  private func lines(from start: Int) -> [String] {
    told[start...].map { $0.line(parties, tellsMissing: tellsMissing) }
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

  /// Makes the snapshot known that is taken when the trace begins.
  func begin(with live: OpenChannels, _ holders: Party...) {
    for party in holders { parties[party.holder] = party.name }
    correlator.seed(live)
  }

  /// Makes it known that others may have sent unseen, over channels that the kernel has forgotten.
  func forget() { correlator.channelsWereForgotten() }

  /// A meta field of the last event.
  func meta(_ name: String) -> String? { told.last?.meta[name] }

  /// Lets time pass and tidies up; returns how many channels were forgotten.
  @discardableResult
  func sweep(after milliseconds: UInt64, _ live: OpenChannels? = nil) -> Int {
    clock += milliseconds * 1_000_000
    let known = channelCount
    correlator.sweep(now: clock, channels: live)
    return known - channelCount
  }

  /// Channels of bytes without bounds that have state.
  var channelCount: Int {
    correlator.correlators.reduce(0) { $0 + (($1 as? StreamCorrelator)?.streams.count ?? 0) }
  }

  /// Events that wait only for their time.
  var waiting: Int { correlator.buffer.count }
  /// Whether an operation waits for its other side.
  var hasPending: Bool { correlator.hasPending }
  /// Whether a look at the channels that exist would decide anything.
  var wantsOpenChannels: Bool { correlator.wantsOpenChannels }
  /// Bytes of memory for contents.
  var contentCapacity: Int { correlator.buffer.contents.capacity }
  /// Pieces of contents that are kept.
  var contentsInUse: Int { correlator.buffer.contents.pieceCount }
}
