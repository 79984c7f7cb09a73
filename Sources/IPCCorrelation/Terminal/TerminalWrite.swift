import IPCModel
import RecordLayout

/// A write to a terminal that waits for its reader.
struct TerminalWrite {
  /// Who wrote.
  let source: Endpoint
  /// The same as records of its contents name it.
  let thread: RecordedThread
  /// Whether the writer is in the scope of the trace.
  let isInScope: Bool
  /// When the write ended, in nanoseconds.
  let time: UInt64
  /// Bytes written.
  let count: UInt64
  /// Session that the terminal controlled; 0 if it had none.
  let session: UInt32
  /// Who would get what was typed, if nobody is seen to read it.
  let foreground: Endpoint
  /// State of losses when it arrived.
  let lossGeneration: UInt64
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
  init(_ transfer: TerminalTransfer, lossGeneration: UInt64, serial: UInt64) {
    source = Endpoint(transfer.header)
    thread = RecordedThread(transfer.header)
    isInScope = transfer.has(IPC_FLAG_IN_SCOPE)
    time = transfer.header.time
    count = transfer.raw.transfer.count
    session = transfer.raw.session
    foreground = transfer.isOutput ? .unknown : transfer.foreground
    self.lossGeneration = lossGeneration
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
