import IPCModel
import RecordLayout

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
  let lossGeneration: UInt64

  /// Takes a read's record.
  init(_ transfer: TerminalTransfer, lossGeneration: UInt64) {
    reader = Endpoint(transfer.header)
    isInScope = transfer.has(IPC_FLAG_IN_SCOPE)
    time = transfer.header.time
    count = transfer.raw.transfer.count
    session = transfer.raw.session
    self.lossGeneration = lossGeneration
  }

  /// Whether it can have got what was written while the terminal controlled a session.
  ///
  /// What one session has left unread is dropped with its end (tty_vhangup_session, drivers/tty/tty_jobctrl.c). Before
  /// a session takes it and after that, the terminal has none.
  func canRead(from session: UInt32) -> Bool { self.session == session || self.session == 0 || session == 0 }
}
