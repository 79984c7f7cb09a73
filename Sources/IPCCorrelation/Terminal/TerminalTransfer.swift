import IPCModel
import RecordLayout

/// A terminal's transfer record and the bytes behind it.
struct TerminalTransfer {
  /// The record as the kernel wrote it.
  let raw: ipc_terminal
  /// First contents of a write; valid as long as the record.
  let captured: UnsafeRawBufferPointer

  /// Reads a record; nil if it is cut.
  init?(_ record: UnsafeRawBufferPointer) {
    guard let (raw, rest) = record.record(ipc_terminal.self) else { return nil }
    self.raw = raw
    captured = raw.transfer.captured(of: rest)
  }

  var header: ipc_header { raw.transfer.header }
  var key: ChannelKey { raw.transfer.key }
  var name: TerminalName { TerminalName(raw.name) }
  var isOutput: Bool { raw.is_output != 0 }
  func has(_ flag: ipc_flags) -> Bool { header.has(flag) }

  /// Who would get what is typed: the leader of the foreground process group, or another member.
  var foreground: Endpoint {
    if raw.foreground == 0 { return .unknown }
    return Endpoint(
      tgid: raw.foreground, tid: raw.foreground, comm: raw.foreground_comm, thread: raw.foreground_comm,
      image: 0)
  }

  /// The bytes that are to be captured.
  func wanted(limit: UInt64) -> Int { min(raw.transfer.moved, Int(clamping: limit)) }
}

/// A read of one direction of a terminal.
struct TerminalRead {
  /// Who read.
  let reader: Endpoint
  /// Whether the reader is in the scope of the trace.
  let isInScope: Bool
  /// When the read ended, in nanoseconds.
  let time: UInt64
  /// Bytes read.
  let count: UInt64
  /// Session that the terminal controlled then; 0 if it had none.
  let session: UInt32
  /// State of losses when it arrived.
  let lossEpoch: UInt64
  /// Bytes of it that are known to be of writes.
  var claimed: UInt64 = 0
  /// Whether a write has gone to it from its first byte on.
  var isClaimed = false

  /// Takes a read's record.
  init(_ transfer: TerminalTransfer, lossEpoch: UInt64) {
    reader = Endpoint(transfer.raw.transfer)
    isInScope = transfer.has(IPC_FLAG_IN_SCOPE)
    time = transfer.header.time
    count = transfer.raw.transfer.count
    session = transfer.raw.session
    self.lossEpoch = lossEpoch
  }

  /// Whether it can have got what was written while the terminal controlled a session.
  ///
  /// What one session has left unread is dropped with its end (tty_vhangup_session, drivers/tty/tty_jobctrl.c). Before
  /// a session takes it and after that, the terminal has none.
  func canRead(from session: UInt32) -> Bool { self.session == session || self.session == 0 || session == 0 }
}

/// A write to a terminal that waits for its reader.
///
/// Its properties are many because it is one row of a queue: what the kernel reported of one write, and how much of its
/// contents has arrived.
struct TerminalWrite {
  /// Who wrote.
  let source: Endpoint
  /// The same as records of its contents name it.
  let thread: RecordedThread
  /// Whether the writer is in the scope of the trace.
  let isInScope: Bool
  /// When the write ended, in nanoseconds.
  let time: UInt64
  /// When it began; 0 if that was not seen.
  let began: UInt64
  /// Bytes written.
  let count: UInt64
  /// Session that the terminal controlled; 0 if it had none.
  let session: UInt32
  /// Who would get what was typed, if nobody is seen to read it.
  let foreground: Endpoint
  /// State of losses when it arrived.
  let lossEpoch: UInt64
  /// Number in the order of arrival.
  let serial: UInt64
  /// Whether the bytes came from a pipe or a file.
  let isSpliced: Bool

  /// The captured bytes.
  var content: ContentArena.Piece = .none
  /// Length of `content` that has arrived.
  var filled = 0
  /// Bytes that were to be captured.
  var wanted = 0
  /// Whether all captured bytes have arrived.
  var isComplete = true
  /// Whether part of the bytes could not be read from the writer's memory.
  var isShort = false

  /// Reads a write's record; its contents are added separately.
  init(_ transfer: TerminalTransfer, lossEpoch: UInt64, serial: UInt64) {
    source = Endpoint(transfer.raw.transfer)
    thread = RecordedThread(transfer.header)
    isInScope = transfer.has(IPC_FLAG_IN_SCOPE)
    time = transfer.header.time
    began = min(transfer.raw.transfer.state.began, time)
    count = transfer.raw.transfer.count
    session = transfer.raw.session
    foreground = transfer.isOutput ? .unknown : transfer.foreground
    self.lossEpoch = lossEpoch
    self.serial = serial
    isSpliced = transfer.has(IPC_FLAG_SPLICED)
    isShort = transfer.has(IPC_FLAG_PARTIAL)
  }

  /// Ends the contents where they have arrived.
  mutating func close() {
    isComplete = true
    if !content.isNone { content.length = filled }
  }
}
