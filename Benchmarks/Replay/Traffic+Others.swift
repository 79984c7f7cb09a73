import Glibc
import RecordLayout

extension Traffic {
  /// A signal to a process.
  static func appendSignal(_ step: Int, to tape: inout Tape) {
    var signal = ipc_signal()
    signal.header = tape.header(IPC_RECORD_SIGNAL, IPC_KIND_SIGNAL, by: .writer)
    signal.target_tgid = Party.reader.pid
    signal.target_tid = Party.reader.tid
    signal.target_comm = Party.reader.comm
    signal.target_thread = Party.reader.comm
    signal.target_in_scope = 1
    signal.number = step % 2 == 0 ? SIGUSR1 : SIGTERM
    tape.append(signal)
  }

  /// Output of a program that the holder of the master reads.
  func appendTerminal(to tape: inout Tape) {
    for (type, party) in [(IPC_RECORD_WRITE, Party.writer), (IPC_RECORD_READ, .reader)] {
      var terminal = ipc_terminal()
      terminal.transfer.header = tape.header(type, IPC_KIND_PTY, by: party)
      // The way from the slave to the master has an odd address.
      terminal.transfer.channel = 0xffff_8880_0003_0001
      terminal.transfer.identity = 1 << 32 | 3
      terminal.transfer.count = UInt64(payload.count)
      withUnsafeMutableBytes(of: &terminal.name) { $0.copyBytes(from: "pts3".utf8) }
      terminal.session = 77
      terminal.is_output = 1
      let content = self == .terminalContents && type == IPC_RECORD_WRITE ? payload : []
      terminal.transfer.captured = UInt32(content.count)
      tape.append(terminal, then: content)
    }
  }
}
