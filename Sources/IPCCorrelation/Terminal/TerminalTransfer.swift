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
    return Endpoint(tgid: raw.foreground, tid: raw.foreground, comm: raw.foreground_comm)
  }

  /// The bytes that are to be captured.
  func wanted(limit: UInt64) -> Int { min(raw.transfer.moved, Int(clamping: limit)) }
}
